package main

import (
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/digitalocean"
	"github.com/clocker-compose/clocker-compose/hosts/ec2"
	"github.com/clocker-compose/clocker-compose/hosts/gce"
	"github.com/clocker-compose/clocker-compose/hosts/hetzner"
	"github.com/clocker-compose/clocker-compose/hosts/libvirt"
	"github.com/clocker-compose/clocker-compose/hosts/local"
	"github.com/clocker-compose/clocker-compose/hosts/openstack"
	"github.com/clocker-compose/clocker-compose/hosts/program"
)

// providerKinds are all providers that there are, sorted by name.
func providerKinds() []hosts.ProviderKind {
	return []hosts.ProviderKind{
		digitalocean.Kind(),
		ec2.Kind(),
		program.Kind(),
		gce.Kind(),
		hetzner.Kind(),
		libvirt.Kind(),
		local.Kind(),
		openstack.Kind(),
	}
}
