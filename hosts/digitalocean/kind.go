// Package digitalocean makes machines in DigitalOcean's cloud: one droplet
// each, found by its tags.
package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// What a template that doesn't say gets.
const (
	defaultImage  = "debian-13-x64"
	defaultRegion = "fra1"
	defaultUser   = "root"
)

// patience bounds one call of the provider, with all its waiting and asking again.
const patience = 3 * time.Minute

// tries are how often a request is sent that passing trouble keeps from being answered.
const tries = 5

// Kind is the provider as locations name it.
func Kind() hosts.ProviderKind {
	return hosts.ProviderKind{
		Name: "digitalocean",
		Options: []hosts.Option{
			{Name: "context", Type: hosts.OptionText, Help: "The context of doctl's configuration whose token is taken, whatever the environment says."},
			{Name: "network", Type: hosts.OptionText, Help: "The UUID of the VPC that the machines are in; they reach each other over it."},
			{Name: "firewall", Type: hosts.OptionBool, Help: "Whether from outside nothing but SSH may reach the machines."},
			{Name: "account-keys", Type: hosts.OptionList, Help: "SSH keys of the account, by fingerprint, that may log in too; with one of them no root password is mailed."},
		},
		Open: func(s hosts.ProviderSetup) (hosts.Provider, error) { return open(s, time.Second) },
	}
}

// open makes a provider that waits for pause at first before it asks again.
func open(s hosts.ProviderSetup, pause time.Duration) (*provider, error) {
	token, err := findToken(s)
	if err != nil {
		return nil, err
	}
	options := []godo.ClientOpt{godo.SetUserAgent("clocker-compose")}
	if endpoint := s.Variable("DIGITALOCEAN_API_URL"); endpoint != "" {
		options = append(options, godo.SetBaseURL(endpoint))
	}
	once, err := godo.New(authorized(token), options...)
	if err != nil {
		return nil, fmt.Errorf("open DigitalOcean's API: %w", err)
	}
	again, err := godo.New(authorized(token), append(options, godo.WithRetryAndBackoffs(godo.RetryConfig{
		RetryMax: tries - 1, RetryWaitMin: godo.PtrTo(pause.Seconds()), RetryWaitMax: godo.PtrTo(30.0),
	}))...)
	if err != nil {
		return nil, fmt.Errorf("open DigitalOcean's API: %w", err)
	}
	return &provider{client: again, once: once, pause: pause}, nil
}

func authorized(token string) *http.Client {
	c := oauth2.NewClient(context.Background(), oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token}))
	c.Timeout = time.Minute
	return c
}
