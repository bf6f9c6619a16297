package docker_test

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

func creating(api string) *stub {
	s := newStub(api)
	s.on("POST /containers/create", 201, `{"Id":"abc"}`)
	s.on("POST /networks/two/connect", 200, ``)
	s.on("PUT /containers/abc/archive", 200, ``)
	s.on("DELETE /containers/abc", 204, ``)
	return s
}

func twoNetworks() hosts.ContainerSpec {
	return hosts.ContainerSpec{
		Name: "web", Config: &container.Config{Image: "nginx"}, HostConfig: &container.HostConfig{NetworkMode: "one"},
		Networks: []hosts.NetworkAttachment{
			{Network: "one", Endpoint: &network.EndpointSettings{Aliases: []string{"web"}}},
			{Network: "two", Endpoint: &network.EndpointSettings{IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: netip.MustParseAddr("10.0.0.9")}}},
		},
		Files: []hosts.File{{Path: "/run/secrets/s", Content: []byte("hidden"), Mode: 0o400, UID: 7}},
	}
}

// networksAtCreation are the names in the creation's request.
func networksAtCreation(t *testing.T, s *stub) []string {
	t.Helper()
	var request struct {
		NetworkingConfig struct{ EndpointsConfig map[string]any }
	}
	assert.NilError(t, json.Unmarshal([]byte(s.body("POST /containers/create")), &request))
	var names []string
	for n := range request.NetworkingConfig.EndpointsConfig {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func TestCreateJoinsNetworksAsTheEngineCan(t *testing.T) {
	for api, want := range map[string]struct{ atCreation, requests []string }{
		"1.41": {[]string{"one"}, []string{"HEAD /_ping", "POST /containers/create", "POST /networks/two/connect", "PUT /containers/abc/archive"}},
		"1.44": {[]string{"one", "two"}, []string{"HEAD /_ping", "POST /containers/create", "PUT /containers/abc/archive"}},
	} {
		s := creating(api)
		id, err := open(t, serve(t, s), docker.Options{}).CreateContainer(soon(t), twoNetworks())
		assert.NilError(t, err)
		assert.Check(t, cmp.Equal(id, "abc"))
		assert.Check(t, cmp.DeepEqual(networksAtCreation(t, s), want.atCreation))
		assert.Check(t, cmp.DeepEqual(s.seen(), want.requests))
	}
}

func TestCreatePutsFilesIn(t *testing.T) {
	s := creating("1.44")
	_, err := open(t, serve(t, s), docker.Options{}).CreateContainer(soon(t), twoNetworks())
	assert.NilError(t, err)
	r := tar.NewReader(strings.NewReader(s.body("PUT /containers/abc/archive")))
	h, err := r.Next()
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(h.Name, "run/secrets/s"))
	assert.Check(t, cmp.Equal(h.Mode, int64(0o400)))
	assert.Check(t, cmp.Equal(h.Uid, 7))
	b, err := io.ReadAll(r)
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(string(b), "hidden"))
}

func TestCreateLeavesNothingHalfMade(t *testing.T) {
	s := creating("1.41")
	s.on("POST /networks/two/connect", 404, `{"message":"network two not found"}`)
	_, err := open(t, serve(t, s), docker.Options{}).CreateContainer(soon(t), twoNetworks())
	assert.Check(t, cmp.ErrorContains(err, "host h1: create container web: connect to network two: "))
	assert.Check(t, errors.Is(err, hosts.ErrNotFound))
	assert.Check(t, cmp.Contains(s.seen(), "DELETE /containers/abc"))
}

func TestCreateCleansUpWhenInterrupted(t *testing.T) {
	s := creating("1.41")
	ctx, cancel := context.WithCancel(soon(t))
	s.answers["POST /networks/two/connect"] = func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}
	_, err := open(t, serve(t, s), docker.Options{}).CreateContainer(ctx, twoNetworks())
	assert.Check(t, errors.Is(err, context.Canceled), "%v", err)
	assert.Check(t, cmp.Contains(s.seen(), "DELETE /containers/abc"))
}

func TestCreateSaysWhatIsLeft(t *testing.T) {
	s := creating("1.41")
	s.on("POST /networks/two/connect", 500, `{"message":"broken"}`)
	s.on("DELETE /containers/abc", 500, `{"message":"stuck"}`)
	_, err := open(t, serve(t, s), docker.Options{}).CreateContainer(soon(t), twoNetworks())
	assert.Check(t, cmp.ErrorContains(err, "broken; and container abc is left: stuck"))
}

func TestCreateRefusesWhatTheEngineWouldIgnore(t *testing.T) {
	mac := network.HardwareAddr(net.HardwareAddr{2, 0, 0, 0, 0, 1})
	for want, change := range map[string]func(*hosts.ContainerSpec){
		"gw_priority needs engine 28.0 or later, this one speaks API 1.41 only": func(s *hosts.ContainerSpec) { s.Networks[1].Endpoint.GwPriority = 1 },
		"healthcheck.start_interval needs engine 25.0": func(s *hosts.ContainerSpec) {
			s.Config.Healthcheck = &container.HealthConfig{StartInterval: time.Second}
		},
		"a MAC address on a second network needs engine 25.0": func(s *hosts.ContainerSpec) { s.Networks[1].Endpoint.MacAddress = mac },
	} {
		s, spec := creating("1.41"), twoNetworks()
		change(&spec)
		_, err := open(t, serve(t, s), docker.Options{}).CreateContainer(soon(t), spec)
		assert.Check(t, cmp.ErrorContains(err, want))
		assert.Check(t, cmp.DeepEqual(s.seen(), []string{"HEAD /_ping"}))
	}
}

func TestCreateSaysTheMACWhereOldEnginesLook(t *testing.T) {
	s, spec := creating("1.41"), twoNetworks()
	spec.Networks[0].Endpoint.MacAddress = network.HardwareAddr(net.HardwareAddr{2, 0, 0, 0, 0, 1})
	id, err := open(t, serve(t, s), docker.Options{}).CreateContainer(soon(t), spec)
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(id, "abc"))
	var request struct {
		Image, MacAddress string
		HostConfig        struct{ NetworkMode string }
	}
	assert.NilError(t, json.Unmarshal([]byte(s.body("POST /containers/create")), &request))
	assert.Check(t, cmp.Equal(request.MacAddress, "02:00:00:00:00:01"))
	assert.Check(t, cmp.Equal(request.Image, "nginx"))
	assert.Check(t, cmp.Equal(request.HostConfig.NetworkMode, "one"))
}

func TestCreateNetworkAsksForOneOfAName(t *testing.T) {
	s := newStub("1.41")
	s.on("POST /networks/create", 201, `{"Id":"n1"}`)
	id, err := open(t, serve(t, s), docker.Options{}).CreateNetwork(soon(t), hosts.NetworkSpec{
		Name: "net", Driver: "clocker:latest", IPAM: []hosts.IPAM{{Subnet: netip.MustParsePrefix("10.0.0.0/24"), Range: netip.MustParsePrefix("10.0.0.64/26")}},
	})
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(id, "n1"))
	var request map[string]any
	assert.NilError(t, json.Unmarshal([]byte(s.body("POST /networks/create")), &request))
	assert.Check(t, cmp.Equal(request["CheckDuplicate"], true))
	assert.Check(t, cmp.DeepEqual(request["IPAM"], map[string]any{
		"Driver": "default", "Options": nil,
		"Config": []any{map[string]any{"Subnet": "10.0.0.0/24", "IPRange": "10.0.0.64/26"}},
	}))
}
