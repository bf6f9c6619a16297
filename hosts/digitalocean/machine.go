package digitalocean

import (
	"cmp"
	"strconv"
	"time"

	"github.com/digitalocean/godo"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func machine(d *godo.Droplet, l hosts.Location) hosts.Machine {
	tags := tagsOf(d)
	m := hosts.Machine{
		ID: strconv.Itoa(d.ID), Name: tags.Name, Location: tags.Location, HostKey: tags.HostKey,
		User: cmp.Or(l.Template.Text("user"), defaultUser),
		Size: d.SizeSlug,
	}
	// Without networks, which come after a while, these are errors.
	m.Address, _ = d.PublicIPv4()
	m.PrivateAddress, _ = d.PrivateIPv4()
	m.Created, _ = time.Parse(time.RFC3339, d.Created)
	m.State, m.Fault = state(d.Status)
	return m
}

func state(status string) (hosts.MachineState, string) {
	switch status {
	case "active":
		return hosts.MachineRunning, ""
	case "off", "archive":
		return hosts.MachineBroken, "the droplet is " + status
	}
	return hosts.MachineMaking, ""
}
