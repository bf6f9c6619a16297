package plan

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// putBack puts a bystander on a network that was made again, and lets it run
// on. A bystander is a container of the project that the plan has no other
// business with: of a service that wasn't asked for, an orphan, or a one-off.
func (u *up) putBack(n *networkPlan, c state.Container) {
	if u.concerned == nil {
		u.concerned = setOf(append(u.leaving(), u.currents()...))
	}
	if u.concerned[[2]string{c.Host, c.ID}] {
		return
	}
	connected := u.add(c.Host, ConnectNetwork{Attachment: u.attachment(n, c), Container: c.ID, Name: c.Name}, n.why, n.created)
	if alive(c.State) {
		u.add(c.Host, StartContainer{Container: c.ID, Name: c.Name, Service: c.Service()}, n.why, connected)
	}
}

// attachment is a bystander's place on a network, as far as its labels and the
// files tell.
func (u *up) attachment(n *networkPlan, c state.Container) hosts.NetworkAttachment {
	names := []string{c.Service(), c.Name}
	if own := u.declared(c.Service()).Networks[n.key]; own != nil {
		names = append(names, own.Aliases...)
	}
	endpoint := &network.EndpointSettings{Aliases: names}
	if n.fabric {
		endpoint = &network.EndpointSettings{DriverOpts: map[string]string{hosts.OptionNames: strings.Join(names, ",")}}
	}
	return hosts.NetworkAttachment{Network: n.name, Endpoint: endpoint}
}

// declared is a service of the files, enabled or not; the zero value for an orphan.
func (u *up) declared(name string) types.ServiceConfig {
	if s, ok := u.Project.Services[name]; ok {
		return s
	}
	return u.Project.DisabledServices[name]
}
