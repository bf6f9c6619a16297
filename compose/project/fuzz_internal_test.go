package project

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// FuzzEndpoint reads any text as the URL of an engine: what it takes is a
// socket or a machine.
func FuzzEndpoint(f *testing.F) {
	for _, seed := range []string{"ssh://root@10.0.0.11", "tcp://h:2376", "unix:///run/docker.sock", "tcp://[::1%25x]:0", "http://x", "://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if u, err := parseEndpoint(text); err == nil {
			assert.Assert(t, u.Hostname() != "" || u.Scheme == "unix" && strings.HasPrefix(u.Path, "/"), "%q", text)
		}
	})
}

// FuzzEndpointPassword: whatever stands around a password, no error repeats it.
func FuzzEndpointPassword(f *testing.F) {
	for _, seed := range [][2]string{{"ssh://u", "h"}, {"u", "h"}, {"http://u", "h:1"}, {"tcp://", "h"}, {"unix:///a", ""}, {"", "@"}} {
		f.Add(seed[0], seed[1])
	}
	const password = "secretword"
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before+" "+after, password) {
			return // it is no secret then
		}
		if _, err := parseEndpoint(before + ":" + password + "@" + after); err != nil {
			assert.Assert(t, !strings.Contains(err.Error(), password), "%v", err)
		}
	})
}

// FuzzConfig reads any bytes as the user's configuration: an error names the file.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"default: eu\nlocations: {eu: {hosts: [ssh://root@h, {name: b, endpoint: 'tcp://h:1'}]}}", "locations: [", "a: &a [*a]", "locations: {eu: {strategies: [{max-containers: -1}]}}", "--- 1\n--- 2",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, err := parseConfig("config.yaml", content, nil); err != nil {
			assert.ErrorContains(t, err, "config.yaml")
		}
	})
}

// FuzzRawEnvFile reads any bytes as an env_file of the format "raw".
func FuzzRawEnvFile(f *testing.F) {
	for _, seed := range []string{"A=b\n#c\nINHERITED\n", "=x", "A B=c", "\xef\xbb\xbfA=b", "A=\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		read := map[string]string{}
		none := func(string) (string, bool) { return "", false }
		if err := parseRaw(strings.NewReader(content), "x.env", read, none); err != nil {
			assert.ErrorContains(t, err, "x.env")
			return
		}
		for name := range read {
			assert.Assert(t, name != "" && !strings.ContainsAny(name, "=\n"), "%q", name)
		}
	})
}
