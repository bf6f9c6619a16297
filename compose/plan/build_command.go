package plan

import "github.com/clocker-compose/clocker-compose/compose/state"

// BuildCommand is what a user may ask of a `build`.
type BuildCommand struct {
	// Services whose images are built; none is all.
	Services []string
	// Dependencies builds the images of what they depend on, too.
	Dependencies bool
	BuildOptions
}

// Build plans to build images, whether they are there or not, each on the host
// where an `up` would build it.
func Build(r Request, o BuildCommand) (*Plan, error) {
	r.Options = Options{Services: o.Services, NoDeps: !o.Dependencies, Build: o.BuildOptions}
	r.Build.All, r.Build.AllPlatforms = true, true
	u := newUp(r)
	for _, stage := range []func() error{u.checkPool, u.selectServices, u.survey, u.wantReplicas, u.placeBuilds, u.buildImages, u.renewCopies} {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	if len(u.steps) == 0 {
		u.warn("No services to build")
	}
	u.plan.Steps = u.sorted()
	return u.plan, nil
}

// renewCopies brings what was built to the hosts that have an older image of the
// name. Else the next up couldn't tell which is meant: one that is built from
// what was there before may well be older than what it replaces.
func (u *up) renewCopies() error {
	for _, ref := range sortedKeys(u.builds) {
		for _, o := range u.State.Ready() {
			b, any := u.builds[ref][o.Host.Platform]
			if any && b.host != o.Host.Name && state.Image(&o, ref) != nil {
				u.add(o.Host.Name, CopyImage{Ref: ref, From: b.host}, ReasonImageChanged, b.step)
			}
		}
	}
	return nil
}

// placeBuilds looks where the services are to run. What fits nowhere can be
// built all the same.
func (u *up) placeBuilds() error {
	if u.placeReplicas() != nil {
		u.replicas = nil
	}
	return nil
}
