package fake

import "github.com/clocker-compose/clocker-compose/hosts"

// Kind is the cloud as a location names it: provider: fake.
func (c *Cloud) Kind() hosts.ProviderKind {
	return hosts.ProviderKind{
		Name: "fake",
		Options: []hosts.Option{
			{Name: "tier", Type: hosts.OptionText, Values: []string{"standard", "spot"}, Help: "What happens to the machine when others want it."},
			{Name: "public", Type: hosts.OptionBool, Help: "Whether it has a public address."},
		},
		Open: func(hosts.ProviderSetup) (hosts.Provider, error) { return c, nil },
	}
}
