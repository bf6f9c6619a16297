package plan

import (
	"errors"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// pullImages adds a step for each image that a host lacks for its new
// containers, and for each that is always pulled.
func (u *up) pullImages() error {
	var problems []error
	for _, r := range u.replicas {
		if u.MovesOnly && r.kept() {
			continue
		}
		id, err := u.pull(r)
		if err != nil {
			problems = append(problems, err)
		}
		u.pullHooks(r)
		u.pullMounts(r)
		if id != "" && len(u.pulls) == 0 || id != "" && u.pulls[len(u.pulls)-1] != id {
			u.pulls = append(u.pulls, id)
		}
	}
	return errors.Join(dedup(problems)...)
}

// pullHooks adds steps that pull the images of a replica's hooks, where they
// are others than its own. Which of the hosts runs them is yet to be seen.
func (u *up) pullHooks(r *replica) {
	for _, h := range r.service.PreStart {
		if h.Image == "" || r.running() || state.Image(u.State.Host(r.host), h.Image) != nil {
			continue
		}
		u.pulls = append(u.pulls, u.addPull(r.host, PullImage{Ref: h.Image, Platform: h.Platform, Service: r.service.Name}, ReasonMissing))
	}
}

// pullMounts adds steps that pull the images that a new container mounts.
func (u *up) pullMounts(r *replica) {
	for _, v := range r.service.Volumes {
		_, built := u.Project.Services[v.Source]
		if v.Type != types.VolumeTypeImage || built || r.kept() || state.Image(u.State.Host(r.host), v.Source) != nil {
			continue
		}
		u.pulls = append(u.pulls, u.addPull(r.host, PullImage{Ref: v.Source, Service: r.service.Name, Digest: u.digestElsewhere(v.Source)}, ReasonMissing))
	}
}

// pull returns the ID of the step that pulls a replica's image, "" for none.
func (u *up) pull(r *replica) (string, error) {
	ref := container.Image(u.Project, r.service.Name)
	present := state.Image(u.State.Host(r.host), ref) != nil
	policy, err := u.policy(r)
	if err != nil {
		return "", err
	}
	switch {
	case policy == types.PullPolicyAlways && !u.Pulled && pullable(r.service):
		return u.addPull(r.host, PullImage{Ref: ref, Platform: r.service.Platform, Always: true, Service: r.service.Name, Buildable: u.buildsLater(r.service)}, ReasonPull), nil
	case present || r.kept() || u.supplied(ref, r):
		return "", nil
	case r.service.Build != nil && (!pullable(r.service) || u.Pulled):
		return "", fmt.Errorf("service %s: image %s %s, and --no-build keeps it from being built; leave that out", r.service.Name, ref, u.onWhich())
	case policy == types.PullPolicyNever:
		return "", fmt.Errorf("service %s: image %s isn't on host %s, and its pull policy is never", r.service.Name, ref, r.host)
	}
	return u.addPull(r.host, PullImage{Ref: ref, Platform: r.service.Platform, Service: r.service.Name, Digest: u.digestElsewhere(ref), Buildable: u.buildsLater(r.service)}, ReasonMissing), nil
}

// addPull adds a step that pulls an image, and says who could give it where the
// registry doesn't.
func (u *up) addPull(host string, a PullImage, why Reason) string {
	a.Native = u.State.Host(host).Host.Platform
	for _, o := range u.holdersOf(a.Ref) {
		if o.Host.Name != host && o.Host.Platform == a.Native {
			a.Holders = append(a.Holders, o.Host.Name)
		}
	}
	return u.add(host, a, why)
}

// holdersOf are the hosts that answer and have an image. Each host is looked at
// once for an image, however many hosts lack it.
func (u *up) holdersOf(ref string) []*hosts.Observation {
	if known, looked := u.imageHolders[ref]; looked {
		return known
	}
	var found []*hosts.Observation
	for i := range u.State.Observations {
		if o := &u.State.Observations[i]; o.Host.Status.Ready && state.Image(o, ref) != nil {
			found = append(found, o)
		}
	}
	if u.imageHolders == nil {
		u.imageHolders = map[string][]*hosts.Observation{}
	}
	u.imageHolders[ref] = found
	return found
}

// buildsLater tells whether an image is built where it can't be pulled.
func (u *up) buildsLater(s types.ServiceConfig) bool { return s.Build != nil && !u.Build.None }

// supplied tells whether a step of the plan builds a replica's image, or copies
// it to its host.
func (u *up) supplied(ref string, r *replica) bool {
	if _, building := u.builds[ref][u.State.Host(r.host).Host.Platform]; building {
		return true
	}
	from, _, _ := u.origin(ref, r)
	return u.Several && r.service.Build != nil && from != ""
}

// digestElsewhere is what a reference means on the hosts that have it and run,
// or are to run, one of its containers; "" where they don't agree or none does.
func (u *up) digestElsewhere(ref string) string {
	if digest, known := u.digests[ref]; known {
		return digest
	}
	if u.digests == nil {
		u.digests = map[string]string{}
	}
	u.digests[ref] = u.commonDigest(ref)
	return u.digests[ref]
}

func (u *up) commonDigest(ref string) string {
	found, asked := "", map[string]bool{}
	for _, r := range u.replicas {
		if asked[r.host] || container.Image(u.Project, r.service.Name) != ref {
			continue
		}
		asked[r.host] = true
		image := state.Image(u.State.Host(r.host), ref)
		if image == nil || len(image.Digests) != 1 {
			continue
		}
		_, digest, _ := strings.Cut(image.Digests[0], "@")
		if found != "" && digest != found {
			return ""
		}
		found = digest
	}
	return found
}

// policy is always, missing or never: the user's for this call, or the
// service's own, of which one with an interval is always where that has passed.
func (u *up) policy(r *replica) (string, error) {
	if u.Pull != "" {
		return u.Pull, nil
	}
	policy, _, err := r.service.GetPullPolicy()
	if err != nil {
		return "", fmt.Errorf("service %s: %w", r.service.Name, err)
	}
	switch {
	case policy == types.PullPolicyAlways, policy == types.PullPolicyNever:
		return policy, nil
	case policy == types.PullPolicyRefresh && u.Due[HostService{r.host, r.service.Name}]:
		return types.PullPolicyAlways, nil
	}
	return types.PullPolicyMissing, nil
}

// Pulls is the part of the plan that pulls images which are to be pulled
// whether there or not, or else would be built, nil where there is none: what
// they bring decides what else is to be done.
func (p *Plan) Pulls() *Plan {
	pulls := &Plan{Project: p.Project}
	for _, s := range p.Steps {
		if a, ok := s.Action.(PullImage); ok && (a.Always || a.Buildable) {
			pulls.Steps = append(pulls.Steps, s)
		}
	}
	if pulls.Empty() {
		return nil
	}
	return pulls
}

// Builds is the part of the plan that builds images, nil where there is none:
// only then is it known which containers have to be made again.
func (p *Plan) Builds() *Plan {
	builds := &Plan{Project: p.Project}
	for _, s := range p.Steps {
		if _, ok := s.Action.(BuildImage); ok {
			builds.Steps = append(builds.Steps, s)
		}
	}
	if builds.Empty() {
		return nil
	}
	return builds
}

// Built are the images that the plan builds, by reference, with their hosts.
func (p *Plan) Built() map[string][]string {
	built := map[string][]string{}
	for _, s := range p.Steps {
		if a, ok := s.Action.(BuildImage); ok {
			built[a.Ref] = append(built[a.Ref], s.Host)
		}
	}
	return built
}
