//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// Each mistake is an error that a newcomer can act on: it names what is wrong and where, and nothing has changed.
func TestMistakesAreToldAndChangeNothing(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		h2 := l.Host(2)
		for _, mistake := range []struct {
			name, file string
			// says are words of the error.
			says []string
			// given prepares what the mistake needs; may be nil.
			given func(*testing.T, *Project)
		}{
			{
				name: "unknown key in x-clocker",
				file: withOptions("x-clocker: {locaton: lab}"),
				says: []string{"compose.yaml:", "locaton", "location"},
			},
			{
				name: "unknown location",
				file: withOptions("x-clocker: {location: mars}"),
				says: []string{"compose.yaml:", "mars", "lab"},
			},
			{
				name: "no host reachable",
				file: declaring(`tcp://` + elsewhere(t, l) + `:2375`),
				says: []string{elsewhere(t, l)},
			},
			{
				name: "a host whose certificate is wrong",
				file: declaring(fmt.Sprintf("{name: pretender, endpoint: 'tcp://%s:2376', tls: {ca: %s, cert: %s, key: %s}}", h2.Address(t),
					l.state("keys/client.pem"), l.state("keys/client.pem"), l.state("keys/client-key.pem"))),
				says: []string{"pretender", "certificate"},
			},
			{
				name:  "a host whose SSH key is wrong",
				file:  declaring("{name: pretender, endpoint: 'ssh://root@" + h2.Address(t) + "'}"),
				says:  []string{"pretender", "host key"},
				given: knowingAnotherKey,
			},
			{
				name:  "a port taken on every host",
				file:  withOptions("ports: ['18070:80']"),
				says:  []string{"web", "18070", "3"},
				given: portTakenEverywhere,
			},
			{
				name: "a replica that fits nowhere",
				file: withOptions("deploy: {resources: {reservations: {memory: 900G}}}"),
				says: []string{"no host for web", "memory"},
			},
			{
				name: "an image that does not exist",
				file: "services:\n  web: {image: 'nobody/nothing:never'}\n",
				says: []string{"nobody/nothing:never"},
			},
			{
				name: "an address range that collides with a host's own network",
				file: "x-clocker: {network: {cidr: " + rangeOf(t, h2) + "}}\n" + withOptions("labels: {a: b}"),
				says: []string{strings.TrimSuffix(rangeOf(t, h2), ".0.0/16")},
			},
		} {
			t.Run(mistake.name, func(t *testing.T) {
				p := l.Project(t, mistake.file)
				if mistake.given != nil {
					mistake.given(t, p)
				}
				started := time.Now()
				r := p.Try(t, "up", "-d")
				t.Logf("after %s: %s", time.Since(started).Round(100*time.Millisecond), strings.TrimSpace(r.Stderr))
				assert.Equal(t, r.Code, 1, r.String())
				for _, word := range mistake.says {
					assert.Check(t, strings.Contains(r.Stderr, word), "%q is not in the error", word)
				}
				assert.DeepEqual(t, p.Left(t), []string(nil))
			})
		}
	})
}

func withOptions(options string) string {
	return "services:\n  web:" + webServer + "\n    " + options + "\n"
}

// declaring is a project whose pool is one host of its own.
func declaring(host string) string {
	return "x-clocker: {location: here, locations: {here: {hosts: [" + host + "]}}}\n" + withOptions("labels: {a: b}")
}

// elsewhere is an address of the lab's network that nobody has.
func elsewhere(t *testing.T, l *Lab) string {
	t.Helper()
	return rangePrefix(t, l.Host(1)) + ".199"
}

func rangePrefix(t *testing.T, h Host) string {
	t.Helper()
	address := h.Address(t)
	return address[:strings.LastIndex(address, ".")]
}

// rangeOf holds all addresses of the lab's hosts.
func rangeOf(t *testing.T, h Host) string {
	t.Helper()
	return strings.TrimSuffix(rangePrefix(t, h), ".0") + ".0.0/16"
}

// knowingAnotherKey puts an ssh ahead that has learnt another key for the lab's hosts.
func knowingAnotherKey(t *testing.T, p *Project) {
	t.Helper()
	folder := t.TempDir()
	key := filepath.Join(folder, "key")
	assert.NilError(t, exec.CommandContext(t.Context(), "ssh-keygen", "-qt", "ed25519", "-N", "", "-f", key).Run())
	public, err := os.ReadFile(key + ".pub")
	assert.NilError(t, err)
	known := filepath.Join(folder, "known_hosts")
	assert.NilError(t, os.WriteFile(known, append([]byte(p.lab.Host(2).Address(t)+" "), public...), 0o600))
	script := fmt.Sprintf("#!/bin/sh\nexec %s -o UserKnownHostsFile=%s \"$@\"\n", p.lab.state("client/ssh"), known)
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "ssh"), []byte(script), 0o700))
	p.environment = append(p.environment, "PATH="+folder+":"+os.Getenv("PATH"))
}

func portTakenEverywhere(t *testing.T, p *Project) {
	t.Helper()
	p.Another(t, withOptions("ports: ['18070:80']\n    deploy: {mode: global}")).Up(t)
}
