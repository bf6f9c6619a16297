package cloudtest

import (
	"testing"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// HostKey is the fingerprint in orders.
const HostKey = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Order is for the machine eu-1 of the location eu.
func Order(template hosts.Template) hosts.Order {
	return hosts.Order{Location: hosts.Location{Name: "eu", Template: template}, Name: "eu-1", UserData: "#cloud-config", HostKey: HostKey}
}

// Setup is what a provider of that location is opened with: an empty home, and
// an environment of these variables alone.
func Setup(t *testing.T, template hosts.Template, variables map[string]string) hosts.ProviderSetup {
	return hosts.ProviderSetup{
		Location: hosts.Location{Name: "eu", Template: template},
		Home:     t.TempDir(),
		Variable: func(name string) string { return variables[name] },
	}
}
