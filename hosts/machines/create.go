package machines

import (
	"cmp"
	"context"
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Create orders a machine, or returns the one that has the name already. Size
// may be "", for that of the template.
func (m *Machines) Create(ctx context.Context, l hosts.Location, name, size string) (hosts.Machine, error) {
	p, err := m.provider(l)
	if err != nil {
		return hosts.Machine{}, err
	}
	keys, err := m.authorized(l)
	if err != nil {
		return hosts.Machine{}, err
	}
	userData, fingerprint, err := m.o.Boot(l, keys)
	if err != nil {
		return hosts.Machine{}, fmt.Errorf("location %s: %w", l.Name, err)
	}
	made, err := p.Create(ctx, hosts.Order{
		Location: l, Name: name, Size: cmp.Or(size, l.Template.Text("size")), UserData: userData, HostKey: fingerprint,
	})
	if err != nil {
		return hosts.Machine{}, fmt.Errorf("location %s: %w", l.Name, err)
	}
	return made, nil
}
