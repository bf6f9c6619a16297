package plan

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// copyImages adds the steps that bring images which were built on one host to
// the others that run them.
func (u *up) copyImages() error {
	if !u.Several {
		return nil
	}
	for _, r := range u.replicas {
		if r.service.Build == nil || r.kept() {
			continue
		}
		ref := container.Image(u.Project, r.service.Name)
		if from, after, why := u.origin(ref, r); from != "" {
			u.pulls = append(u.pulls, u.add(r.host, CopyImage{Ref: ref, From: from, Also: u.alike(ref, from)}, why, after))
		}
	}
	return nil
}

// origin is the host that a replica's image is to come from, "" where its own
// host has it or nobody does, and the step after which it is there.
func (u *up) origin(ref string, r *replica) (from, after string, why Reason) {
	here := u.State.Host(r.host)
	why = ReasonImageChanged
	if state.Image(here, ref) == nil {
		why = ReasonMissing
	}
	if b, building := u.builds[ref][here.Host.Platform]; building {
		if b.host == r.host {
			return "", "", ""
		}
		return b.host, b.step, why
	}
	holder := u.holder(ref, here.Host.Platform)
	if holder == nil || holder.Host.Name == r.host || !u.superseded(r.service, r.host) && why != ReasonMissing {
		return "", "", ""
	}
	return holder.Host.Name, "", why
}

// spares is how many hosts beside the first one are asked for an image. Each has
// to be made ready to give it.
const spares = 2

// alike are hosts that have the same image as the given one.
func (u *up) alike(ref, from string) (names []string) {
	first := u.State.Host(from)
	image := state.Image(first, ref)
	if _, building := u.builds[ref]; building || image == nil {
		return nil
	}
	for i := range u.State.Observations {
		o := &u.State.Observations[i]
		other := state.Image(o, ref)
		if o.Host.Name == from || !o.Host.Status.Ready || o.Host.Platform != first.Host.Platform || other == nil || len(names) == spares {
			continue
		}
		if sameImage(*other, *image) {
			names = append(names, o.Host.Name)
		}
	}
	return names
}

// superseded tells whether a host's image of a service is another one than was
// built last on a host of its kind.
func (u *up) superseded(s types.ServiceConfig, host string) bool {
	if !u.Several || s.Build == nil {
		return false
	}
	ref := container.Image(u.Project, s.Name)
	here := u.State.Host(host)
	own := state.Image(here, ref)
	if own == nil {
		return false
	}
	holder := u.holder(ref, here.Host.Platform)
	return holder != nil && !sameImage(*own, *state.Image(holder, ref))
}

// sameImage tells whether two hosts' images are one. Engines that keep images as
// they are in registries name them after their manifest, others after their
// configuration: between these, the time of creation has to do.
func sameImage(a, b hosts.Image) bool {
	if a.ID == b.ID {
		return true
	}
	return byManifest(a) != byManifest(b) && a.Created.Equal(b.Created)
}

func byManifest(i hosts.Image) bool {
	return slices.ContainsFunc(i.Digests, func(d string) bool { return len(d) > len(i.ID) && d[len(d)-len(i.ID)-1:] == "@"+i.ID })
}
