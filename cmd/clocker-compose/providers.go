package main

import (
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/digitalocean"
	"github.com/clocker-compose/clocker-compose/hosts/hetzner"
)

// providerKinds are all providers that there are, sorted by name.
func providerKinds() []hosts.ProviderKind {
	return []hosts.ProviderKind{
		digitalocean.Kind(),
		hetzner.Kind(),
	}
}
