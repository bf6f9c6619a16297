package plan

import (
	"cmp"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"

	"github.com/clocker-compose/clocker-compose/compose/state"
)

// PullOptions are what a user may ask of a `pull`.
type PullOptions struct {
	// Services whose images are pulled; none is all.
	Services []string
	// Dependencies pulls the images of what they depend on, too.
	Dependencies bool
	// Policy is missing or always; "" leaves it to each service.
	Policy string
	// IgnoreBuildable leaves out what could be built.
	IgnoreBuildable bool
	// IgnoreFailures goes on where an image can't be pulled.
	IgnoreFailures bool
}

// Skip is an image that isn't pulled.
type Skip struct {
	// ID is "Image nginx", or the service's name where it has no image.
	ID string
	// Why is a sentence, or "" where a policy says it all.
	Why string
}

// Pull plans to bring each host the images that its replicas need: the ones it
// has, and those that an `up` would place there.
func Pull(r Request, o PullOptions) (*Plan, []Skip, error) {
	r.Options = Options{Services: o.Services, NoDeps: !o.Dependencies}
	u := newUp(r)
	stages := []func() error{u.checkPool, u.selectServices, u.survey}
	if r.Several {
		stages = append(stages, u.wantReplicas, u.placeReplicas)
	}
	for _, stage := range stages {
		if err := stage(); err != nil {
			return nil, nil, err
		}
	}
	var skips []Skip
	for _, s := range u.services {
		for _, host := range u.hostsOf(s.Name) {
			skip, err := u.pullFor(s, host, o)
			if err != nil {
				return nil, nil, err
			}
			if skip != (Skip{}) && !slices.Contains(skips, skip) {
				skips = append(skips, skip)
			}
		}
	}
	u.plan.Steps = u.sorted()
	return u.plan, skips, nil
}

// hostsOf are the hosts on which a service's replicas are, or are to be.
func (u *up) hostsOf(service string) []string {
	if !u.Several {
		return []string{u.State.Ready()[0].Host.Name}
	}
	var names []string
	for _, r := range u.replicas {
		if r.service.Name == service {
			names = append(names, r.host)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// pullFor adds the step that pulls a service's image, or tells why there is none.
func (u *up) pullFor(s types.ServiceConfig, host string, o PullOptions) (Skip, error) {
	if s.Image == "" {
		return Skip{s.Name, "No image to be pulled"}, nil
	}
	policy, _, err := s.GetPullPolicy()
	if err != nil {
		return Skip{}, err
	}
	if s.PullPolicy == "" {
		policy = types.PullPolicyAlways // which is what the user asks for
	}
	id := "Image " + s.Image
	switch policy = cmp.Or(o.Policy, policy); {
	case policy == types.PullPolicyNever || policy == types.PullPolicyBuild:
		return Skip{id, ""}, nil
	case o.IgnoreBuildable && s.Build != nil:
		return Skip{id, "Image can be built"}, nil
	case policy == types.PullPolicyMissing && fixed(s.Image) && state.Image(u.State.Host(host), s.Image) != nil:
		return Skip{id, "Image is already present locally"}, nil
	}
	u.addPull(host, PullImage{Ref: s.Image, Platform: s.Platform, Always: true, Service: s.Name, Optional: o.IgnoreFailures}, ReasonAsked)
	return Skip{}, nil
}

// fixed tells a reference that is taken to mean the same for ever from one that
// is "latest" by its tag or for want of one.
func fixed(ref string) bool {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return false
	}
	tagged, ok := reference.TagNameOnly(named).(reference.Tagged)
	return !ok || tagged.Tag() != "latest"
}
