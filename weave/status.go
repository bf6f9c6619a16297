package weave

import (
	"context"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// Status is the state of the fabric on one host.
type Status struct {
	// Peer is the router's name in the mesh.
	Peer string `json:"peer"`
	// Datapath is how frames travel: fast or sleeve.
	Datapath string `json:"datapath"`
	// Driver tells whether the network driver is enabled, DriverBuild which it is.
	Driver      bool   `json:"driver"`
	DriverBuild string `json:"driverBuild,omitempty"`
	// Problem is what the driver finds wrong on the host; "" where nothing is.
	Problem string `json:"problem,omitempty"`
	// Connections are with other hosts' routers.
	Connections []Connection `json:"connections"`
}

// Connection is one with another host's router.
type Connection struct {
	// Address is IP:PORT of the other end.
	Address string `json:"address"`
	// State is established, pending, connecting, retrying or failed.
	State string `json:"state"`
	// Info is the router's word on it: encryption and datapath, or the reason
	// of a failure.
	Info string `json:"info,omitempty"`
}

// Status asks the host's router and engine. A host that has not joined is
// hosts.ErrNotFound.
func (f *Fabric) Status(ctx context.Context, host hosts.Host) (Status, error) {
	e, err := f.o.Connect(host)
	if err != nil {
		return Status{}, failure(host, "inspect fabric", err, "")
	}
	router, err := e.InspectContainer(ctx, RouterName)
	if err != nil {
		return Status{}, failure(host, "inspect fabric", err, "")
	}
	r, err := control{e}.report(ctx)
	if err != nil {
		return Status{}, failure(host, "inspect fabric", err, "")
	}
	s := Status{Peer: r.Router.Name, Datapath: router.Labels[labelDatapath]}
	for _, c := range r.Router.Connections {
		s.Connections = append(s.Connections, Connection{Address: clean(c.Address), State: clean(c.State), Info: clean(c.Info)})
	}
	p, err := e.Plugin(ctx, hosts.FabricDriver)
	if err := present(err); err != nil {
		return s, failure(host, "inspect fabric", err, "")
	}
	s.Driver, s.DriverBuild = p.Enabled, p.Description
	if s.Driver {
		s.Problem = problem(ctx, control{e})
	}
	return s, nil
}

// problem reads the driver's note; a driver that has not written one yet has
// found nothing.
func problem(ctx context.Context, c control) string {
	note, err := c.curl(ctx, "file:///weavedb/"+notes.Problem)
	if err != nil {
		return ""
	}
	return clean(string(note))
}
