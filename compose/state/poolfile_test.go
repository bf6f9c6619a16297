package state_test

import (
	"bytes"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestAPoolFileHasWhatPlansReadAndNothingSecret(t *testing.T) {
	const secret = "s3cret"
	s := state.Snapshot{Observations: []hosts.Observation{{
		Host: hosts.Host{
			Name: "h1", Location: "eu", Endpoint: hosts.Endpoint{URL: "ssh://" + secret}, Address: secret, Labels: map[string]string{"disk": "ssd"},
			Availability: hosts.Drain, Status: hosts.Status{Ready: true}, Capacity: hosts.Resources{NanoCPUs: 4e9},
		},
		Containers: []hosts.Container{{
			ID: "c", Name: "shop-web-1", Command: secret, Image: "nginx",
			Labels: map[string]string{
				hosts.LabelProject: "shop", hosts.LabelReserved: "1,2", hosts.LabelConfigFiles: secret, hosts.LabelWorkingDir: secret,
				hosts.LabelEnvironmentFile: secret, "traefik.auth": secret,
			},
			Mounts: []hosts.Mount{{Type: "bind", Source: secret}, {Type: "volume", Name: "v", Source: "/" + secret, Destination: "/v"}},
		}},
		Networks: []hosts.Network{{Name: "n", Options: map[string]string{"x": secret}, Labels: map[string]string{"y": secret}}},
		Volumes:  []hosts.Volume{{Name: "v", Options: map[string]string{"o": "password=" + secret}, Labels: map[string]string{hosts.LabelProject: "shop"}}},
		Images:   []hosts.Image{{ID: "i", Tags: []string{"nginx:latest"}, Labels: map[string]string{"z": secret}}},
	}, {
		Host: hosts.Host{Name: "h2", Status: hosts.Status{Reason: "dial " + secret}},
	}}}
	var out bytes.Buffer
	assert.NilError(t, state.WritePool(&out, s))
	assert.Assert(t, !strings.Contains(out.String(), secret), "%s", out.String())

	read, err := state.ReadPool(&out)
	assert.NilError(t, err)
	assert.Equal(t, len(read.Observations), 2)
	h := read.Host("h1")
	assert.Equal(t, h.Host.Availability, hosts.Drain)
	assert.Equal(t, h.Host.Labels["disk"], "ssd")
	assert.DeepEqual(t, h.Containers[0].Labels, map[string]string{hosts.LabelProject: "shop", hosts.LabelReserved: "1,2"})
	assert.DeepEqual(t, h.Containers[0].Mounts, []hosts.Mount{{Type: "volume", Name: "v", Destination: "/v"}})
	assert.Assert(t, !read.Host("h2").Host.Status.Ready)
}

func TestWrongPoolFiles(t *testing.T) {
	for text, want := range map[string]string{
		``:               "it isn't a pool file: EOF",
		`{"version": 2}`: "it is a pool file of version 2, and this program reads version 1",
		`{"version": 1, "hosts": [{"host": {"name": "a"}}, {"host": {"name": "a"}}]}`: `host 2 of it has no name, or that of another one: "a"`,
	} {
		_, err := state.ReadPool(strings.NewReader(text))
		assert.Error(t, err, want)
	}
}
