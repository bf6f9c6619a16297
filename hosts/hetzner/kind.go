// Package hetzner makes machines in Hetzner's cloud: one server each, found by
// its labels.
package hetzner

import (
	"context"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// What a template that doesn't say gets.
const (
	defaultImage  = "debian-13"
	defaultRegion = "fsn1"
	defaultUser   = "root"
)

// patience bounds one call of the provider, with all its waiting and asking again.
const patience = 3 * time.Minute

// Kind is the provider as locations name it.
func Kind() hosts.ProviderKind {
	return hosts.ProviderKind{
		Name: "hetzner",
		Options: []hosts.Option{
			{Name: "context", Type: hosts.OptionText, Help: "The context of hcloud's configuration whose token is taken, whatever the environment says."},
			{Name: "network", Type: hosts.OptionText, Help: "The private network, by name or ID, over which the machines reach each other."},
			{Name: "firewall", Type: hosts.OptionBool, Help: "Whether nothing but SSH may reach the machines from outside; it needs a `network`."},
			{Name: "account-keys", Type: hosts.OptionList, Help: "SSH keys of the Hetzner project, by name or ID, that may log in too; with one of them no root password is mailed."},
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
	options := []hcloud.ClientOption{
		hcloud.WithToken(token),
		hcloud.WithApplication("clocker-compose", ""),
		hcloud.WithHTTPClient(persistent(pause)),
		hcloud.WithRetryOpts(hcloud.RetryOpts{MaxRetries: 5, BackoffFunc: hcloud.ExponentialBackoff(2, pause)}),
	}
	if endpoint := s.Variable("HCLOUD_ENDPOINT"); endpoint != "" {
		options = append(options, hcloud.WithEndpoint(endpoint))
	}
	return &provider{client: hcloud.NewClient(options...), pause: pause}, nil
}

// persistent sends a request again that got no answer, which Hetzner's client
// does with none: names are unique, so that nothing is made twice.
func persistent(pause time.Duration) *http.Client {
	again := retryablehttp.NewClient()
	again.Logger = nil
	again.HTTPClient.Timeout = time.Minute
	again.RetryMax, again.RetryWaitMin, again.RetryWaitMax = 3, pause, 30*pause
	again.CheckRetry = func(ctx context.Context, r *http.Response, err error) (bool, error) {
		if err == nil {
			return false, nil
		}
		return retryablehttp.DefaultRetryPolicy(ctx, r, err)
	}
	return again.StandardClient()
}
