package gce

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/api/compute/v1"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// Create asks for an instance, and waits until Google knows whether it has room
// for it. Names are unique in a zone, and so a second order for one is refused by
// the cloud itself, however soon it comes.
func (p *provider) Create(ctx context.Context, o hosts.Order) (hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wanted, err := wanted(o)
	if err != nil {
		return hosts.Machine{}, err
	}
	zone := zone(o.Location)
	if err := p.ensureFirewall(ctx, o.Location); err != nil {
		return hosts.Machine{}, err
	}
	what := fmt.Sprintf("create instance %s (%s, %s, %s)", o.Name, path.Base(wanted.MachineType), wanted.Disks[0].InitializeParams.SourceImage, zone)
	for {
		done, err := p.insert(ctx, zone, wanted)
		if err == nil {
			wanted.Id, wanted.Zone = done.TargetId, zone
			return machine(wanted, o.Location), nil
		}
		if !isStatus(err, http.StatusConflict) {
			return hosts.Machine{}, failed(what, err)
		}
		if there, found, err := p.existing(ctx, o, wanted.Name); found || err != nil {
			return there, err
		}
		select { // the last machine of the name is still being deleted
		case <-ctx.Done():
			return hosts.Machine{}, fmt.Errorf("%s: the last machine of that name is still being deleted: %w", what, ctx.Err())
		case <-time.After(p.pause):
		}
	}
}

// insert carries out an order. Its ID lets Google answer what was lost and is
// sent again with the operation that it has begun. To wait for that is a request
// which takes until it is done, or two minutes.
func (p *provider) insert(ctx context.Context, zone string, wanted *compute.Instance) (o *compute.Operation, err error) {
	o, err = p.client.Instances.Insert(p.project, zone, wanted).RequestId(uuid.NewString()).Context(ctx).Do()
	for err == nil && o.Status != "DONE" {
		o, err = p.client.ZoneOperations.Wait(p.project, zone, o.Name).Context(ctx).Do()
	}
	if err != nil {
		return nil, err
	}
	return o, outcome(o)
}

// existing is the instance that an earlier order made; found is false where it
// is about to be gone. That of somebody else is left alone.
func (p *provider) existing(ctx context.Context, o hosts.Order, name string) (there hosts.Machine, found bool, err error) {
	i, err := p.client.Instances.Get(p.project, zone(o.Location), name).Context(ctx).Do()
	if isStatus(err, http.StatusNotFound) {
		return there, false, nil
	}
	if err != nil {
		return there, false, failed("look for instance "+name, err)
	}
	there = machine(i, o.Location)
	if there.Name != o.Name || there.Location != o.Location.Name {
		return there, false, fmt.Errorf("create instance %s: the zone has an instance of that name without our labels: rename it: %w", name, hosts.ErrConflict)
	}
	return there, there.State != hosts.MachineDeleting, nil
}

// wanted is the instance as the order and the template want it.
func wanted(o hosts.Order) (*compute.Instance, error) {
	l, t := o.Location, o.Location.Template
	labels, err := labels(tag.Of(o))
	if err != nil {
		return nil, err
	}
	group, err := tag.GroupName(l.Name)
	if err != nil {
		return nil, err
	}
	size := cmp.Or(o.Size, t.Text("size"))
	if size == "" {
		return nil, fmt.Errorf("location %s: the template names no size, such as e2-small", l.Name)
	}
	if t.Text("region") != "" && t.Text("zone") == "" {
		return nil, fmt.Errorf("location %s: machines at Google are made in a zone: name one of region %s", l.Name, t.Text("region"))
	}
	return &compute.Instance{
		Name:              tag.MachineName(tag.Of(o)),
		MachineType:       "zones/" + zone(l) + "/machineTypes/" + size,
		Labels:            labels,
		Tags:              &compute.Tags{Items: []string{group}},
		NetworkInterfaces: []*compute.NetworkInterface{card(l)},
		Disks: []*compute.AttachedDisk{{Boot: true, AutoDelete: true, InitializeParams: &compute.AttachedDiskInitializeParams{
			SourceImage: cmp.Or(t.Text("image"), defaultImage), DiskSizeGb: int64(t.Number("disk")), Labels: labels,
		}}},
		Metadata:   &compute.Metadata{Items: []*compute.MetadataItems{{Key: "user-data", Value: &o.UserData}}},
		Scheduling: scheduling(t),
	}, nil
}

// scheduling is that of a spot instance, which is deleted when its time is over.
func scheduling(t hosts.Template) *compute.Scheduling {
	if !t.Bool("spot") {
		return nil
	}
	return &compute.Scheduling{ProvisioningModel: "SPOT", InstanceTerminationAction: "DELETE"}
}

// card is the network interface, with a public address.
func card(l hosts.Location) *compute.NetworkInterface {
	c := &compute.NetworkInterface{Network: network(l), AccessConfigs: []*compute.AccessConfig{{Name: "External NAT", Type: "ONE_TO_ONE_NAT"}}}
	if subnet := l.Template.Text("subnet"); subnet != "" {
		c.Subnetwork = "regions/" + regionOf(zone(l)) + "/subnetworks/" + subnet
	}
	return c
}

func network(l hosts.Location) string {
	return "global/networks/" + cmp.Or(l.Template.Text("network"), "default")
}

func zone(l hosts.Location) string { return cmp.Or(l.Template.Text("zone"), defaultZone) }

// regionOf is the region of a zone: europe-west3 of europe-west3-a.
func regionOf(zone string) string {
	return zone[:max(0, strings.LastIndexByte(zone, '-'))]
}
