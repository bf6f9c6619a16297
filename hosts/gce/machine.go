package gce

import (
	"cmp"
	"path"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// label is how Compute Engine's labels, which have no dots, spell a tag's name.
func label(key string) string { return strings.ReplaceAll(key, ".", "-") }

func labels(s tag.Set) (map[string]string, error) {
	spelled, err := s.Spell()
	labels := map[string]string{}
	for key, value := range spelled {
		labels[label(key)] = value
	}
	return labels, err
}

func machine(i *compute.Instance, l hosts.Location) hosts.Machine {
	spelled := map[string]string{}
	for _, key := range []string{hosts.TagLocation, hosts.TagName, hosts.TagHostKey} {
		spelled[key] = i.Labels[label(key)]
	}
	tags := tag.Read(spelled)
	m := hosts.Machine{
		ID: path.Base(i.Zone) + "/" + strconv.FormatUint(i.Id, 10), Name: tags.Name, Location: tags.Location, HostKey: tags.HostKey,
		User: cmp.Or(l.Template.Text("user"), defaultUser),
		Size: path.Base(i.MachineType),
	}
	m.Created, _ = time.Parse(time.RFC3339, i.CreationTimestamp) // it has none before it is listed
	m.State, m.Fault = state(i)
	for _, card := range i.NetworkInterfaces {
		m.PrivateAddress = cmp.Or(m.PrivateAddress, card.NetworkIP)
		for _, access := range card.AccessConfigs {
			m.Address = cmp.Or(m.Address, access.NatIP)
		}
	}
	return m
}

func state(i *compute.Instance) (hosts.MachineState, string) {
	switch i.Status {
	case "RUNNING":
		return hosts.MachineRunning, ""
	case "STOPPING", "DEPROVISIONING", "PENDING_STOP":
		return hosts.MachineDeleting, ""
	case "TERMINATED", "STOPPED", "SUSPENDED", "SUSPENDING":
		return hosts.MachineBroken, cmp.Or(i.StatusMessage, "the instance is "+strings.ToLower(i.Status))
	}
	return hosts.MachineMaking, ""
}
