// Package gce makes machines in Google's Compute Engine: one instance each,
// found by its labels.
package gce

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/option"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// What a template that doesn't say gets. Google's images of Debian don't read
// cloud-init's user data; those of Ubuntu do.
const (
	defaultImage = "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64"
	defaultUser  = "root" // whom the boot lets in with our key
	defaultZone  = "europe-west3-a"
)

// patience bounds one call of the provider, with all its waiting and asking again.
const patience = 5 * time.Minute

// Kind is the provider as locations name it.
func Kind() hosts.ProviderKind {
	return hosts.ProviderKind{
		Name: "gce",
		Options: []hosts.Option{
			{Name: "project", Type: hosts.OptionText, Help: "The ID of the Google Cloud project."},
			{Name: "instance-role", Type: hosts.OptionBool, Help: "Whether the service account of the instance that the command runs on is taken where there are no other credentials."},
			{Name: "network", Type: hosts.OptionText, Help: "The name of the VPC network that the machines are in."},
			{Name: "subnet", Type: hosts.OptionText, Help: "The name of the subnet of the zone's region, where the network has no automatic ones."},
			{Name: "firewall", Type: hosts.OptionBool, Help: "Whether SSH, and the fabric among the machines, are let through the network's firewall."},
			{Name: "disk", Type: hosts.OptionNumber, Help: "The size of the root disk in GB; else it is the image's."},
			{Name: "spot", Type: hosts.OptionBool, Help: "Whether the machines are spot instances, which cost less and which Google may end."},
		},
		Open: func(s hosts.ProviderSetup) (hosts.Provider, error) {
			p, err := open(s, time.Second)
			if err != nil {
				return nil, err
			}
			return hosts.Functions{OnCreate: p.Create, OnList: p.List, OnDelete: p.Delete, OnSizes: p.Sizes}, nil
		},
	}
}

// open makes a provider that waits for pause at first before it asks again.
func open(s hosts.ProviderSetup, pause time.Duration) (*provider, error) {
	account, err := findAccount(s)
	if err != nil {
		return nil, err
	}
	// The client is for as long as the program runs, and so the context has no end.
	client, err := compute.NewService(context.Background(), option.WithHTTPClient(account.client(pause)), option.WithEndpoint(account.endpoint))
	if err != nil {
		return nil, fmt.Errorf("open Compute Engine's API: %w", err)
	}
	return &provider{client: client, project: account.project, pause: pause}, nil
}
