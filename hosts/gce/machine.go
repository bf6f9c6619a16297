package gce

import (
	"cmp"
	"path"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// instance is one as Compute Engine describes it, and as it is asked for.
type instance struct {
	ID          string            `json:"id,omitempty"`
	Name        string            `json:"name"`
	Zone        string            `json:"zone,omitempty"`
	Status      string            `json:"status,omitempty"`
	Message     string            `json:"statusMessage,omitempty"`
	Created     time.Time         `json:"creationTimestamp,omitzero"`
	MachineType string            `json:"machineType"`
	Labels      map[string]string `json:"labels"`
	Tags        networkTags       `json:"tags"`
	Interfaces  []networkCard     `json:"networkInterfaces"`
	Disks       []disk            `json:"disks"`
	Metadata    metadata          `json:"metadata"`
}

type networkTags struct {
	Items []string `json:"items,omitempty"`
}

type networkCard struct {
	Network    string         `json:"network,omitempty"`
	Subnetwork string         `json:"subnetwork,omitempty"`
	Address    string         `json:"networkIP,omitempty"`
	Access     []accessConfig `json:"accessConfigs,omitempty"`
}

type accessConfig struct {
	Name    string `json:"name,omitempty"`
	Type    string `json:"type,omitempty"`
	Address string `json:"natIP,omitempty"`
}

type disk struct {
	Boot       bool       `json:"boot"`
	AutoDelete bool       `json:"autoDelete"`
	Initialize diskSource `json:"initializeParams,omitzero"`
}

type diskSource struct {
	SourceImage string `json:"sourceImage,omitempty"`
	SizeGB      int    `json:"diskSizeGb,omitempty,string"`
}

type metadata struct {
	Items []metadataItem `json:"items,omitempty"`
}

type metadataItem struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

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

func machine(i instance, l hosts.Location) hosts.Machine {
	spelled := map[string]string{}
	for _, key := range []string{hosts.TagLocation, hosts.TagName, hosts.TagHostKey} {
		spelled[key] = i.Labels[label(key)]
	}
	tags := tag.Read(spelled)
	m := hosts.Machine{
		ID: path.Base(i.Zone) + "/" + i.ID, Name: tags.Name, Location: tags.Location, HostKey: tags.HostKey,
		User:    cmp.Or(l.Template.Text("user"), defaultUser),
		Size:    path.Base(i.MachineType),
		Created: i.Created,
	}
	m.State, m.Fault = i.state()
	for _, card := range i.Interfaces {
		m.PrivateAddress = cmp.Or(m.PrivateAddress, card.Address)
		for _, access := range card.Access {
			m.Address = cmp.Or(m.Address, access.Address)
		}
	}
	return m
}

func (i instance) state() (hosts.MachineState, string) {
	switch i.Status {
	case "RUNNING":
		return hosts.MachineRunning, ""
	case "STOPPING", "DEPROVISIONING":
		return hosts.MachineDeleting, ""
	case "TERMINATED", "SUSPENDED", "SUSPENDING":
		return hosts.MachineBroken, cmp.Or(i.Message, "the instance is "+strings.ToLower(i.Status))
	}
	return hosts.MachineMaking, ""
}
