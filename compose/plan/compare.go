package plan

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// compare decides for each replica whether its container can stay, and makes
// the request for each that can't, and for each new one.
func (u *up) compare() error {
	var problems []error
	by := u.byService()
	for _, r := range u.replicas { // dependencies first, so that parents are decided
		if r.current != nil {
			r.recreate = u.whyRecreate(r, by)
		}
		if u.MovesOnly && r.moves() {
			problems = append(problems, u.faithful(r))
		}
		spec, err := container.Spec(u.Project, r.service.Name, r.number, u.target(r, by))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		r.spec = spec
	}
	return errors.Join(dedup(problems)...)
}

// dedup drops what several replicas of one service say alike.
func dedup(problems []error) []error {
	seen := map[string]bool{}
	return slices.DeleteFunc(problems, func(err error) bool {
		if err == nil {
			return true
		}
		known := seen[err.Error()]
		seen[err.Error()] = true
		return known
	})
}

// whyRecreate is why a replica's container can't stay, "" where it can. The
// order is that of Docker Compose.
func (u *up) whyRecreate(r *replica, by map[string][]*replica) Reason {
	if r.done {
		return ""
	}
	if r.moves() {
		return ReasonMoved
	}
	if r.current.State == hosts.Removing || r.current.State == hosts.Dead {
		return ReasonInterrupted
	}
	if u.NoRecreate || u.MovesOnly {
		return ""
	}
	if u.forced(r.service.Name) {
		return ReasonForced
	}
	if why := u.outdated(r.service, *r.current); why != "" {
		return why
	}
	if why := u.misses(r); why != "" {
		return why
	}
	for _, mate := range hostMates(r.service) {
		for _, parent := range by[mate] {
			if parent.host == r.host && !parent.kept() {
				return ReasonParent
			}
		}
	}
	return ""
}

// forced tells whether the user wants the service's containers made again,
// changed or not: there is a flag for what was named, and one for the rest.
func (u *up) forced(service string) bool {
	if u.named(service) {
		return u.ForceRecreate || u.RenewAnonVolumes
	}
	return u.AlwaysRecreateDeps
}

// outdated is why a container no longer matches the files or its image.
func (u *up) outdated(s types.ServiceConfig, c state.Container) Reason {
	hash, err := u.hash(s, c.Host)
	if err != nil || c.Labels[hosts.LabelConfigHash] != hash {
		return ReasonConfigChanged
	}
	if u.Several != (c.Labels[hosts.LabelHost] != "") {
		return ReasonNetworkChanged // it was made for a bridge, or for the fabric
	}
	image := state.Image(u.State.Host(c.Host), container.Image(u.Project, s.Name))
	if made := c.Labels[hosts.LabelImage]; image != nil && made != "" && made != image.ID {
		return ReasonImageChanged
	}
	if u.superseded(s, c.Host) {
		return ReasonImageChanged
	}
	return ""
}

// hash is the configuration hash of a service's containers on a host. It
// differs between hosts only where it has the IDs of neighbours in it.
func (u *up) hash(s types.ServiceConfig, host string) (string, error) {
	mates := u.matesOn(s, host)
	if h := u.hashes[s.Name]; h != "" && len(mates) == 0 {
		return h, nil
	}
	h, err := container.Hash(u.Project, s.Name, container.Target{Containers: mates})
	if err == nil && len(mates) == 0 {
		u.hashes[s.Name] = h
	}
	return h, err
}

// matesOn are the IDs of the containers on a host that a service's own live
// with, by service.
func (u *up) matesOn(s types.ServiceConfig, host string) map[string]string {
	ids := map[string]string{}
	for _, mate := range hostMates(s) {
		for _, c := range u.existing[mate] {
			if c.Host == host && ids[mate] == "" && !u.isSurplus(c) {
				ids[mate] = c.ID
			}
		}
	}
	return ids
}

// misses is what a container lacks of the networks and volumes it should have.
func (u *up) misses(r *replica) Reason {
	for _, key := range networkKeys(r.service) {
		if !r.on(u.networks[[2]string{r.host, key}]) {
			if r.current.State == hosts.Created {
				return ReasonInterrupted
			}
			return ReasonNetworkChanged
		}
	}
	for _, v := range r.service.Volumes {
		if v.Type == types.VolumeTypeVolume && v.Source != "" && !mounts(r.current, u.Project.Volumes[v.Source].Name) {
			return ReasonVolumeChanged
		}
		if v.Type == types.VolumeTypeVolume && u.renews(r.host, v.Source) {
			return ReasonVolumeChanged
		}
	}
	for _, path := range u.mountedPaths(r) {
		if t := u.Trees[path]; t != nil && !holds(r.current, container.FilesVolume(u.Project, path, t.File != "").Name) {
			return ReasonVolumeChanged // a file has become a folder, or the other way round
		}
	}
	return ""
}

// holds tells whether a container mounts something of a volume. Engines that
// can't mount a part of one are given its place on the host.
func holds(c *state.Container, volume string) bool {
	return slices.ContainsFunc(c.Mounts, func(m hosts.Mount) bool {
		return m.Name == volume || strings.Contains(m.Source, "/"+volume+"/_data/")
	})
}

// on tells whether the current container can be started on the network. One
// that was attached to a network which is gone, or was made again behind its
// back, keeps the ID of the old one, and no engine starts it.
func (r *replica) on(n *networkPlan) bool {
	return slices.ContainsFunc(r.current.Attachments, func(a hosts.Attachment) bool {
		return a.Network == n.name && (a.NetworkID == "" || n.existing != nil && a.NetworkID == n.existing.ID)
	})
}

func mounts(c *state.Container, volume string) bool {
	return slices.ContainsFunc(c.Mounts, func(m hosts.Mount) bool { return m.Name == volume })
}

// target tells the request's maker about the host and the neighbours there.
func (u *up) target(r *replica, by map[string][]*replica) container.Target {
	t := container.Target{
		Host:       u.State.Host(r.host).Host,
		Containers: map[string]string{},
	}
	there := u.matesOn(r.service, r.host)
	for _, mate := range hostMates(r.service) {
		if !u.selected(mate) && there[mate] != "" { // it isn't brought up now, but is there
			t.Containers[mate] = there[mate]
		}
		for _, parent := range by[mate] {
			if parent.host == r.host && t.Containers[mate] == "" {
				t.Containers[mate] = parent.reference()
			}
		}
	}
	t.Linked = linked(r, by)
	t.Shipped = u.shippedTrees()
	t.Environment, t.Credentials = u.Environment[r.host], u.Credentials
	if r.inherits(u.Options) {
		t.Replaced = map[string]hosts.Mount{}
		for _, m := range u.heritage(r) {
			t.Replaced[m.Destination] = m
		}
	}
	if r.oneoff {
		t.Oneoff = u.Oneoff
	}
	if u.Several {
		t.Labels = map[string]string{
			hosts.LabelHost:     r.host,
			hosts.LabelLocation: t.Host.Location,
			hosts.LabelReserved: reservedLabel(r.service),
		}
		maps.Copy(t.Labels, u.claimsOf(r.service.Name))
		if job(r.service) {
			t.Labels[hosts.LabelJob] = r.service.Deploy.Mode
		}
		t.Fabric = u.fabricOf(r)
	}
	return t
}

// linked are the names of the containers on the replica's host of each service
// that its `links` name.
func linked(r *replica, by map[string][]*replica) map[string][]string {
	names := map[string][]string{}
	for _, link := range r.service.Links {
		service, _, _ := strings.Cut(link, ":")
		for _, other := range by[service] {
			if other.host == r.host {
				names[service] = append(names[service], other.name)
			}
		}
	}
	return names
}

// reference is how others name the container: by its ID where it stays.
func (r *replica) reference() string {
	if r.kept() {
		return r.current.ID
	}
	return r.name
}

func (u *up) fabricOf(r *replica) map[string]container.FabricNetwork {
	on := map[string]container.FabricNetwork{}
	for _, key := range networkKeys(r.service) {
		if n := u.networks[[2]string{r.host, key}]; n.fabric {
			on[key] = container.FabricNetwork{Gateway: n.gateway}
		}
	}
	return on
}

// inherits tells whether a replica takes over mounts of the container that it has.
func (r *replica) inherits(o Options) bool {
	return r.current != nil && !r.moves() && !o.RenewAnonVolumes
}

// heritage are the mounts of the container that a replica has, but for those
// that are another container's volumes.
func (u *up) heritage(r *replica) []hosts.Mount {
	others := map[string]bool{}
	for _, mate := range hostMates(r.service) {
		for _, c := range u.existing[mate] {
			for _, m := range c.Mounts {
				others[m.Name] = m.Name != ""
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(r.current.Mounts), func(m hosts.Mount) bool { return others[m.Name] })
}

// anonymous tells the names that engines make up: 64 hexadecimal digits.
func anonymous(volume string) bool {
	return len(volume) == 64 && strings.Trim(volume, "0123456789abcdef") == ""
}
