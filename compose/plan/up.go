package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Up plans what turns the observed state into the project. An error means that
// nothing can be done as asked, and nothing is to be changed.
func Up(r Request) (*Plan, error) {
	if joins := joinHosts(r); joins != nil {
		return joins, nil
	}
	u := newUp(r)
	for _, stage := range []func() error{
		u.grow,
		u.checkPool,
		u.selectServices,
		u.checkSupported,
		u.checkExternals,
		u.survey,
		u.wantReplicas,
		u.wantOneoff,
		u.placeReplicas,
		u.layNetworks,
		u.compare,
		u.decideFates,
		u.buildImages,
		u.copyImages,
		u.pullImages,
		u.checkPaths,
		u.joinFabric,
		u.makeNetworks,
		u.makeVolumes,
		u.shipFiles,
		u.makeContainers,
		u.startContainers,
		u.handOver,
		u.removeOrphans,
		u.giveWay,
		u.removeAfterDisconnect,
		u.makeHosts,
		u.resize,
	} {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	u.barrier(u.checks, u.pulls...)
	u.barrier(u.pulls)
	u.plan.Steps = u.sorted()
	u.plan.Hosts = u.pool()
	hooked(u.plan.Steps, u.Project, u.all)
	return u.plan, nil
}

func newUp(r Request) *up {
	return &up{
		Request: r, graph: newGraph(), plan: &Plan{Project: r.Project.Name, Explained: r.Explain.any()}, hashes: map[string]string{}, claims: map[string]map[string]string{},
		builds: map[string]map[hosts.Platform]built{}, holding: map[string]*hosts.Observation{},
	}
}

// up is the work sheet of one plan: each stage fills in what the next ones read.
type up struct {
	Request
	*graph
	plan *Plan

	// makes are the hosts that are to be made before all else.
	makes []MakeHost
	// services are those to bring up, dependencies first.
	services []types.ServiceConfig
	// all are the project's containers on the hosts that answer.
	all []state.Container
	// existing are the replicas that run or ran, by service.
	existing map[string][]state.Container
	// surplus are containers to be removed, and why.
	surplus []surplus
	// waiting are the services that can't be brought up for now.
	waiting map[string]bool
	// orphans belong to no service of the project.
	orphans []state.Container
	// replicas are all that is wanted, in the order of services and numbers.
	replicas []*replica
	// groups are the names of groups that share a host, by service.
	groups map[string]string
	// hashes are the configuration hashes of services, as far as they are known.
	hashes map[string]string
	// claims are the labels of what services demand of their hosts, by service.
	claims map[string]map[string]string
	// consulted are lists of strategies with what programs said in them, by where
	// the list is.
	consulted map[*hosts.Strategy][]hosts.Strategy
	// imageHolders are the hosts that have an image, by reference.
	imageHolders map[string][]*hosts.Observation
	// digests are those that references have on hosts, by reference.
	digests map[string]string
	// networks are laid out by host and key.
	networks map[[2]string]*networkPlan
	subnets  map[string]subnetPlan
	// concerned are the containers that the plan keeps, replaces or removes.
	concerned containerSet
	// pulls are the IDs of the steps that pull images.
	pulls []string
	// checks are the IDs of the steps that look whether hosts have what they should.
	checks []string
	// builds are the steps that build images, by reference and platform; building
	// are the services that are being built upon.
	builds   map[string]map[hosts.Platform]built
	building []string
	// holding are the hosts that images are taken from, by reference and platform.
	holding map[string]*hosts.Observation
	// joins are the IDs of the steps that join hosts to the fabric, by host.
	joins map[string]string
	// volumes are the IDs of the steps that create volumes, by host and volume.
	volumes map[[2]string]string
	// ships are the IDs of the steps that ship files, by host and path.
	ships map[[2]string]string
}

type surplus struct {
	state.Container
	why Reason
}

// isSurplus tells whether a container was found to be one too many. Services
// are looked at after those that they depend on.
func (u *up) isSurplus(c state.Container) bool {
	return slices.ContainsFunc(u.surplus, func(s surplus) bool { return s.Host == c.Host && s.ID == c.ID })
}

func (u *up) warn(format string, a ...any) {
	w := fmt.Sprintf(format, a...)
	if !slices.Contains(u.plan.Warnings, w) {
		u.plan.Warnings = append(u.plan.Warnings, w)
	}
}

// checkPool refuses to plan where no host answers, and warns of those that don't.
func (u *up) checkPool() error {
	absent := u.State.Absent()
	if len(u.State.Ready()) == 0 {
		return u.nobody(absent)
	}
	for _, h := range absent {
		u.warn("host %s doesn't answer: %s; going on with the others", h.Name, h.Status.Reason)
	}
	return nil
}

// nobody is the error that no host answers, with why no machine could be made.
func (u *up) nobody(absent []hosts.Host) error {
	var why []error
	for _, f := range u.Fleets {
		if f.Full != "" {
			why = append(why, errors.New(f.Full))
		}
	}
	if len(why) == 0 || len(absent) > 0 {
		why = append(why, Unreachable(absent))
	}
	return errors.Join(why...)
}

// Unreachable is the error that none of a pool's hosts answers.
func Unreachable(absent []hosts.Host) error {
	if len(absent) == 0 {
		return errors.New("the pool has no hosts yet; `clocker-compose up` makes them")
	}
	if len(absent) == 1 {
		h, remedy := absent[0], ""
		if h.Location == project.CurrentContext {
			remedy = "; `clocker-compose hosts add ssh://USER@MACHINE` adds another host"
		}
		if h.Machine != nil {
			remedy = "; `clocker-compose hosts rm --force " + h.Name + "` deletes its machine, with all that is on it"
		}
		return fmt.Errorf("host %s (%s) is unreachable: %s%s", h.Name, h.Endpoint, h.Status.Reason, remedy)
	}
	var why []string
	for _, h := range absent {
		why = append(why, h.Name+": "+h.Status.Reason)
	}
	return fmt.Errorf("none of the %d hosts is reachable: %s", len(absent), strings.Join(why, "; "))
}

// checkSupported refuses what a service asks for and can't get, and warns of
// what is ignored.
func (u *up) checkSupported() error {
	var refused []error
	for _, s := range u.concerns() {
		refused = append(refused, checkHooks(s))
		for _, problem := range container.Unsupported(u.Project, s.Name, u.Several) {
			if problem.Fatal {
				refused = append(refused, problem)
				continue
			}
			u.warn("%s", problem)
		}
	}
	for _, sentence := range container.UnsupportedResources(u.Project, u.Several) {
		u.warn("%s", sentence)
	}
	return errors.Join(refused...)
}

// checkExternals refuses external networks that no host has.
func (u *up) checkExternals() error {
	var missing []error
	for _, s := range u.services {
		for _, key := range networkKeys(s) {
			n := u.Project.Networks[key]
			if bool(n.External) && len(u.having(func(o *hosts.Observation) bool { return state.Network(o, n.Name) != nil })) == 0 {
				missing = append(missing, fmt.Errorf("network %s declared as external, but could not be found; create it: docker network create %s", n.Name, n.Name))
			}
		}
	}
	return errors.Join(dedup(missing)...)
}

// survey sorts the project's containers into replicas, leftovers and orphans.
func (u *up) survey() error {
	u.existing = map[string][]state.Container{}
	u.all = u.State.Project(u.Project.Name)
	for _, c := range u.all {
		switch _, enabled := u.Project.Services[c.Service()]; {
		case c.Labels[hosts.LabelService] == "":
			continue // a container that only borrows the project's label
		case c.Oneoff():
			if c.State == hosts.Exited || c.State == hosts.Dead {
				u.orphans = append(u.orphans, c)
			}
		case u.leftover(c):
			u.surplus = append(u.surplus, surplus{c, ReasonInterrupted})
		case enabled:
			u.existing[c.Service()] = append(u.existing[c.Service()], c)
		case !u.disabled(c.Service()):
			u.orphans = append(u.orphans, c)
		}
	}
	return nil
}

// disabled services are in the files, but their profile isn't active.
func (u *up) disabled(service string) bool {
	return slices.Contains(u.Project.DisabledServiceNames(), service)
}

// leftover tells a replacement that an interrupted run left under its
// temporary name, while what it was to replace is still there.
func (u *up) leftover(c state.Container) bool {
	prefix, _, temporary := temporaryName(c.Name)
	return temporary && slices.ContainsFunc(u.all, func(o state.Container) bool {
		return o.Host == c.Host && strings.HasPrefix(o.ID, prefix)
	})
}

// temporaryName splits the name of a container that is to replace another:
// twelve digits of the other's ID, and the name that it will have.
func temporaryName(name string) (id, final string, ok bool) {
	id, final, ok = strings.Cut(name, "_")
	if !ok || len(id) != shortID || strings.Trim(id, "0123456789abcdef") != "" {
		return "", name, false
	}
	return id, final, true
}

// shortID is how many digits of an ID stand in a temporary name.
const shortID = 12

// removeOrphans removes what belongs to no service, or says that it is there.
func (u *up) removeOrphans() error {
	if len(u.orphans) == 0 || u.IgnoreOrphans {
		return nil
	}
	if !u.RemoveOrphans {
		var names []string
		for _, c := range u.orphans {
			names = append(names, c.Name)
		}
		u.warn("%s", orphansFound(names))
		return nil
	}
	for _, c := range u.orphans {
		u.remove(c, ReasonOrphan)
	}
	return nil
}

// remove stops and removes a container.
func (u *up) remove(c state.Container, why Reason, after ...string) string {
	if c.State == hosts.Running || c.State == hosts.Paused || c.State == hosts.Restarting {
		after = append(after, u.add(c.Host, StopContainer{ID: c.ID, Name: c.Name, Timeout: u.Timeout}, why, after...))
	}
	return u.add(c.Host, RemoveContainer{ID: c.ID, Name: c.Name}, why, after...)
}

// orphansFound says that there are orphans, as Docker Compose says it.
func orphansFound(names []string) string {
	return "Found orphan containers (" + strings.Join(names, ", ") + ") for this project. " +
		"If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up."
}
