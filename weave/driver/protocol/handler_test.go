package protocol

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// recorder keeps what it was asked, and fails with err.
type recorder struct {
	network  CreateNetwork
	endpoint CreateEndpoint
	err      error
}

func (r *recorder) CreateNetwork(_ context.Context, q CreateNetwork) error {
	r.network = q
	return r.err
}
func (r *recorder) DeleteNetwork(context.Context, DeleteNetwork) error { return r.err }
func (r *recorder) CreateEndpoint(_ context.Context, q CreateEndpoint) (CreatedEndpoint, error) {
	r.endpoint = q
	return CreatedEndpoint{Interface: &Interface{MacAddress: "02:42:0a:20:00:05"}}, r.err
}
func (r *recorder) DeleteEndpoint(context.Context, Endpoint) error { return r.err }
func (r *recorder) Join(context.Context, Join) (Joined, error) {
	return Joined{InterfaceName: InterfaceName{SrcName: "clkc1", DstPrefix: "eth"}}, r.err
}
func (r *recorder) Leave(context.Context, Endpoint) error { return r.err }

func post(t *testing.T, d Driver, method, body string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(d, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest(http.MethodPost, method, strings.NewReader(body)))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestWhatTheEngineSays(t *testing.T) {
	d := &recorder{}
	code, answer := post(t, d, "/NetworkDriver.CreateNetwork", `{"NetworkID":"n1",
		"Options":{"com.docker.network.generic":{"io.clocker.zone":"shop_default"},"com.docker.network.internal":true},
		"IPv4Data":[{"AddressSpace":"LocalDefault","Pool":"10.32.0.0/24","Gateway":"10.32.0.1/24"}],"IPv6Data":[]}`)
	assert.Equal(t, code, http.StatusOK)
	assert.Equal(t, answer, `{}`)
	assert.Equal(t, d.network.Option("io.clocker.zone"), "shop_default")
	assert.Assert(t, d.network.Internal())
	assert.Equal(t, d.network.IPv4Data[0].Gateway, "10.32.0.1/24")

	_, answer = post(t, d, "/NetworkDriver.CreateEndpoint", `{"NetworkID":"n1","EndpointID":"e1",
		"Interface":{"Address":"10.32.0.5/24","AddressIPv6":"","MacAddress":""},
		"Options":{"com.docker.network.portmap":[],"io.clocker.names":"web,shop-web-1"}}`)
	assert.Equal(t, d.endpoint.Option("io.clocker.names"), "web,shop-web-1")
	assert.Equal(t, d.endpoint.Option("com.docker.network.portmap"), "")
	var created CreatedEndpoint
	assert.NilError(t, json.Unmarshal([]byte(answer), &created))
	assert.Equal(t, created.Interface.MacAddress, "02:42:0a:20:00:05")
}

func TestJoinNamesTheInterface(t *testing.T) {
	_, answer := post(t, &recorder{}, "/NetworkDriver.Join", `{"NetworkID":"n1","EndpointID":"e1","SandboxKey":"/var/run/docker/netns/1"}`)
	assert.Equal(t, answer, `{"InterfaceName":{"SrcName":"clkc1","DstPrefix":"eth"}}`)
}

func TestFailureIsAnAnswer(t *testing.T) {
	code, answer := post(t, &recorder{err: errors.New("subnet overlaps")}, "/NetworkDriver.CreateNetwork", `{}`)
	assert.Equal(t, code, http.StatusOK, "the engine tries other codes again")
	assert.Equal(t, answer, `{"Err":"subnet overlaps"}`)
}

func TestNonsenseIsRefused(t *testing.T) {
	code, answer := post(t, &recorder{}, "/NetworkDriver.Join", `[`)
	assert.Equal(t, code, http.StatusBadRequest)
	assert.Assert(t, strings.Contains(answer, "read request"))
}

func TestPluginSaysWhatItIs(t *testing.T) {
	_, answer := post(t, &recorder{}, "/Plugin.Activate", "")
	assert.Equal(t, answer, `{"Implements":["NetworkDriver"]}`)
	_, answer = post(t, &recorder{}, "/NetworkDriver.GetCapabilities", "")
	assert.Equal(t, answer, `{"ConnectivityScope":"local","Scope":"local"}`)
}
