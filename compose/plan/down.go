package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// DownRequest is all that the plan of a `down` depends on. It works from what
// runs: the compose file isn't needed.
type DownRequest struct {
	Project string
	State   state.Snapshot
	// Known are the services of the compose file, those of other profiles among
	// them; nil takes every service of the project, so that there are no orphans.
	Known []string
	// Disabled are those of other profiles: they stay, unless they are named.
	Disabled []string
	// Model is the loaded project, for its hooks; nil where only labels are known.
	Model *project.Project
	// Services limits it to these; none is all.
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
	if d.all {
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
	hooked(d.plan.Steps, d.Model, d.containers)
	return d.plan
}

type down struct {
	DownRequest
	*graph
	plan *Plan

	containers []state.Container
	// dependsOn are the services that each service depends on, by the labels of
	// its containers.
	dependsOn map[string]map[string]bool
	// all tells that no container of the project stays, as far as it was asked for.
	all bool
	// gone are the IDs of the steps that remove containers, by host.
	gone map[string][]string
}

// chooseContainers keeps those of the wanted services, and orphans where asked. A container that only borrows the project's
// label belongs to none of its services, and is left alone.
func (d *down) chooseContainers() {
	all := slices.DeleteFunc(d.State.Project(d.Project), func(c state.Container) bool {
		return c.Service() == ""
	})
	d.readDependencies(all)
	for _, c := range d.State.Left(d.Project) {
		if d.covers(c.Service()) {
			d.containers = append(d.containers, c)
		}
	}
	d.all = true
	for _, c := range all {
		switch orphan := d.orphan(c); {
		case orphan && !d.RemoveOrphans: // as with Docker Compose, of which nothing is said
		case orphan, d.goes(c):
			d.containers = append(d.containers, c)
		default:
			d.all = d.all && len(d.Services) == 0
		}
	}
}

// orphan tells whether nobody knows the container's service. A one-off one that
// runs is none.
func (d *down) orphan(c state.Container) bool {
	return d.Known != nil && !slices.Contains(d.Known, c.Service()) && !(c.Oneoff() && alive(c.State))
}

// goes tells whether a container of a known service is to go. One-off ones do
// where orphans do, as with Docker Compose.
func (d *down) goes(c state.Container) bool {
	switch {
	case c.Oneoff() && !d.RemoveOrphans, d.Known != nil && !slices.Contains(d.Known, c.Service()):
		return false
	case len(d.Services) == 0 && slices.Contains(d.Disabled, c.Service()):
		return false
	}
	return d.covers(c.Service())
}

// covers tells whether the service is to go: all are, where none is named.
func (d *down) covers(service string) bool {
	return len(d.Services) == 0 || slices.Contains(d.Services, service)
}

func (d *down) readDependencies(all []state.Container) {
	d.dependsOn = map[string]map[string]bool{}
	for _, c := range all {
		if d.dependsOn[c.Service()] == nil {
			d.dependsOn[c.Service()] = map[string]bool{}
		}
		for _, dep := range DependsOn(c.Labels) {
			d.dependsOn[c.Service()][dep] = true
		}
	}
}

// dependents are the services that depend on one directly, sorted.
func (d *down) dependents(service string) []string {
	var others []string
	for _, other := range sortedKeys(d.dependsOn) {
		if d.dependsOn[other][service] && other != service {
			others = append(others, other)
		}
	}
	return others
}

// DependsOn reads the services that a container's service depends on from its
// label: "db:service_healthy:true,cache:service_started:false".
func DependsOn(labels map[string]string) []string {
	var deps []string
	for entry := range strings.SplitSeq(labels[hosts.LabelDependsOn], ",") {
		if name, _, _ := strings.Cut(entry, ":"); name != "" {
			deps = append(deps, name)
		}
	}
	return deps
}

// removeContainers stops dependents before what they depend on. Labels may
// lie: a cycle is cut where it is met.
func (d *down) removeContainers() {
	d.gone = map[string][]string{}
	by := map[string][]state.Container{}
	for _, c := range d.containers {
		by[c.Service()] = append(by[c.Service()], c)
	}
	seen, gone := map[string]bool{}, map[string][]string{}
	var visit func(service string)
	visit = func(service string) {
		if seen[service] {
			return
		}
		seen[service] = true
		var after []string
		for _, other := range d.dependents(service) {
			visit(other)
			after = append(after, gone[other]...)
		}
		for _, c := range by[service] {
			id := d.remove(c, after)
			gone[service], d.gone[c.Host] = append(gone[service], id), append(d.gone[c.Host], id)
		}
	}
	for _, service := range sortedKeys(by) {
		visit(service)
	}
}

func (d *down) remove(c state.Container, after []string) string {
	if alive(c.State) {
		after = append(slices.Clip(after), d.add(c.Host, StopContainer{ID: c.ID, Name: c.Name, Timeout: d.Timeout}, ReasonDown, after...))
	}
	return d.add(c.Host, RemoveContainer{ID: c.ID, Name: c.Name, Volumes: d.Volumes, Force: true}, ReasonDown, after...)
}

// removeNetworks removes the project's networks once their containers are gone.
func (d *down) removeNetworks() {
	for _, o := range d.State.Observations {
		for _, n := range o.Networks {
			if n.Labels[hosts.LabelProject] == d.Project {
				d.add(o.Host.Name, RemoveNetwork{ID: n.ID, Name: n.Name}, ReasonDown, d.gone[o.Host.Name]...)
			}
		}
	}
}

// removeVolumes removes the project's named volumes, and their data. Anonymous
// ones go with their container, but for those that a replacement inherited:
// to the engine these have a name.
func (d *down) removeVolumes() {
	for _, c := range d.containers {
		for _, m := range c.Mounts {
			if m.Type == "volume" && anonymous(m.Name) {
				d.add(c.Host, RemoveVolume{Name: m.Name, Quiet: true}, ReasonDown, d.gone[c.Host]...)
			}
		}
	}
	for _, o := range d.State.Observations {
		for _, v := range o.Volumes {
			if v.Labels[hosts.LabelProject] == d.Project && (v.Labels[hosts.LabelVolume] != "" || v.Labels[hosts.LabelFiles] != "") {
				d.add(o.Host.Name, RemoveVolume{Name: v.Name}, ReasonDown, d.gone[o.Host.Name]...)
			}
		}
	}
}

// removeImages removes what the containers were made from: with "local" only
// images that carry the project's label, which a build of it gave them. A host
// removes one after the other: engines stumble over two names of one image that
// go at once.
func (d *down) removeImages() {
	for _, o := range d.State.Observations {
		refs := map[string]bool{}
		for _, img := range o.Images {
			if img.Labels[hosts.LabelProject] == d.Project && d.covers(img.Labels[hosts.LabelService]) {
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
			for _, ref := range d.imagesOfFiles() {
				if state.Image(&o, ref) != nil {
					refs[ref] = true
				}
			}
		}
		after := d.gone[o.Host.Name]
		for _, ref := range sortedKeys(refs) {
			after = []string{d.add(o.Host.Name, RemoveImage{Ref: ref}, ReasonDown, after...)}
		}
	}
}

// imagesOfFiles are those that the files name for the services that go, whether
// or not a container was made of them.
func (d *down) imagesOfFiles() []string {
	var refs []string
	if d.Model == nil {
		return nil
	}
	for name, s := range d.Model.Services {
		if s.Image != "" && d.covers(name) {
			refs = append(refs, s.Image)
		}
	}
	return refs
}
