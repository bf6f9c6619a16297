package libvirt

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/digitalocean/go-libvirt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Provider makes the machines of one location. It may be used by several
// goroutines: each call has a connection of its own.
type Provider struct {
	template template
	daemon   daemon
}

// List asks for each domain's metadata, and for the state and the address of ours.
func (p *Provider) List(ctx context.Context, location hosts.Location) (machines []hosts.Machine, err error) {
	err = p.daemon.with(ctx, func(s session) error {
		all, err := s.owned(func(l label) bool { return l.Location == location.Name })
		if err != nil {
			return err
		}
		for _, o := range all {
			m, err := s.machine(o, p.template.user)
			if isCode(err, libvirt.ErrNoDomain) {
				continue // gone meanwhile
			}
			if err != nil {
				return err
			}
			machines = append(machines, m)
		}
		return nil
	})
	slices.SortFunc(machines, func(a, b hosts.Machine) int { return cmp.Compare(a.Name, b.Name) })
	return machines, err
}

// owned are the domains with a label of ours that matches.
func (s session) owned(match func(label) bool) (found []owned, err error) {
	all, _, err := s.ConnectListAllDomains(1, 0)
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	for _, d := range all {
		o, isOurs, err := s.read(d)
		if err != nil {
			return nil, err
		}
		if isOurs && match(o.label) {
			found = append(found, o)
		}
	}
	return found, nil
}

// read tells whether a domain is ours, which one that is gone isn't.
func (s session) read(d libvirt.Domain) (o owned, isOurs bool, err error) {
	text, err := s.DomainGetMetadata(d, int32(libvirt.DomainMetadataElement), libvirt.OptString{labelSpace}, libvirt.DomainAffectCurrent)
	if isCode(err, libvirt.ErrNoDomainMetadata) || isCode(err, libvirt.ErrNoDomain) {
		return o, false, nil
	}
	if err != nil {
		return o, false, fmt.Errorf("read the metadata of domain %s: %w", d.Name, err)
	}
	l, err := parseLabel(text)
	if err != nil {
		return o, false, fmt.Errorf("read the metadata of domain %s: %w", d.Name, err)
	}
	return owned{d, l}, true, nil
}

// Delete stops the domain, deletes its own volumes, and then the domain, whose
// label is what they are known by.
func (p *Provider) Delete(ctx context.Context, machine hosts.Machine) error {
	id, err := parseUUID(machine.ID)
	if err != nil {
		return err
	}
	return p.daemon.with(ctx, func(s session) error {
		if err := s.delete(id); err != nil {
			return fmt.Errorf("delete machine %s: %w", machine.Name, err)
		}
		return nil
	})
}

func (s session) delete(id libvirt.UUID) error {
	found, err := s.DomainLookupByUUID(id)
	if isCode(err, libvirt.ErrNoDomain) {
		return nil
	}
	if err != nil {
		return err
	}
	o, isOurs, err := s.read(found)
	if err != nil {
		return err
	}
	if !isOurs {
		return fmt.Errorf("domain %s is not one that was made here", found.Name)
	}
	return s.remove(o)
}

func (s session) remove(o owned) error {
	err := s.DomainDestroy(o.Domain)
	if err != nil && !isCode(err, libvirt.ErrOperationInvalid) && !isCode(err, libvirt.ErrNoDomain) { // invalid: it doesn't run
		return fmt.Errorf("stop domain %s: %w", o.Name, err)
	}
	if err := s.deleteVolumes(o.label.Volumes); err != nil {
		return err
	}
	err = s.DomainUndefineFlags(o.Domain, libvirt.DomainUndefineManagedSave|libvirt.DomainUndefineSnapshotsMetadata|
		libvirt.DomainUndefineCheckpointsMetadata|libvirt.DomainUndefineNvram)
	if err != nil && !isCode(err, libvirt.ErrNoDomain) {
		return fmt.Errorf("undefine domain %s: %w", o.Name, err)
	}
	return nil
}

// Sizes are those of the template; a machine of one's own has no price.
func (p *Provider) Sizes(context.Context, hosts.Location) (sizes []hosts.Size, err error) {
	all := p.template.sizes
	if len(all) == 0 {
		all = map[string]shape{defaultSize: p.template.shape}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sizes = append(sizes, hosts.Size{Name: name, Resources: hosts.Resources{
			NanoCPUs: int64(all[name].cpus) * 1e9, MemoryBytes: all[name].memory,
		}})
	}
	return sizes, nil
}
