//go:build e2e

package e2e

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"gotest.tools/v3/assert"
)

var (
	spreadMB    = flag.Int("spread-mb", 0, "MB of the image that is brought to many hosts; 0 leaves that out")
	spreadHosts = flag.Int("spread-hosts", 8, "how many hosts there are then")
	spreadMbit  = flag.Int("spread-mbit", 250, "Mbit/s of each host's link, when the two quickest ways are taken again")
	spreadTurns = flag.Int("spread-turns", 3, "how often the two quickest ways are taken in turn; the median counts")
)

// spreadLayers is how many layers of the same size the image has. The last one changes.
const spreadLayers = 10

// An image of ten layers, one of which has changed, on its way from one host to all others: by this program, by
// docker save | docker load for each host in turn, and by a registry on the host that has it, to which the image as it
// was before has been pushed. Hosts that have the other layers from elsewhere pull them once more.
func TestBenchSpread(t *testing.T) {
	if *spreadMB == 0 {
		t.Skip("a comparison, not a test: run 'make bench-images'")
	}
	s := newSpread(t, cmp.Or(os.Getenv("SPREAD_ENGINE"), "20"))
	whole, layer := int64(*spreadMB)*1e6, int64(*spreadMB)*1e6/spreadLayers
	all := s.measure(t, whole, s.carry)
	s.open(t)
	s.registry(t)
	loaded := s.measure(t, layer, s.registry)
	inTurn := s.measure(t, layer, s.load)
	own, pulled := s.turns(t, layer)
	for _, h := range append([]Host{s.first}, s.others...) {
		h.limit(t, fmt.Sprint(*spreadMbit, "mbit"), "1mb")
	}
	linked, linkedPull := s.turns(t, layer)
	table := tabwriter.NewWriter(t.Output(), 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "engine %s, %d MB in %d layers, to %d hosts\ttime\tof ours\tprocessors\tof ours\treceived by all\tlacking\tshare\tfrom this machine\n",
		s.lab.Generation, *spreadMB, spreadLayers, len(s.others))
	all.tell(table, "all layers, clocker-compose", all)
	own.tell(table, "one layer, clocker-compose", own)
	inTurn.tell(table, "one layer, save | load in turn", own)
	loaded.tell(table, "one layer, registry, hosts that loaded the rest", own)
	pulled.tell(table, "one layer, registry, hosts that pulled the rest", own)
	linked.tell(table, fmt.Sprintf("one layer, links of %d Mbit/s, clocker-compose", *spreadMbit), linked)
	linkedPull.tell(table, fmt.Sprintf("one layer, links of %d Mbit/s, registry, hosts that pulled the rest", *spreadMbit), linked)
	assert.NilError(t, table.Flush())
}

// turns takes the two quickest ways in turn, and returns the median of each.
func (s *spread) turns(t *testing.T, layer int64) (own, pulled spreading) {
	t.Helper()
	var ours, theirs []spreading
	for range *spreadTurns {
		ours = append(ours, s.measure(t, layer, s.carry))
		theirs = append(theirs, s.measure(t, layer, s.registry))
	}
	return middle(ours), middle(theirs)
}

// spreading is what bringing an image to all hosts took.
type spreading struct {
	outlay
	// received is what all of them got, lacking what they needed, here what came from this machine; all in MB.
	received, lacking, here float64
}

func (m spreading) tell(to io.Writer, name string, ours spreading) {
	fmt.Fprintf(to, "%s\t%.1f s\t%.2f\t%.1f s\t%.2f\t%.1f MB\t%.1f MB\t%.3f\t%.1f MB\n", name,
		m.time.Seconds(), m.time.Seconds()/ours.time.Seconds(), m.used.Seconds(), m.used.Seconds()/ours.used.Seconds(),
		m.received, m.lacking, m.received/m.lacking, m.here)
}

// outlay is how long something took, and what it used of the hosts' processors, which neighbours change less.
type outlay struct{ time, used time.Duration }

// since measures from a moment at which the hosts had used so much.
func (s *spread) since(t *testing.T, began time.Time, used time.Duration) outlay {
	t.Helper()
	return outlay{time.Since(began), s.lab.used(t) - used}
}

func middle(list []spreading) spreading {
	slices.SortFunc(list, func(a, b spreading) int { return cmp.Compare(a.time, b.time) })
	return list[len(list)/2]
}

// measure changes what the hosts are to lack then, bytes on each, and brings it to them.
func (s *spread) measure(t *testing.T, lacks int64, bring func(*testing.T) outlay) spreading {
	t.Helper()
	if lacks < int64(*spreadMB)*1e6 {
		s.change(t)
	}
	before := s.received(t)
	took := bring(t)
	after := s.received(t)
	in, out := after.in-before.in, after.out-before.out
	m := spreading{took, float64(in) / 1e6, float64(lacks*int64(len(s.others))) / 1e6, float64(max(0, in-out)) / 1e6}
	t.Logf("%.1f s, %.1f s of the processors, %.1f MB", m.time.Seconds(), m.used.Seconds(), m.received)
	return m
}

// spread is an image on one host, and the others.
type spread struct {
	lab *Lab
	// pool has all hosts, single the first alone.
	pool, single *Project
	first        Host
	others       []Host
	address      string // of the registry, as all hosts call it
}

const spreadImage = "spread:1"

func newSpread(t *testing.T, generation string) *spread {
	t.Helper()
	l := raise(t, "many", generation, *spreadHosts, "tls")
	s := &spread{lab: l, first: l.Host(1)}
	for n := 2; n <= *spreadHosts; n++ {
		s.others = append(s.others, l.Host(n))
	}
	file := "services:\n  web: {image: \"" + spreadImage + "\", build: ., command: sleep 1000, deploy: {mode: global}}\n"
	s.pool = l.Project(t, file)
	s.single = l.OnOneHost(t, s.first, file)
	s.join(t)
	for n := range spreadLayers {
		s.fill(t, n)
	}
	s.build(t)
	return s
}

// join does what is needed once: the network, and the program that carries.
func (s *spread) join(t *testing.T) {
	t.Helper()
	p := s.lab.Project(t, "services:\n  web: {build: {dockerfile_inline: \"FROM busybox\\nRUN echo x > /x\"}, command: sleep 1000, init: true, deploy: {mode: global}}\n")
	p.Do(t, "up", "-d")
	p.Do(t, "down", "--rmi", "all")
}

// fill makes one layer's file of random bytes.
func (s *spread) fill(t *testing.T, layer int) {
	t.Helper()
	dockerfile := "FROM busybox\n"
	for n := range spreadLayers {
		dockerfile += fmt.Sprintf("COPY %d /%d\n", n, n)
	}
	s.single.File(t, "Dockerfile", dockerfile)
	s.single.random(t, strconv.Itoa(layer), *spreadMB*1e6/spreadLayers)
}

// random makes a file of random bytes.
func (p *Project) random(t *testing.T, name string, size int) {
	t.Helper()
	p.fill(t, "random", (size>>20)+1)
	file, err := os.Create(filepath.Join(p.folder, name))
	assert.NilError(t, err)
	defer file.Close()
	left := int64(size)
	for i := 0; left > 0; i++ {
		part, err := os.ReadFile(filepath.Join(p.folder, "random", strconv.Itoa(i%4), strconv.Itoa(i%16)))
		assert.NilError(t, err)
		n, err := file.Write(part[:min(int64(len(part)), left)])
		assert.NilError(t, err)
		left -= int64(n)
	}
	assert.NilError(t, os.RemoveAll(filepath.Join(p.folder, "random")))
}

// change makes the last layer another one, on the first host alone.
func (s *spread) change(t *testing.T) {
	t.Helper()
	s.fill(t, spreadLayers-1)
	s.build(t)
}

// build takes its time where an engine compresses what it builds.
func (s *spread) build(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	out, err := s.single.command(ctx, program(t), "build").CombinedOutput()
	assert.NilError(t, err, "%s", out)
}

// carry is how long the pool takes from the first image that is copied to the last. No container runs.
func (s *spread) carry(t *testing.T) outlay {
	t.Helper()
	s.pool.Do(t, "down")
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	run := s.pool.command(ctx, program(t), "--progress", "json", "up", "--no-start", "--no-build")
	events, err := run.StderrPipe()
	assert.NilError(t, err)
	assert.NilError(t, run.Start())
	var began time.Time
	var used time.Duration
	var took outlay
	copied, last := 0, ""
	for lines := bufio.NewScanner(events); lines.Scan(); {
		last = lines.Text()
		var e struct{ Text string }
		_ = json.Unmarshal(lines.Bytes(), &e)
		if e.Text == "Copying" && began.IsZero() {
			began, used = time.Now(), s.lab.used(t)
		}
		if e.Text == "Copied" {
			copied++
			if copied == len(s.others) {
				took = s.since(t, began, used)
			}
		}
	}
	assert.NilError(t, run.Wait(), last)
	assert.Equal(t, copied, len(s.others))
	s.sameEverywhere(t)
	return took
}

func (s *spread) sameEverywhere(t *testing.T) {
	t.Helper()
	id := s.first.Docker(t, "images", "-q", spreadImage)
	for _, h := range s.others {
		assert.Equal(t, h.Docker(t, "images", "-q", spreadImage), id)
	}
}

func (s *spread) load(t *testing.T) outlay {
	t.Helper()
	began, used := time.Now(), s.lab.used(t)
	for _, h := range s.others {
		s.shell(t, s.docker(t, s.first)+"save "+spreadImage+" | "+s.docker(t, h)+"load")
	}
	took := s.since(t, began, used)
	s.sameEverywhere(t)
	return took
}

// docker is the client with a host's engine over the network.
func (s *spread) docker(t *testing.T, h Host) string {
	t.Helper()
	keys := s.lab.state("keys")
	return fmt.Sprintf("docker -H tcp://%s:2376 --tlsverify --tlscacert %s/ca.pem --tlscert %[2]s/client.pem --tlskey %[2]s/client-key.pem ", h.Address(t), keys)
}

// shell runs a command here.
func (s *spread) shell(t *testing.T, command string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh", "-c", command)
	shell.Env = s.lab.environment()
	out, err := shell.CombinedOutput()
	assert.NilError(t, err, "%s", out)
}

// open runs a registry on the first host, and makes all others reach it as their own.
func (s *spread) open(t *testing.T) {
	t.Helper()
	s.address = registryAt(t, s.first, "0.0.0.0:5000")
	at := s.first.Address(t)
	for _, h := range s.others {
		_, err := h.Run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet;"+
			"iptables -t nat -A OUTPUT -p tcp -d 127.0.0.1 --dport 5000 -j DNAT --to-destination "+at+":5000;"+
			"iptables -t nat -A POSTROUTING -p tcp --dport 5000 -d "+at+" -j MASQUERADE")
		assert.NilError(t, err)
	}
}

// registry pushes once, and pulls on all hosts at once.
func (s *spread) registry(t *testing.T) outlay {
	t.Helper()
	name := s.address + "/" + spreadImage
	began, used := time.Now(), s.lab.used(t)
	s.shell(t, s.docker(t, s.first)+"tag "+spreadImage+" "+name+" && "+s.docker(t, s.first)+"push -q "+name)
	var pulls strings.Builder
	for _, h := range s.others {
		fmt.Fprintf(&pulls, "%s pull -q %s & all=\"$all $!\"\n", s.docker(t, h), name)
	}
	s.shell(t, pulls.String()+"for p in $all; do wait $p || exit 1; done")
	return s.since(t, began, used)
}

// received is what all hosts have on their cables: in of the others, out of all. What was received and no host sent
// came from this machine.
func (s *spread) received(t *testing.T) moved {
	t.Helper()
	sum := moved{out: s.first.moved(t).out}
	for _, h := range s.others {
		m := h.moved(t)
		sum.in, sum.out = sum.in+m.in, sum.out+m.out
	}
	return sum
}
