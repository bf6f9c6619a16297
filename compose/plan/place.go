package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// placeReplicas asks the scheduler where each replica goes.
func (u *up) placeReplicas() error {
	tasks, byName := u.tasks()
	pool := u.candidates(u.currents())
	decisions, err := u.place(tasks, pool)
	switch {
	case err == nil:
	case decisions != nil && u.MovesOnly:
		u.stayIfNowhere(decisions, err)
	case decisions != nil && u.exhausted():
		decisions = u.leaveOut(decisions, err)
	default:
		return cmp.Or(u.unmet(pool), u.atCeiling(decisions, err))
	}
	if u.Rebalance {
		if decisions, err = u.rebalance(decisions, pool); err != nil {
			return err
		}
	}
	for _, d := range decisions {
		byName[d.Task.Service+"/"+strconv.Itoa(d.Task.Number)].host = d.Host
	}
	u.plan.Placements = inOrder(append(decisions, u.finishedDecisions()...))
	u.tellTied()
	return nil
}

// tasks are what the scheduler has to know of the replicas, and those by service
// and number: "web/3".
func (u *up) tasks() ([]scheduler.Task, map[string]*replica) {
	byName := map[string]*replica{}
	var tasks []scheduler.Task
	for _, r := range u.replicas {
		if r.done {
			continue
		}
		t := u.task(r)
		byName[t.Service+"/"+strconv.Itoa(t.Number)] = r
		tasks = append(tasks, t)
	}
	return tasks, byName
}

// inOrder sorts decisions as the scheduler does.
func inOrder(decisions []scheduler.Decision) []scheduler.Decision {
	slices.SortStableFunc(decisions, func(a, b scheduler.Decision) int {
		return cmp.Or(cmp.Compare(a.Task.Service, b.Task.Service), cmp.Compare(a.Task.Number, b.Task.Number))
	})
	return decisions
}

// task is what the scheduler has to know of a replica.
func (u *up) task(r *replica) scheduler.Task {
	s := r.service
	sc := u.Project.ServiceClocker(s.Name)
	t := scheduler.Task{
		Name:    fmt.Sprintf("%s-%d", s.Name, r.number),
		Project: u.Project.Name, Service: s.Name, Number: r.number,
		Locations:  sc.Location,
		Platform:   hosts.ParsePlatform(s.Platform),
		Needs:      reservations(s),
		Ports:      fixedPorts(s),
		Strategies: u.asked(sc.Placement.Strategies),
		Pins:       u.pins(s),
		Group:      u.groupOf(s.Name),
	}
	if s.Deploy != nil {
		t.Constraints = s.Deploy.Placement.Constraints
		t.MaxPerHost = int(s.Deploy.Placement.MaxReplicas) //nolint:gosec // a count of replicas
	}
	if u.Several { // on the only host the engine is the judge
		t.Devices = devices(s)
	}
	if r.oneoff {
		t.Name, t.MaxPerHost = s.Name+"-run", 0 // the limit is about replicas
	}
	if r.only != "" {
		t.Pins = append(t.Pins, scheduler.Pin{Hosts: []string{r.only}, Reason: "each host has one of its own"})
		t.Group = ""
	}
	if r.current != nil {
		t.Current, t.Tied = r.current.Host, u.tied(s, r.current.Host)
	}
	return t
}

// reservations are what a service wants kept for each of its replicas.
func reservations(s types.ServiceConfig) hosts.Resources {
	need := hosts.Resources{MemoryBytes: int64(s.MemReservation)}
	if s.Deploy != nil && s.Deploy.Resources.Reservations != nil {
		r := s.Deploy.Resources.Reservations
		need.NanoCPUs = int64(float64(r.NanoCPUs) * 1e9)
		need.MemoryBytes = max(need.MemoryBytes, int64(r.MemoryBytes))
	}
	return need
}

// reservedLabel writes reservations so that a later sweep reads them.
func reservedLabel(s types.ServiceConfig) string {
	r := reservations(s)
	text := fmt.Sprintf("%d,%d", r.NanoCPUs, r.MemoryBytes)
	if d := devices(s).String(); d != "" {
		text += "," + d
	}
	return text
}

// reserved reads what a container reserves from its label; 0 where it has none.
func reserved(c hosts.Container) (hosts.Resources, hosts.Devices) {
	cpus, rest, _ := strings.Cut(c.Labels[hosts.LabelReserved], ",")
	memory, devices, _ := strings.Cut(rest, ",")
	var r hosts.Resources
	r.NanoCPUs, _ = strconv.ParseInt(cpus, 10, 64)
	r.MemoryBytes, _ = strconv.ParseInt(memory, 10, 64)
	return r, hosts.ParseDevices(devices)
}

// fixedPorts are the host ports that a service names one by one. Of a range
// the engine takes a free one.
func fixedPorts(s types.ServiceConfig) []hosts.PublishedPort {
	if s.NetworkMode == "host" {
		return nil
	}
	var ports []hosts.PublishedPort
	for _, p := range s.Ports {
		n, err := strconv.ParseUint(p.Published, 10, 16)
		if err != nil || n == 0 {
			continue
		}
		ports = append(ports, hosts.PublishedPort{
			HostIP: p.HostIP, HostPort: uint16(n), ContainerPort: uint16(p.Target), //nolint:gosec // compose-go checks ports
			Protocol: cmp.Or(p.Protocol, "tcp"),
		})
	}
	return ports
}

// currents are the containers that the wanted replicas have already.
func (u *up) currents() []state.Container {
	var all []state.Container
	for _, r := range u.replicas {
		if r.current != nil && !r.done {
			all = append(all, *r.current)
		}
	}
	return all
}

// leaving are the containers that the plan removes for good.
func (u *up) leaving() []state.Container {
	var all []state.Container
	for _, s := range u.surplus {
		all = append(all, s.Container)
	}
	if u.RemoveOrphans && !u.IgnoreOrphans {
		all = append(all, u.orphans...)
	}
	return all
}

// containerSet has containers by host and ID.
type containerSet map[[2]string]bool

func setOf(containers []state.Container) containerSet {
	set := containerSet{}
	for _, c := range containers {
		set[[2]string{c.Host, c.ID}] = true
	}
	return set
}

// candidates are the hosts of the pool with what is on them, but for the
// containers that are being placed and those that will be removed.
func (u *up) candidates(placing []state.Container) []scheduler.Candidate {
	without := setOf(append(u.leaving(), placing...))
	var pool []scheduler.Candidate
	for _, o := range u.State.Observations {
		c := scheduler.Candidate{Host: o.Host, Replicas: map[string]int{}, Strategies: u.asked(u.Locations[o.Host.Location].Strategies)}
		for _, on := range o.Containers {
			if !without[[2]string{o.Host.Name, on.ID}] {
				count(&c, on)
			}
		}
		pool = append(pool, c)
	}
	return pool
}

// count adds one container to what a host holds.
func count(c *scheduler.Candidate, on hosts.Container) {
	if on.Labels[hosts.LabelFabric] != "" {
		return // the router is part of the host
	}
	c.Containers++
	if !doneJob(on) {
		resources, devices := reserved(on)
		c.Reserved, c.Devices = c.Reserved.Add(resources), c.Devices.Add(devices)
	}
	if project := on.Labels[hosts.LabelProject]; project != "" {
		c.Replicas[project+"/"+on.Labels[hosts.LabelService]]++
		claim(c, on)
	}
	for _, p := range on.Ports {
		if p.HostPort != 0 {
			c.Ports = append(c.Ports, p)
		}
	}
}

// pins restrict a service to the hosts that hold its data, to those where a
// service runs that it lives with, and to those that have the external networks
// it names.
func (u *up) pins(s types.ServiceConfig) []scheduler.Pin {
	var pins []scheduler.Pin
	if !global(s) {
		for _, name := range u.volumeNames(s) {
			if holders := u.holders(name); len(holders) > 0 {
				pins = append(pins, scheduler.Pin{Hosts: holders, Reason: "volume " + name + " is on " + strings.Join(holders, ", ")})
			}
		}
	}
	for _, mate := range hostMates(s) {
		if have := u.homesOf(mate); len(have) > 0 && !u.selected(mate) {
			pins = append(pins, scheduler.Pin{Hosts: have, Reason: "service " + mate + " is " + onHosts(have)})
		}
	}
	for _, key := range sortedKeys(s.Networks) {
		n := u.Project.Networks[key]
		if !bool(n.External) || u.onFabric(key) {
			continue
		}
		have := u.having(func(o *hosts.Observation) bool { return state.Network(o, n.Name) != nil })
		pins = append(pins, scheduler.Pin{Hosts: have, Reason: "external network " + n.Name + " is " + onHosts(have)})
	}
	return pins
}

// homesOf are the hosts that a service has containers on, sorted.
func (u *up) homesOf(service string) []string {
	var names []string
	for _, c := range u.existing[service] {
		names = append(names, c.Host)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// selected tells whether the service is among those to bring up.
func (u *up) selected(service string) bool {
	return slices.ContainsFunc(u.services, func(s types.ServiceConfig) bool { return s.Name == service })
}

func onHosts(names []string) string {
	if len(names) == 0 {
		return "on no host"
	}
	return "on " + strings.Join(names, ", ")
}

// holders are the ready hosts that have the volume, sorted.
func (u *up) holders(volume string) []string {
	return u.having(func(o *hosts.Observation) bool { return state.Volume(o, volume) != nil })
}

func (u *up) having(has func(*hosts.Observation) bool) []string {
	var names []string
	for i := range u.State.Observations {
		if o := &u.State.Observations[i]; o.Host.Status.Ready && has(o) {
			names = append(names, o.Host.Name)
		}
	}
	slices.Sort(names)
	return names
}
