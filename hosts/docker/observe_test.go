package docker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

const (
	infoAnswer = `{"ID":"E1","Name":"machine","ServerVersion":"20.10.24","Labels":["disk=ssd","empty"],"OSType":"linux",
		"Architecture":"x86_64","NCPU":2,"MemTotal":1024,"Plugins":{"Network":["null","bridge"]}}`
	containersAnswer = `[
		{"Id":"b1","Names":["/web/db","/db"],"Image":"pg","ImageID":"sha256:1","Created":1700000000,"State":"exited","Status":"Exited (137) 2 hours ago"},
		{"Id":"a1","Names":["/app"],"State":"running","Status":"Up 2 minutes (healthy)","Labels":{"k":"v"},
			"Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},{"PrivatePort":53,"Type":"udp"}],
			"HostConfig":{"NetworkMode":"shop_default"},
			"NetworkSettings":{"Networks":{"shop_default":{"NetworkID":"n1","IPAddress":"10.0.0.2","MacAddress":""},"b":{"IPAddress":""}}},
			"Mounts":[{"Type":"volume","Name":"data","Source":"/x","Destination":"/data","RW":false}]},
		{"Id":"c1","Names":["/c"],"State":"running","Status":"Up 1 second","Health":{"Status":"starting"}}]`
	networksAnswer = `[{"Id":"n1","Name":"shop_default","Driver":"bridge","Scope":"local","IPAM":{"Config":[{"Subnet":"10.0.0.0/24","IPRange":"10.0.0.128/25","Gateway":"10.0.0.1"}]}},
		{"Id":"n0","Name":"host","Driver":"host","IPAM":{"Config":[]}}]`
	volumesAnswer = `{"Volumes":[{"Name":"z","Driver":"local"},{"Name":"data","Driver":"local","Labels":{"a":"b"}}]}`
	imagesAnswer  = `[{"Id":"sha256:1","RepoTags":["b:1","a:1"],"RepoDigests":["<none>@<none>"],"Size":5,"Created":1700000000},{"Id":"sha256:0","RepoTags":["<none>:<none>"]}]`
)

func observable(api string) *stub {
	s := newStub(api)
	s.on("GET /info", 200, infoAnswer)
	s.on("GET /containers/json", 200, containersAnswer)
	s.on("GET /networks", 200, networksAnswer)
	s.on("GET /volumes", 200, volumesAnswer)
	s.on("GET /images/json", 200, imagesAnswer)
	return s
}

func TestObserveTakesSixRequests(t *testing.T) {
	s := observable("1.41")
	var counted atomic.Int32
	e := open(t, serve(t, s), docker.Options{Requests: func(*http.Request) { counted.Add(1) }})
	_, err := e.Observe(soon(t))
	assert.NilError(t, err)
	assert.Check(t, cmp.Len(s.seen(), 6))
	assert.Check(t, cmp.Equal(s.seen()[0], "HEAD /_ping"))
	assert.Check(t, cmp.Equal(int(counted.Load()), 6), "the hook counts what the engine sees")
	_, err = e.Observe(soon(t))
	assert.NilError(t, err)
	assert.Check(t, cmp.Len(s.seen(), 11), "the version is agreed on once")
}

func TestAnswersTellWithoutSecrets(t *testing.T) {
	var mu sync.Mutex
	told := map[string]docker.Answer{}
	o := docker.Options{Answers: func(a docker.Answer) {
		mu.Lock()
		defer mu.Unlock()
		told[a.Method+" "+a.Path] = a
	}}
	e := openHost(t, hosts.Host{Name: "h1", Endpoint: hosts.Endpoint{URL: serve(t, observable("1.41"))}}, o)
	_, err := e.Observe(soon(t))
	assert.NilError(t, err)
	a, found := told["GET /v1.41/containers/json"] // and nothing of the query
	assert.Assert(t, found && a.Host == "h1" && a.Status == 200 && a.Took > 0, "%v", told)

	gone := openHost(t, hosts.Host{Name: "h2", Endpoint: hosts.Endpoint{URL: "unix:///nonexistent"}}, o)
	_, err = gone.Observe(soon(t))
	assert.Assert(t, err != nil)
	assert.ErrorContains(t, told["HEAD /_ping"].Err, "/nonexistent")
}

func TestObserveReadsAndSorts(t *testing.T) {
	e := openHost(t, hosts.Host{Name: "h1", Location: "eu", Endpoint: hosts.Endpoint{URL: serve(t, observable("1.41"))}}, docker.Options{})
	o, err := e.Observe(soon(t))
	assert.NilError(t, err)
	created := time.Unix(1700000000, 0).UTC()
	epoch := time.Unix(0, 0).UTC()
	assert.DeepEqual(t, o, hosts.Observation{
		Host: hosts.Host{
			Name: "h1", Location: "eu", Endpoint: o.Host.Endpoint, ID: "E1", Hostname: "machine", EngineVersion: "20.10.24",
			EngineLabels: map[string]string{"disk": "ssd", "empty": ""}, Platform: hosts.Platform{OS: "linux", Arch: "amd64"},
			Capacity: hosts.Resources{NanoCPUs: 2e9, MemoryBytes: 1024}, Drivers: []string{"bridge", "null"}, Status: hosts.Status{Ready: true},
		},
		Containers: []hosts.Container{
			{
				ID: "a1", Name: "app", Created: epoch, Labels: map[string]string{"k": "v"}, State: hosts.Running,
				Status: "Up 2 minutes (healthy)", Health: "healthy", NetworkMode: "shop_default",
				Ports:       []hosts.PublishedPort{{ContainerPort: 53, Protocol: "udp"}, {HostIP: "0.0.0.0", HostPort: 8080, ContainerPort: 80, Protocol: "tcp"}},
				Mounts:      []hosts.Mount{{Type: "volume", Name: "data", Source: "/x", Destination: "/data", ReadOnly: true}},
				Attachments: []hosts.Attachment{{Network: "b"}, {Network: "shop_default", NetworkID: "n1", Address: netip.MustParseAddr("10.0.0.2")}},
			},
			{ID: "c1", Name: "c", Created: epoch, State: hosts.Running, Status: "Up 1 second", Health: "starting"},
			{ID: "b1", Name: "db", Image: "pg", ImageID: "sha256:1", Created: created, State: hosts.Exited, Status: "Exited (137) 2 hours ago", ExitCode: 137},
		},
		Networks: []hosts.Network{
			{ID: "n0", Name: "host", Driver: "host"},
			{ID: "n1", Name: "shop_default", Driver: "bridge", Scope: "local", Subnets: []hosts.Subnet{{
				Prefix: netip.MustParsePrefix("10.0.0.0/24"), Range: netip.MustParsePrefix("10.0.0.128/25"), Gateway: netip.MustParseAddr("10.0.0.1"),
			}}},
		},
		Volumes: []hosts.Volume{{Name: "data", Driver: "local", Labels: map[string]string{"a": "b"}}, {Name: "z", Driver: "local"}},
		Images: []hosts.Image{
			{ID: "sha256:0", Created: epoch},
			{ID: "sha256:1", Tags: []string{"a:1", "b:1"}, Size: 5, Created: created},
		},
	}, compareNetip)
}

func TestHostileEngines(t *testing.T) {
	endless := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `[{"Id":"`)
		junk := bytes.Repeat([]byte("x"), 1<<20)
		for {
			if _, err := w.Write(junk); err != nil {
				return
			}
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"endless": {endless, "larger than 64 MiB"},
		"garbage": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, "invalid character"},
		"error":   {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "out of order", 500) }, "out of order"},
		"nothing": {func(http.ResponseWriter, *http.Request) {}, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			s := observable("1.41")
			s.answers["GET /containers/json"] = c.answer
			_, err := open(t, serve(t, s), docker.Options{}).Observe(soon(t))
			assert.Check(t, cmp.ErrorContains(err, c.want))
			assert.Check(t, cmp.ErrorContains(err, "host h1: observe: "))
		})
	}
}

func TestSilentEngineCostsTheTimeout(t *testing.T) {
	release := make(chan struct{})
	url := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(func() { close(release) })
	e := open(t, url, docker.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := e.Observe(ctx)
	assert.Check(t, time.Since(start) < 2*time.Second)
	assert.Check(t, errors.Is(err, hosts.ErrUnreachable))
	assert.Check(t, cmp.ErrorContains(err, "no answer in "))

	e = open(t, url, docker.Options{CallTimeout: 200 * time.Millisecond})
	_, err = e.Observe(context.Background())
	assert.Check(t, cmp.ErrorContains(err, "no answer in "), "calls are bounded without a deadline, too")
}

func BenchmarkObserve1000Containers(b *testing.B) {
	s := observable("1.41")
	var list []string
	for i := range 1000 {
		list = append(list, fmt.Sprintf(`{"Id":"%064d","Names":["/shop-web-%d"],"Image":"nginx:alpine","ImageID":"sha256:%064d","Created":1700000000,
			"State":"running","Status":"Up 2 minutes (healthy)","Labels":{"com.docker.compose.project":"shop","com.docker.compose.service":"web",
			"com.docker.compose.container-number":"%d","com.docker.compose.config-hash":"%064d"},"HostConfig":{"NetworkMode":"shop_default"},
			"Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":%d,"Type":"tcp"}],
			"NetworkSettings":{"Networks":{"shop_default":{"NetworkID":"%064d","IPAddress":"10.32.0.7","MacAddress":"02:42:0a:20:00:07"}}}}`,
			i, i, i%10, i, i, 20000+i, 1))
	}
	s.on("GET /containers/json", 200, "["+strings.Join(list, ",")+"]")
	e := open(b, serve(b, s), docker.Options{})
	b.ReportAllocs()
	for b.Loop() {
		o, err := e.Observe(context.Background())
		assert.NilError(b, err)
		assert.Equal(b, len(o.Containers), 1000)
	}
}
