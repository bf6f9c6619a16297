package docker_test

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

func TestUnreachable(t *testing.T) {
	port := freePort(t)
	absent := filepath.Join(t.TempDir(), "absent.sock")
	for url, want := range map[string]string{
		fmt.Sprintf("tcp://127.0.0.1:%d", port): fmt.Sprintf("host h1: observe: connection refused (is its engine running, and does it listen on tcp://127.0.0.1:%d?)", port),
		"unix://" + absent:                      "host h1: observe: " + absent + " does not exist (is its engine running?)",
		"tcp://name.invalid:2375":               "host h1: observe: no address for the name name.invalid (check the spelling)",
	} {
		_, err := open(t, url, docker.Options{}).Observe(soon(t))
		assert.Check(t, cmp.Error(err, want))
		assert.Check(t, errors.Is(err, hosts.ErrUnreachable))
	}
}

// A machine that drops packets is one whose queue of connections is full.
func TestConnectTimeout(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	defer l.Close()
	start := time.Now()
	e := open(t, "tcp://"+l.Addr().String(), docker.Options{CallTimeout: 300 * time.Millisecond})
	err = e.StartContainer(soon(t), "web")
	assert.Check(t, cmp.Regexp(`^host h1: start container web: no answer in \d+m?s \(check that the machine is up and its engine responds\)$`, err.Error()))
	assert.Check(t, errors.Is(err, hosts.ErrUnreachable))
	assert.Check(t, time.Since(start) < 3*time.Second)
}

func TestMalformedEndpoints(t *testing.T) {
	for url, want := range map[string]string{
		"http://h1":          `endpoint http://h1 has the unknown scheme "http": use unix, tcp or ssh`,
		"unix://relative":    "needs an absolute path, as in unix:///var/run/docker.sock",
		"tcp://":             "lacks a host, as in tcp://10.0.0.11",
		"ssh://me:secret@h1": "plain-text password is not supported",
		"ssh://h1?a=b":       "query parameters are not allowed",
		"tcp://h1:port":      "parse endpoint: invalid port",
	} {
		_, err := docker.Open(hosts.Host{Name: "h1", Endpoint: hosts.Endpoint{URL: url}}, docker.Options{})
		assert.Check(t, cmp.ErrorContains(err, want), url)
		assert.Check(t, !strings.Contains(err.Error(), "secret"))
	}
}
