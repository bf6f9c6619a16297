package plan_test

import (
	"context"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Each file of testdata is a story, one line an event, that ends in a plan:
//
//	pool HOST…               the hosts; each has the image app, and can pull remote
//	add|leave|lose|regain|drain HOST
//	up FILE [FLAG…] [until STEP]   carried out, to the end or to the step that has this in its ID
//	down [FLAG…]
//	stop|kill HOST CONTAINER       as a user would, or as it ends by itself
//	network HOST NAME SUBNET       somebody else's; so is a volume
//	unnetwork HOST NAME            a user prunes it
//	volume HOST NAME
//	address HOST IP
//	rebuild|forget IMAGE           its tag moves; the hosts lose it
//	plan FILE [FLAG…]              the plan's text must be the section "plan"
//	order FILE [FLAG…]             what each step waits for must be the section "order"
//	plan-down [FLAG…]
//	fleet LOCATION [FLAG…]         hosts can be made there
//	machine NAME LOCATION [SIZE]   is one that was made, and a host of the pool
//	coming|leaving|failed NAME LOCATION  is one that isn't
//	resize                         the plan for the pool alone
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	assert.NilError(t, err)
	assert.Assert(t, len(files) > 0)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			assert.NilError(t, err)
			s := &scenario{t: t, path: file, archive: archive, world: newWorld(t)}
			for line := range strings.Lines(string(archive.Comment)) {
				if words := strings.Fields(line); len(words) > 0 && words[0] != "#" {
					s.act(words[0], words[1:])
				}
			}
			assert.Assert(t, s.planned, "the scenario ends in no plan")
		})
	}
}

type scenario struct {
	*world
	t       *testing.T
	path    string
	archive *txtar.Archive
	planned bool
}

func (s *scenario) act(verb string, args []string) {
	switch verb {
	case "pool":
		for _, name := range args {
			s.add(name)
		}
	case "up":
		s.doUp(args)
	case "down":
		s.world.down(downRequest(s.t, args))
	case "plan", "order":
		planned, err := plan.Up(s.request(s.parse(args)))
		s.check(verb, planned, err)
	case "plan-down":
		r := downRequest(s.t, args)
		r.State = s.observe()
		s.check("plan", plan.Down(r), nil)
	case "resize":
		s.check("plan", plan.Resize(plan.ResizeRequest{State: s.observe(), Fleets: s.fleets}), nil)
	case "fleet":
		s.fleets = append(s.fleets, parseFleet(s.t, args))
	case "machine", "coming", "leaving", "failed":
		s.machine(verb, args[0], args[1], strings.Join(args[2:], ""))
	default:
		s.happen(verb, args)
	}
}

// happen is what befalls the pool from outside.
func (s *scenario) happen(verb string, args []string) {
	ctx := context.Background()
	switch verb {
	case "add":
		s.add(args[0])
	case "leave":
		s.leave(args[0])
	case "lose":
		s.lost[args[0]] = true
	case "regain":
		delete(s.lost, args[0])
	case "drain":
		s.host(args[0]).Availability = hosts.Drain
	case "address":
		s.host(args[0]).Address = args[1]
	case "stop":
		assert.NilError(s.t, s.engines[args[0]].StopContainer(ctx, args[1], hosts.StopOptions{}))
	case "kill":
		assert.NilError(s.t, s.engines[args[0]].RemoveContainer(ctx, args[1], true, false))
	case "network":
		_, err := s.engines[args[0]].CreateNetwork(ctx, hosts.NetworkSpec{Name: args[1], IPAM: []hosts.IPAM{{Subnet: netip.MustParsePrefix(args[2])}}})
		assert.NilError(s.t, err)
	case "unnetwork":
		assert.NilError(s.t, s.engines[args[0]].RemoveNetwork(ctx, args[1]))
	case "volume":
		assert.NilError(s.t, s.engines[args[0]].CreateVolume(ctx, hosts.VolumeSpec{Name: args[1]}))
	case "rebuild":
		s.rebuilt[args[0]+":latest"] = true
	case "forget":
		for _, h := range s.hosts {
			assert.NilError(s.t, s.engines[h.Name].RemoveImage(ctx, args[0], true))
		}
	default:
		s.t.Fatalf("nothing is known of %q", verb)
	}
}

func (s *scenario) doUp(args []string) {
	until := ""
	if i := slices.Index(args, "until"); i >= 0 {
		args, until = args[:i], strings.Join(args[i+1:], " ")
	}
	planned, err := plan.Up(s.request(s.parse(args)))
	assert.NilError(s.t, err)
	for needed := planned.Needed(); needed != nil; needed = planned.Needed() {
		s.makeHosts(needed)
		planned, err = plan.Up(s.request(s.parse(args)))
		assert.NilError(s.t, err)
	}
	planned = planned.Content()
	if until == "" {
		s.carryOut(planned.Steps)
		return
	}
	last := slices.IndexFunc(planned.Steps, func(step plan.Step) bool { return strings.Contains(mask(step.ID), until) })
	assert.Assert(s.t, last >= 0, "no step %q in\n%s", until, planned.Text())
	s.carryOut(planned.Steps[:last+1])
}

// parse reads the compose file and the flags.
func (s *scenario) parse(args []string) plan.Request {
	var o plan.Options
	f := flag.NewFlagSet("up", flag.ContinueOnError)
	for name, p := range map[string]*bool{
		"remove-orphans": &o.RemoveOrphans, "ignore-orphans": &o.IgnoreOrphans, "force-recreate": &o.ForceRecreate,
		"no-recreate": &o.NoRecreate, "no-start": &o.NoStart, "no-deps": &o.NoDeps, "pulled": &o.Pulled,
		"always-recreate-deps": &o.AlwaysRecreateDeps, "moves-only": &o.MovesOnly, "rebalance": &o.Rebalance, "build": &o.Build.All, "no-build": &o.Build.None, "V": &o.RenewAnonVolumes, "wait": &o.Wait,
	} {
		f.BoolVar(p, name, false, "")
	}
	f.IntVar(&o.MaxMoves, "max-moves", 0, "")
	f.StringVar(&o.Pull, "pull", "", "")
	f.Func("built", "", func(text string) error {
		ref, host, _ := strings.Cut(text, "=")
		o.Build.Done = map[string][]string{ref: {host}}
		return nil
	})
	f.Func("renew", "", func(name string) error { o.RenewVolumes = append(o.RenewVolumes, name); return nil })
	f.Func("scale", "", func(text string) error {
		service, n, _ := strings.Cut(text, "=")
		if o.Scale == nil {
			o.Scale = map[string]int{}
		}
		var err error
		o.Scale[service], err = strconv.Atoi(n)
		return err
	})
	assert.NilError(s.t, f.Parse(args[1:]))
	o.Services = f.Args()
	return plan.Request{Project: load(s.t, s.section(args[0])), Options: o}
}

func downRequest(t *testing.T, args []string) plan.DownRequest {
	r := plan.DownRequest{Project: "shop"}
	f := flag.NewFlagSet("down", flag.ContinueOnError)
	f.BoolVar(&r.Volumes, "v", false, "")
	f.BoolVar(&r.RemoveOrphans, "remove-orphans", false, "")
	f.StringVar(&r.Images, "rmi", "", "")
	f.Func("known", "", func(text string) error { r.Known = strings.Split(text, ","); return nil })
	assert.NilError(t, f.Parse(args))
	r.Services = f.Args()
	return r
}

// request fills in what is observed.
func (s *scenario) request(r plan.Request) plan.Request {
	return s.world.request(r.Project, r.Options)
}

func (s *scenario) section(name string) string {
	for _, f := range s.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	s.t.Fatalf("there is no section %s", name)
	return ""
}

// check compares with a section, or writes it where -update is given.
func (s *scenario) check(name string, planned *plan.Plan, err error) {
	s.planned = true
	var got string
	switch {
	case err != nil:
		got = "error: " + err.Error() + "\n"
	case name == "order":
		got = mask(order(planned))
	default:
		got = mask(planned.Text())
	}
	if golden.FlagUpdate() {
		s.update(name, got)
		return
	}
	assert.Equal(s.t, got, s.section(name))
}

func (s *scenario) update(name, text string) {
	s.archive.Files = slices.DeleteFunc(s.archive.Files, func(f txtar.File) bool { return f.Name == name })
	s.archive.Files = append(s.archive.Files, txtar.File{Name: name, Data: []byte(text)})
	assert.NilError(s.t, os.WriteFile(s.path, txtar.Format(s.archive), 0o600))
}

// order is one line a step, with what it waits for.
func order(p *plan.Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintln(&b, s.ID+naming(s.Action))
		for _, id := range s.After {
			fmt.Fprintln(&b, "  after", id)
		}
	}
	return b.String()
}

// naming is what a step does to the names by which others find a container.
func naming(a plan.Action) string {
	switch a := a.(type) {
	case plan.StartContainer:
		if a.Withheld {
			return ", withheld"
		}
	case plan.AwaitContainer:
		if a.Announce {
			return ", then announce"
		}
	case plan.StopContainer:
		if a.Withdraw != "" {
			return ", withdrawing " + a.Withdraw
		}
	}
	return ""
}

// mask hides the digits of IDs in temporary names.
func mask(text string) string { return temporary.ReplaceAllString(text, "ID_") }

var temporary = regexp.MustCompile(`\b[0-9a-f]{12}_`)
