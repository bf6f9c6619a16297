package container

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// Unsupported are the attributes of a service that nothing acts on yet, or that
// have no meaning outside Swarm: fatal ones, without which the service would
// not be what its file says, and those that are ignored, to warn of. Several
// tells whether the pool has several hosts. What depends on the host that a
// replica goes to is refused by [Spec].
func Unsupported(p *project.Project, service string, several bool) []*Problem {
	s, ok := p.Services[service]
	if !ok {
		return nil
	}
	var found []*Problem
	for _, c := range slices.Concat(missing(s), swarmOnly(s, several), copied(p, s, several)) {
		if c.used {
			c.Service = service
			found = append(found, &c.Problem)
		}
	}
	return found
}

// check is a problem where the attribute is used.
type check struct {
	used bool
	Problem
}

// missing are what this version doesn't do.
func missing(s types.ServiceConfig) []check {
	return []check{
		{s.PullRefreshAfter != "", Problem{Attribute: "pull_refresh_after", Reason: "ignored; pull_policy: every_12h says it"}},
	}
}

// swarmOnly are what only Swarm does. Docker Compose ignores them too.
func swarmOnly(s types.ServiceConfig, several bool) []check {
	ignored := func(attribute, reason string, used bool) check {
		return check{used, Problem{Attribute: attribute, Reason: "ignored; " + reason}}
	}
	all := []check{
		ignored("credential_spec", "only Windows containers under Swarm have one", s.CredentialSpec != nil),
	}
	d := s.Deploy
	if d == nil {
		return all
	}
	all = append(all,
		ignored("deploy.labels", "only Swarm has an object to label; labels are those of the containers", len(d.Labels) > 0),
		ignored("deploy.endpoint_mode", "a service has no address of its own, its name answers with those of its replicas", d.EndpointMode == "vip"),
		ignored("deploy.update_config", "there are no rolling updates in this version", d.UpdateConfig != nil),
		ignored("deploy.rollback_config", "there is no roll-back in this version", d.RollbackConfig != nil),
		ignored("deploy.placement.preferences", "they choose among hosts, and there is one", len(d.Placement.Preferences) > 0 && !several))
	if r := d.RestartPolicy; r != nil {
		const timing = "the engine decides when to start a container again"
		all = append(all, ignored("deploy.restart_policy.delay", timing, r.Delay != nil),
			ignored("deploy.restart_policy.window", timing, r.Window != nil))
	}
	if r := d.Resources.Reservations; r != nil {
		all = append(all, ignored("deploy.resources.reservations.generic_resources", "they choose among hosts, and there is one", len(r.GenericResources) > 0 && !several))
	}
	return all
}

// copied are owners and modes of files that are mounted, and so keep their own.
func copied(p *project.Project, s types.ServiceConfig, several bool) []check {
	var all []check
	add := func(kind string, ref types.FileReferenceConfig, file string) {
		owned := ref.UID != "" || ref.GID != "" || ref.Mode != nil
		all = append(all, check{owned && file != "" && !several, Problem{
			Attribute: kind,
			Reason:    fmt.Sprintf("uid, gid and mode of %s are ignored: its file is mounted as it is", ref.Source),
		}})
	}
	for _, c := range s.Configs {
		add("configs", types.FileReferenceConfig(c), p.Configs[c.Source].File)
	}
	for _, c := range s.Secrets {
		add("secrets", types.FileReferenceConfig(c), p.Secrets[c.Source].File)
	}
	return all
}
