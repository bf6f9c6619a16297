package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// DownRequest is all that the plan of a `down` depends on. It works from what
// runs: the compose file isn't needed.
type DownRequest struct {
	Project string
	State   state.Snapshot
	// Known are the services of the compose file; nil takes every service of the
	// project, so that there are no orphans.
	Known []string
	// Services limits it to these and to what depends on them; none is all.
	Services []string
	// Volumes removes named volumes, and the anonymous ones of containers.
	Volumes       bool
	RemoveOrphans bool
	// Images removes the images of services: "" for none, "local" for those
	// without a name of their own, "all".
	Images  string
	Timeout *time.Duration
}

// Down plans the removal of a project: of what its labels say is its own.
func Down(r DownRequest) *Plan {
	d := &down{DownRequest: r, graph: newGraph(), plan: &Plan{Project: r.Project}}
	d.chooseContainers()
	d.removeContainers()
	if len(d.Services) == 0 {
		d.removeNetworks()
		if d.Volumes {
			d.removeVolumes()
		}
	}
	if d.Images != "" {
		d.removeImages()
	}
	for _, h := range d.State.Absent() {
		d.plan.Warnings = append(d.plan.Warnings, "host "+h.Name+" doesn't answer: "+h.Status.Reason+"; what it holds of "+d.Project+" is still there")
	}
	d.plan.Steps = d.sorted()
	return d.plan
}

type down struct {
	DownRequest
	*graph
	plan *Plan

	containers []state.Container
	orphans    []string
	// gone are the IDs of the steps that remove containers, by host and container ID.
	gone map[[2]string]string
}

// chooseContainers keeps those of the wanted services, of what depends on
// them, and orphans where asked.
func (d *down) chooseContainers() {
	all := d.State.Project(d.Project)
	wanted := d.wanted(all)
	for _, c := range all {
		orphan := d.Known != nil && !slices.Contains(d.Known, c.Service())
		switch {
		case orphan && !d.RemoveOrphans:
			d.orphans = append(d.orphans, c.Name)
		case orphan, wanted[c.Service()], len(d.Services) == 0:
			d.containers = append(d.containers, c)
		}
	}
	if len(d.orphans) > 0 {
		d.plan.Warnings = append(d.plan.Warnings, "Found orphan containers (["+strings.Join(d.orphans, " ")+
			"]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.")
	}
}

// wanted are the named services and all that depend on them, by label.
func (d *down) wanted(all []state.Container) map[string]bool {
	wanted := map[string]bool{}
	for _, s := range d.Services {
		wanted[s] = true
	}
	for grew := len(wanted) > 0; grew; {
		grew = false
		for _, c := range all {
			if !wanted[c.Service()] && slices.ContainsFunc(DependsOn(c.Labels), func(dep string) bool { return wanted[dep] }) {
				wanted[c.Service()], grew = true, true
			}
		}
	}
	return wanted
}

// DependsOn reads the services that a container's service depends on from its
// label: "db:service_healthy:true,cache:service_started:false".
func DependsOn(labels map[string]string) []string {
	var deps []string
	for _, entry := range strings.Split(labels[hosts.LabelDependsOn], ",") {
		if name, _, _ := strings.Cut(entry, ":"); name != "" {
			deps = append(deps, name)
		}
	}
	return deps
}

// removeContainers stops dependents before what they depend on.
func (d *down) removeContainers() {
	d.gone = map[[2]string]string{}
	stops := map[string][]string{} // by service
	for _, c := range d.dependentsFirst() {
		var after []string
		for _, other := range d.containers {
			if slices.Contains(DependsOn(other.Labels), c.Service()) && other.Service() != c.Service() {
				after = append(after, stops[other.Service()]...)
			}
		}
		stop := ""
		if alive(c.State) {
			stop = d.add(c.Host, StopContainer{ID: c.ID, Name: c.Name, Timeout: d.Timeout}, ReasonDown, after...)
		}
		gone := d.add(c.Host, RemoveContainer{ID: c.ID, Name: c.Name, Volumes: d.Volumes, Force: true}, ReasonDown, append(after, stop)...)
		stops[c.Service()] = append(stops[c.Service()], gone)
		d.gone[[2]string{c.Host, c.ID}] = gone
	}
}

// dependentsFirst orders containers so that no service stands before one that
// depends on it. Labels may lie; a cycle is cut where it is met.
func (d *down) dependentsFirst() []state.Container {
	by := map[string][]state.Container{}
	for _, c := range d.containers {
		by[c.Service()] = append(by[c.Service()], c)
	}
	var order []state.Container
	seen := map[string]bool{}
	var visit func(service string)
	visit = func(service string) {
		if seen[service] {
			return
		}
		seen[service] = true
		for _, other := range sortedKeys(by) {
			if slices.ContainsFunc(by[other], func(c state.Container) bool { return slices.Contains(DependsOn(c.Labels), service) }) {
				visit(other)
			}
		}
		order = append(order, by[service]...)
	}
	for _, service := range sortedKeys(by) {
		visit(service)
	}
	return order
}

// removeNetworks removes the project's networks once their containers are gone.
func (d *down) removeNetworks() {
	for _, o := range d.State.Observations {
		for _, n := range o.Networks {
			if n.Labels[hosts.LabelProject] == d.Project {
				d.add(o.Host.Name, RemoveNetwork{ID: n.ID, Name: n.Name}, ReasonDown, d.goneFrom(o.Host.Name)...)
			}
		}
	}
}

func (d *down) removeVolumes() {
	for _, o := range d.State.Observations {
		for _, v := range o.Volumes {
			if v.Labels[hosts.LabelProject] == d.Project && v.Labels[hosts.LabelVolume] != "" {
				d.add(o.Host.Name, RemoveVolume{Name: v.Name}, ReasonDown, d.goneFrom(o.Host.Name)...)
			}
		}
	}
}

// goneFrom are the steps that remove the host's containers.
func (d *down) goneFrom(host string) []string {
	var ids []string
	for _, key := range sortedPairs(d.gone) {
		if key[0] == host {
			ids = append(ids, d.gone[key])
		}
	}
	return ids
}

// removeImages removes what the containers were made from: with "local" only
// images that carry the project's label, which a build of it gave them.
func (d *down) removeImages() {
	for _, o := range d.State.Observations {
		refs := map[string]bool{}
		for _, img := range o.Images {
			if img.Labels[hosts.LabelProject] == d.Project {
				for _, tag := range img.Tags {
					refs[tag] = true
				}
			}
		}
		if d.Images == "all" {
			for _, c := range d.containers {
				if c.Host == o.Host.Name {
					refs[c.Image] = true
				}
			}
		}
		for _, ref := range sortedKeys(refs) {
			d.add(o.Host.Name, RemoveImage{Ref: ref}, ReasonDown, d.goneFrom(o.Host.Name)...)
		}
	}
}
