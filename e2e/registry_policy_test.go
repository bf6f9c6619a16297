//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// policies is a project on one host whose image is in a registry.
type policies struct {
	*Project
	lab      *Lab
	registry *registry
	image    string
}

// with runs a command with a pull policy of the service, and tells whether the
// registry was asked for the image. The host has the image before, or lacks it.
func (p policies) with(t *testing.T, policy string, has bool, args ...string) (asked bool, r Result) {
	t.Helper()
	line := ""
	if policy != "" {
		line = ", pull_policy: " + policy
	}
	p.Write(t, fmt.Sprintf("services:\n  app: {image: %q, command: sleep 1000, init: true%s}\n", p.image, line))
	p.Do(t, "down")
	if h := p.lab.Host(1); has {
		h.Docker(t, "pull", p.image)
	} else {
		_, _ = h.TryDocker("rmi", p.image)
	}
	p.registry.requests()
	r = p.Try(t, args...)
	return strings.Contains(strings.Join(p.registry.requests(), "\n"), " /v2/app/manifests/"), r
}

// Each policy asks the registry where it says so, and nowhere else.
func TestRegistryIsAskedAsThePolicySays(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		r := l.registry(t, registryAccess{}, plainPort)
		l.privateImage(t, r)
		p := policies{l.OnOneHost(t, l.Host(1), ""), l, r, r.address + "/app:1"}
		old := l.Generation == "20" // which doesn't tell when it has pulled
		for _, c := range []struct {
			policy       string
			args         []string
			asksHas      bool
			asksLacks    bool
			failsLacking bool
		}{
			{policy: "", args: []string{"up", "-d"}, asksLacks: true},
			{policy: "missing", args: []string{"up", "-d"}, asksLacks: true},
			{policy: "if_not_present", args: []string{"up", "-d"}, asksLacks: true},
			{policy: "always", args: []string{"up", "-d"}, asksHas: true, asksLacks: true},
			{policy: "never", args: []string{"up", "-d"}, failsLacking: true},
			{policy: "daily", args: []string{"up", "-d"}, asksHas: old, asksLacks: true},
			{policy: "weekly", args: []string{"up", "-d"}, asksHas: old, asksLacks: true},
			{policy: "every_12h", args: []string{"up", "-d"}, asksHas: old, asksLacks: true},
			{policy: "missing", args: []string{"up", "-d", "--pull", "always"}, asksHas: true, asksLacks: true},
			{policy: "always", args: []string{"up", "-d", "--pull", "missing"}, asksLacks: true},
			{policy: "always", args: []string{"up", "-d", "--pull", "never"}, failsLacking: true},
			{policy: "", args: []string{"pull"}, asksHas: true, asksLacks: true},
			{policy: "never", args: []string{"pull"}},
			{policy: "", args: []string{"pull", "--policy", "missing"}, asksLacks: true},
			{policy: "never", args: []string{"pull", "--policy", "always"}, asksHas: true, asksLacks: true},
		} {
			name := c.policy + " " + strings.Join(c.args, " ")
			asked, result := p.with(t, c.policy, true, c.args...)
			assert.Check(t, asked == c.asksHas && result.Code == 0, "%s, with the image: asked %t, %v", name, asked, result)
			asked, result = p.with(t, c.policy, false, c.args...)
			assert.Check(t, asked == c.asksLacks && (result.Code != 0) == c.failsLacking, "%s, without it: asked %t, %v", name, asked, result)
		}
		p.Do(t, "down", "--rmi", "all")
	})
}

// With build the registry isn't asked for what is built; with always all hosts
// get what the tag means now, with missing they keep what they have.
func TestRegistryMovesATag(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		r := l.registry(t, registryAccess{}, plainPort)
		author := l.privateImage(t, r)
		image := r.address + "/app:1"
		p := l.everywhere(t, image, "")
		p.Do(t, "up", "-d")
		author.Write(t, fmt.Sprintf("services:\n  app: {image: %q, pull_policy: build, build: {dockerfile_inline: \"FROM busybox\\nRUN echo second > /number\"}}\n", image))
		r.requests()
		author.Do(t, "up", "--no-start")
		assert.Equal(t, len(r.requests()), 0, "what is built is asked for nowhere")
		author.Do(t, "push")
		author.Do(t, "down", "--rmi", "all")

		before := p.IDs(t)
		l.Host(2).Docker(t, "rmi", "-f", image)
		p.Do(t, "up", "-d", "--pull", "always")
		for _, replica := range p.Replicas(t, "app") {
			assert.Equal(t, p.Inside(t, replica, "cat /number"), "second")
			assert.Check(t, before[replica.Name] != replica.Host+" "+replica.ID, "%s is another container", replica.Name)
		}
		assert.Equal(t, len(p.imageIDs(t, l, image)), 1)
		p.Do(t, "down", "--rmi", "all")
	})
}
