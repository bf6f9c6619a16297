package plan

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// BuildOptions are what a user may ask of the builds of a call.
type BuildOptions struct {
	// All builds also what is there already, None nothing at all.
	All, None bool
	// Done are the images that have just been built, by reference, with the hosts
	// that did it; nil before.
	Done map[string][]string
	container.Build
}

// buildImages adds a step for each image that is to be built: once for each
// platform, on one host, after those that it builds upon.
func (u *up) buildImages() error {
	var problems []error
	for _, s := range u.buildable() {
		if u.mustBuild(s) {
			for _, platform := range u.platformsOf(s) {
				_, err := u.build(s, platform)
				problems = append(problems, err)
			}
		}
	}
	return errors.Join(dedup(problems)...)
}

// buildable are the services of the call that can be built, in order.
func (u *up) buildable() []types.ServiceConfig {
	var all []types.ServiceConfig
	add := func(s types.ServiceConfig) {
		known := slices.ContainsFunc(all, func(o types.ServiceConfig) bool { return o.Name == s.Name })
		if s.Build != nil && s.Provider == nil && !known {
			all = append(all, s)
		}
	}
	for _, s := range u.services {
		add(s)
	}
	for _, r := range u.replicas {
		add(r.service)
	}
	return all
}

// mustBuild tells whether a service's image is to be built: it is asked for, or
// it is on no host, and can't be pulled either.
func (u *up) mustBuild(s types.ServiceConfig) bool {
	if u.Build.None || u.Build.Done != nil {
		return false
	}
	if u.Build.All || s.PullPolicy == types.PullPolicyBuild && !u.MovesOnly {
		return true
	}
	pulledFirst := pullable(s) && s.PullPolicy != types.PullPolicyNever && !u.Pulled
	return !pulledFirst && u.lacks(s)
}

// pullable images have a name of their own, under which a registry may have
// them: what a build names after the project is in none.
func pullable(s types.ServiceConfig) bool { return s.Build == nil || s.Image != "" }

// lacks tells whether a replica needs an image that is on no host of its kind.
func (u *up) lacks(s types.ServiceConfig) bool {
	return slices.ContainsFunc(u.replicas, func(r *replica) bool {
		return r.service.Name == s.Name && !r.kept() &&
			u.holder(container.Image(u.Project, s.Name), u.State.Host(r.host).Host.Platform) == nil
	})
}

// platformsOf are the platforms of the hosts that run a service; where none
// does yet, that of the first host.
func (u *up) platformsOf(s types.ServiceConfig) []hosts.Platform {
	var all []hosts.Platform
	for _, r := range u.replicas {
		if p := u.State.Host(r.host); r.service.Name == s.Name && p != nil && !slices.Contains(all, p.Host.Platform) {
			all = append(all, p.Host.Platform)
		}
	}
	if len(all) == 0 {
		all = append(all, u.State.Ready()[0].Host.Platform)
	}
	if u.Build.AllPlatforms && len(s.Build.Platforms) > 0 {
		return all[:1] // one build makes the image of all
	}
	return all
}

// build adds the step that builds a service's image for hosts of a platform,
// and returns its ID.
func (u *up) build(s types.ServiceConfig, platform hosts.Platform) (string, error) {
	on, err := u.builder(s, platform)
	if err != nil {
		return "", err
	}
	var after []string
	for _, name := range container.BuildsUpon(s) {
		id, err := u.buildFirst(name, platform)
		if err != nil {
			return "", err
		}
		after = append(after, id)
	}
	o := u.Build.Build
	o.Host, o.Proxies = u.State.Host(on).Host, u.Environment[on]
	spec, err := container.BuildSpec(u.Project, s.Name, o)
	if err != nil {
		return "", err
	}
	if len(after) > 0 && spec.Pull {
		spec.Pull = false
		u.warn("service %s: base images aren't pulled anew, because it builds upon the image of another service, which is in no registry", s.Name)
	}
	return u.addBuild(s, on, spec, after), nil
}

func (u *up) addBuild(s types.ServiceConfig, on string, spec hosts.BuildSpec, after []string) string {
	ref := spec.Tags[0]
	for name, other := range u.Project.AllServices() {
		if name < s.Name && other.Build != nil && container.ImageOf(u.Project, other) == ref && !reflect.DeepEqual(other.Build, s.Build) {
			u.warn("services %s and %s build the image %s in different ways; either may win", name, s.Name, ref)
		}
	}
	why := ReasonMissing
	if u.Build.All || s.PullPolicy == types.PullPolicyBuild {
		why = ReasonAsked
	}
	id := u.add(on, BuildImage{Service: s.Name, Ref: ref, Spec: spec}, why, after...)
	if u.builds[ref] == nil {
		u.builds[ref] = map[hosts.Platform]built{}
	}
	u.builds[ref][u.State.Host(on).Host.Platform] = built{step: id, host: on}
	u.pulls = append(u.pulls, id)
	return id
}

// built is a step that builds an image, and the host that has it then.
type built struct{ step, host string }

// buildFirst adds the build of a service that another one builds upon.
func (u *up) buildFirst(service string, platform hosts.Platform) (string, error) {
	s, known := u.Project.AllServices()[service]
	if !known || s.Build == nil {
		return "", nil // the request of who builds upon it says so
	}
	if slices.Contains(u.building, service) {
		return "", fmt.Errorf("service %s: its build takes its own image, by way of %v", service, u.building)
	}
	u.building = append(u.building, service)
	defer func() { u.building = u.building[:len(u.building)-1] }()
	return u.build(s, platform)
}

// holder is the ready host of a platform whose image of a reference is the one
// that all are to have: where it has just been built, else the newest, of equal
// ones the first. Nil where no host has any.
func (u *up) holder(ref string, platform hosts.Platform) *hosts.Observation {
	key := ref + "\x00" + platform.String()
	if known, ok := u.holding[key]; ok {
		return known
	}
	var best *hosts.Observation
	var newest *hosts.Image
	for i := range u.State.Observations {
		o := &u.State.Observations[i]
		image := state.Image(o, ref)
		if image == nil || !o.Host.Status.Ready || o.Host.Platform != platform {
			continue
		}
		if slices.Contains(u.Build.Done[ref], o.Host.Name) {
			best = o
			break
		}
		if newest == nil || image.Created.After(newest.Created) {
			best, newest = o, image
		}
	}
	u.holding[key] = best
	return best
}
