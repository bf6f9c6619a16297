package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// builder is the host that builds a service's image for a platform. Services
// that build upon each other are built on one: where x-clocker.build says, else
// where one of them was built before and the cache is warm, else where one of
// them is to run.
func (u *up) builder(s types.ServiceConfig, platform hosts.Platform) (string, error) {
	family := u.family(s)
	for _, member := range family {
		candidates, asked, err := u.askedBuilders(member, platform)
		if err != nil {
			return "", err
		}
		if asked {
			return u.warmest(family, candidates, platform), nil
		}
	}
	var candidates []string
	for _, member := range family {
		candidates = append(candidates, u.homes(member, platform)...)
	}
	if len(candidates) == 0 {
		candidates = u.readyOf(platform, nil)
	}
	if len(candidates) == 0 {
		return "", fmt.Errorf("service %s: none of the hosts that answer can build for %s", s.Name, platform)
	}
	return u.warmest(family, candidates, platform), nil
}

// family are a service and all that it builds upon, or that build upon it,
// sorted by name but for itself, which is first.
func (u *up) family(s types.ServiceConfig) []string {
	all := u.Project.AllServices()
	family := []string{s.Name}
	for grown := true; grown; {
		grown = false
		for _, name := range sortedKeys(all) {
			if !slices.Contains(family, name) && related(all, family, name) {
				family, grown = append(family, name), true
			}
		}
	}
	slices.Sort(family[1:])
	return family
}

// related tells whether a service builds upon one of the family, or one of it
// upon the service.
func related(all types.Services, family []string, name string) bool {
	return slices.ContainsFunc(family, func(member string) bool {
		return slices.Contains(container.BuildsUpon(all[name]), member) || slices.Contains(container.BuildsUpon(all[member]), name)
	})
}

// askedBuilders are the hosts that x-clocker.build of a service allows; asked is
// false where it says nothing.
func (u *up) askedBuilders(service string, platform hosts.Platform) (names []string, asked bool, err error) {
	want := u.Project.ServiceClocker(service).Build
	switch {
	case want.Host != "":
		o := u.State.Host(want.Host)
		if o == nil {
			return nil, true, fmt.Errorf("service %s: x-clocker.build.host: no host of the pool is called %q; `hosts ls` lists them", service, want.Host)
		}
		if !o.Host.Status.Ready {
			return nil, true, fmt.Errorf("service %s: host %s, which is to build its image, doesn't answer: %s", service, want.Host, o.Host.Status.Reason)
		}
		return []string{want.Host}, true, nil
	case want.Location != "":
		names = u.readyOf(platform, func(h hosts.Host) bool { return h.Location == want.Location })
		if len(names) == 0 {
			return nil, true, fmt.Errorf("service %s: no host of location %s, which is to build its image, answers and runs %s", service, want.Location, platform)
		}
		return names, true, nil
	}
	return nil, false, nil
}

// readyOf are the ready hosts of a platform that are wanted.
func (u *up) readyOf(platform hosts.Platform, wanted func(hosts.Host) bool) []string {
	var names []string
	for _, o := range u.State.Ready() {
		if o.Host.Platform == platform && (wanted == nil || wanted(o.Host)) {
			names = append(names, o.Host.Name)
		}
	}
	return names
}

// homes are the hosts of a platform that a service's replicas are to run on, in
// order of the replicas.
func (u *up) homes(service string, platform hosts.Platform) []string {
	var names []string
	for _, r := range u.replicas {
		if o := u.State.Host(r.host); r.service.Name == service && o != nil && o.Host.Status.Ready && o.Host.Platform == platform {
			names = append(names, r.host)
		}
	}
	return names
}

// warmest is the candidate that has the newest image of the family's first
// service that any has one of, else the first candidate.
func (u *up) warmest(family, candidates []string, platform hosts.Platform) string {
	for _, member := range family {
		ref := container.ImageOf(u.Project, u.Project.AllServices()[member])
		if o := u.holder(ref, platform); o != nil && slices.Contains(candidates, o.Host.Name) {
			return o.Host.Name
		}
	}
	return candidates[0]
}

// onWhich words the hosts that have an image: "is on no host" or "isn't there".
func (u *up) onWhich() string {
	if !u.Several {
		return "isn't there"
	}
	var names []string
	for _, o := range u.State.Ready() {
		names = append(names, o.Host.Name)
	}
	return "is on none of " + strings.Join(names, ", ")
}
