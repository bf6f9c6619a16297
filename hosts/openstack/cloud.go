package openstack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
)

// patience is how long one request may take.
const patience = time.Minute

// tries are how often a cloud may say that it is asked too much.
const tries = 5

// cloud is the connection to one, made when it is first needed.
type cloud struct {
	access credentials

	mutex    sync.Mutex
	services *services
}

// services are the parts of the cloud that are asked.
type services struct {
	compute, image, network *gophercloud.ServiceClient
}

// connect logs in once; a login that failed is tried again by the next caller.
func (c *cloud) connect(ctx context.Context) (*services, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.services != nil {
		return c.services, nil
	}
	found, err := c.login(ctx)
	if err != nil {
		return nil, fmt.Errorf("log in to OpenStack at %s: %w", c.access.auth.IdentityEndpoint, explain(ctx, err))
	}
	c.services = found
	return found, nil
}

func (c *cloud) login(ctx context.Context) (*services, error) {
	client, err := openstack.NewClient(c.access.auth.IdentityEndpoint)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: c.access.tls, ForceAttemptHTTP2: true,
		IdleConnTimeout: patience, TLSHandshakeTimeout: patience,
	}
	// The SDK looks for the services' addresses without a context.
	client.HTTPClient = http.Client{Timeout: patience, Transport: within{ctx, transport}}
	client.RetryBackoffFunc = backOff
	client.MaxBackoffRetries = tries
	if err := openstack.Authenticate(ctx, client, c.access.auth); err != nil {
		return nil, err
	}
	found, err := locate(client, c.access.endpoint)
	client.HTTPClient = http.Client{Timeout: patience, Transport: transport}
	return found, err
}

func locate(client *gophercloud.ProviderClient, where gophercloud.EndpointOpts) (*services, error) {
	var s services
	for _, service := range []struct {
		name string
		to   **gophercloud.ServiceClient
		find func(*gophercloud.ProviderClient, gophercloud.EndpointOpts) (*gophercloud.ServiceClient, error)
	}{
		{"compute", &s.compute, openstack.NewComputeV2},
		{"image", &s.image, openstack.NewImageV2},
		{"network", &s.network, openstack.NewNetworkV2},
	} {
		found, err := service.find(client, where)
		if err != nil {
			if missing := new(gophercloud.ErrEndpointNotFound); errors.As(err, &missing) || errors.As(err, missing) {
				return nil, fmt.Errorf("the cloud has no %s service in region %q", service.name, where.Region)
			}
			return nil, fmt.Errorf("find the %s service: %w", service.name, err)
		}
		*service.to = found
	}
	return &s, nil
}

// within ends requests that have no context of their own with this one.
type within struct {
	ctx  context.Context
	next http.RoundTripper
}

func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	stop := context.AfterFunc(w.ctx, func() { cancel(w.ctx.Err()) })
	defer stop()
	return w.next.RoundTrip(r.WithContext(ctx))
}

// backOff waits as long as a cloud that is asked too much wants, and else a
// second more each time.
func backOff(ctx context.Context, answer *gophercloud.ErrUnexpectedResponseCode, _ error, failures uint) error {
	wanted := time.Duration(failures) * time.Second
	if seconds, err := strconv.Atoi(answer.ResponseHeader.Get("Retry-After")); err == nil && seconds >= 0 {
		wanted = time.Duration(seconds) * time.Second
	}
	return wait(ctx, min(wanted, patience))
}
