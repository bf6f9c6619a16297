package plan

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// checkOwnName refuses a container_name that somebody else's container has on
// any host: such a name is for one container of the pool, and an engine knows
// those of its own host alone.
func (u *up) checkOwnName(s types.ServiceConfig) error {
	if s.ContainerName == "" || !u.Several {
		return nil
	}
	for _, o := range u.State.Ready() {
		for _, c := range o.Containers {
			if c.Name == s.ContainerName && c.Labels[hosts.LabelProject] != u.Project.Name {
				return fmt.Errorf("service %s: a container of %s on host %s has the name %q already; remove that container, or choose another container_name",
					s.Name, ownerOf(c), o.Host.Name, c.Name)
			}
		}
	}
	return nil
}

func ownerOf(c hosts.Container) string {
	if project := c.Labels[hosts.LabelProject]; project != "" {
		return "project " + project
	}
	return "no project"
}
