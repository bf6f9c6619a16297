package ec2

import (
	"cmp"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// instance is one as EC2 describes it.
type instance struct {
	ID             string    `xml:"instanceId"`
	Type           string    `xml:"instanceType"`
	State          string    `xml:"instanceState>name"`
	Reason         string    `xml:"stateReason>message"`
	Launched       time.Time `xml:"launchTime"`
	Address        string    `xml:"ipAddress"`
	PrivateAddress string    `xml:"privateIpAddress"`
	Tags           []struct {
		Key   string `xml:"key"`
		Value string `xml:"value"`
	} `xml:"tagSet>item"`
}

func (i instance) tag(key string) string {
	for _, t := range i.Tags {
		if t.Key == key {
			return t.Value
		}
	}
	return ""
}

func (i instance) terminating() bool { return i.State == "shutting-down" || i.State == "terminated" }

func machine(i instance, l hosts.Location) hosts.Machine {
	m := hosts.Machine{
		ID: i.ID, Name: i.tag(hosts.TagName), Location: i.tag(hosts.TagLocation), HostKey: i.tag(hosts.TagHostKey),
		Address: i.Address, PrivateAddress: i.PrivateAddress,
		User:    cmp.Or(l.Template.Text("user"), defaultUser),
		Size:    i.Type,
		Created: i.Launched,
	}
	m.State, m.Fault = i.state()
	if m.State == hosts.MachineRunning && m.Address == "" {
		m.Address = m.PrivateAddress // in a subnet that is reached another way
	}
	return m
}

func (i instance) state() (hosts.MachineState, string) {
	switch i.State {
	case "running":
		return hosts.MachineRunning, ""
	case "shutting-down", "terminated":
		return hosts.MachineDeleting, ""
	case "stopping", "stopped":
		return hosts.MachineBroken, cmp.Or(i.Reason, "the instance is "+i.State)
	}
	return hosts.MachineMaking, ""
}
