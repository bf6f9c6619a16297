package plan

import (
	"cmp"
	"maps"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// makeContainers adds the steps that create, replace, move and remove.
func (u *up) makeContainers() error {
	by := u.byService()
	for _, r := range u.replicas {
		switch {
		case r.kept():
			u.keep(r, by)
		case r.current == nil:
			u.create(r, by, ReasonMissing)
		case r.moves():
			u.move(r, by)
		case u.losesVolume(r):
			u.rebuild(r, by)
		default:
			u.replace(r, by)
		}
	}
	for _, s := range u.surplus {
		u.remove(s.Container, s.why)
	}
	return nil
}

// keep leaves a container, but gives it the name that an interrupted run
// didn't get to, and puts it back on networks that are made again.
func (u *up) keep(r *replica, by map[string][]*replica) {
	if _, final, temporary := temporaryName(r.current.Name); temporary {
		u.add(r.host, RenameContainer{Container: r.current.ID, From: r.current.Name, To: final}, ReasonInterrupted)
	}
	if r.done {
		return
	}
	for _, key := range networkKeys(r.service) {
		n := u.networks[[2]string{r.host, key}]
		if n.removed == "" {
			continue
		}
		for _, a := range r.spec.Networks {
			if a.Network == n.name {
				r.created = u.add(r.host, ConnectNetwork{Attachment: a, Container: r.current.ID, Name: r.name}, n.why, n.created, r.created)
				u.pause(r, n.why)
			}
		}
	}
	u.stopWithDependencies(r, by)
	if r.running() && r.pause == "" {
		u.plan.Unchanged = append(u.plan.Unchanged, Container{Host: r.host, Service: r.service.Name, Name: r.name})
	}
}

// create adds a new replica.
func (u *up) create(r *replica, by map[string][]*replica, why Reason) {
	if r.oneoff {
		why = ReasonRun
	} else if len(u.existing[r.service.Name]) > 0 && why == ReasonMissing {
		why = ReasonScaleUp
	}
	r.created = u.add(r.host, u.creation(r, by, r.spec), why, u.needs(r, by)...)
}

// replace creates the new container under a temporary name, stops and removes
// the old one, and gives its name to the new one. What an interruption leaves
// at any point, the next run can tell by the names.
func (u *up) replace(r *replica, by map[string][]*replica) {
	spec := r.spec
	spec.Name = r.current.ID[:min(len(r.current.ID), shortID)] + "_" + r.name
	if !u.RenewAnonVolumes { // what inherits nothing replaces nothing
		config := *spec.Config
		config.Labels = maps.Clone(config.Labels)
		config.Labels[hosts.LabelReplace] = cmp.Or(r.service.ContainerName, r.service.Name+"-"+strconv.Itoa(r.number))
		spec.Config = &config
	}
	creation := u.creation(r, by, spec)
	creation.Replaces = r.current.ID
	created := u.add(r.host, creation, r.recreate, u.needs(r, by)...)
	removed := u.giveUp(r, by, r.recreate, created)
	r.created = u.add(r.host, RenameContainer{Container: spec.Name, From: spec.Name, To: r.name}, r.recreate, removed)
}

// giveUp stops and removes the container that a replica has, once its
// successor is created. Where that is on the same host it does so quietly.
func (u *up) giveUp(r *replica, by map[string][]*replica, why Reason, created string) (removed string) {
	c, here := *r.current, !r.moves()
	quiet := here && created != "" // else it is no replacement that tells its own progress
	if alive(c.State) {
		r.stopping = u.add(c.Host, StopContainer{ID: c.ID, Name: c.Name, Timeout: u.Timeout, Quiet: quiet}, why, u.stopAfter(r, by, created))
		u.stopWithDependencies(r, by)
	}
	return u.add(c.Host, RemoveContainer{ID: c.ID, Name: c.Name, Volumes: here && u.RenewAnonVolumes, Quiet: quiet}, why, created, r.stopping)
}

// creation is the action that creates a replica from a request.
func (u *up) creation(r *replica, by map[string][]*replica, spec hosts.ContainerSpec) CreateContainer {
	a := CreateContainer{Service: r.service.Name, Number: r.number, Name: r.name, Spec: spec, Image: spec.Config.Image}
	if r.inherits(u.Options) {
		a.Heritage = u.heritage(r)
	}
	for _, mate := range hostMates(r.service) {
		for _, parent := range by[mate] {
			if parent.host == r.host && !parent.kept() {
				a.Parents = map[string]string{}
			}
		}
	}
	if a.Parents == nil {
		return a
	}
	known := u.target(r, by).Containers
	maps.Copy(a.Parents, known)
	a.Rehash = func(ids map[string]string) (string, error) {
		return container.Hash(u.Project, r.service.Name, container.Target{Containers: ids})
	}
	return a
}

// stopAfter is what stopping the old container waits for: that its successor
// could be created, unless something in its way has to go first.
func (u *up) stopAfter(r *replica, by map[string][]*replica, created string) string {
	for _, key := range networkKeys(r.service) {
		if u.networks[[2]string{r.host, key}].removed != "" {
			return ""
		}
	}
	for _, mate := range hostMates(r.service) {
		for _, parent := range by[mate] {
			if parent.host == r.host && parent.created != "" {
				return "" // which waits until this one lets go of the parent
			}
		}
	}
	return created
}

// needs are the steps that must be done before a replica can be created.
func (u *up) needs(r *replica, by map[string][]*replica) []string {
	var after []string
	for _, key := range networkKeys(r.service) {
		after = append(after, u.networks[[2]string{r.host, key}].created)
	}
	for _, v := range r.service.Volumes {
		if v.Type == types.VolumeTypeVolume {
			after = append(after, u.volumes[[2]string{r.host, v.Source}])
		}
	}
	for _, path := range u.mountedPaths(r) {
		after = append(after, u.ships[[2]string{r.host, path}])
	}
	for _, mate := range hostMates(r.service) {
		for _, parent := range by[mate] {
			if parent.host == r.host {
				after = append(after, parent.created)
			}
		}
	}
	return after
}
