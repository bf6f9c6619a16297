package openstack_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
	"github.com/clocker-compose/clocker-compose/hosts/openstack"
)

func template(more ...any) hosts.Template {
	t := hosts.Template{"image": "debian-12", "size": "small"}
	for i := 0; i < len(more); i += 2 {
		t[more[i].(string)] = more[i+1]
	}
	return t
}

// variables are those of an openrc file for the simulated cloud.
func (s *simulated) variables(more map[string]string) func(string) string {
	all := map[string]string{
		"OS_AUTH_URL": s.URL + "/identity/v3", "OS_USERNAME": "alice", "OS_PASSWORD": "correct",
		"OS_PROJECT_NAME": "shop", "OS_USER_DOMAIN_NAME": "Default", "OS_PROJECT_DOMAIN_NAME": "Default",
	}
	for k, v := range more {
		all[k] = v
	}
	return func(name string) string { return all[name] }
}

func (s *simulated) open(t *testing.T, wanted hosts.Template) hosts.Provider {
	t.Helper()
	p, err := openstack.Kind().Open(hosts.ProviderSetup{
		Location: hosts.Location{Name: "eu", Template: wanted}, Variable: s.variables(nil), Home: t.TempDir(), Directory: t.TempDir(),
	})
	assert.NilError(t, err)
	return p
}

func order(name string, wanted hosts.Template) hosts.Order {
	return hosts.Order{Location: hosts.Location{Name: "eu", Template: wanted}, Name: name, UserData: "#cloud-config\n", HostKey: "SHA256:abc"}
}

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestConformance(t *testing.T) {
	s := simulate(t)
	conformance.Providers(t, conformance.Cloud{
		Open: func(t *testing.T, l hosts.Location) (hosts.Provider, error) {
			return openstack.Kind().Open(hosts.ProviderSetup{Location: l, Variable: s.variables(nil), Home: t.TempDir(), Directory: t.TempDir()})
		},
		Template: template(),
		Wrong: map[string]hosts.Template{
			"no image":                {"size": "small"},
			"no such image":           template("image", "win95"),
			"no such network":         template("networks", []string{"wan"}),
			"there is no clouds.yaml": template("cloud", "elsewhere"),
		},
		Limit: func(_ *testing.T, n int) {
			s.set(func(s *simulated) {
				if s.limit = n; n >= 0 {
					s.limit = s.staying() + n
				}
			})
		},
		Lose: func(*testing.T) { s.set(func(s *simulated) { s.lose = true }) },
	})
}

// TestOrder checks what the cloud is asked for.
func TestOrder(t *testing.T) {
	s := simulate(t)
	wanted := template("networks", []string{"lan", "network-2"}, "security-groups", []string{"docker"}, "key", "alice", "zone", "az1", "config-drive", true, "user", "debian")
	m, err := s.open(t, wanted).Create(within(t), order("eu-1", wanted))
	assert.NilError(t, err)
	assert.Equal(t, m.User, "debian")
	assert.DeepEqual(t, s.created, []map[string]any{{
		"name": "eu-1", "imageRef": "image-1", "flavorRef": "1", "key_name": "alice", "availability_zone": "az1", "config_drive": true,
		"networks":        []any{map[string]any{"uuid": "network-1"}, map[string]any{"uuid": "network-2"}},
		"security_groups": []any{map[string]any{"name": "docker"}},
		"user_data":       base64.StdEncoding.EncodeToString([]byte("#cloud-config\n")),
		"metadata":        map[string]any{"io.clocker.location": "eu", "io.clocker.name": "eu-1", "io.clocker.hostkey": "SHA256:abc", "io.clocker.size": "small"},
	}})
}

// TestRequests counts what a machine costs: of the login and the look for
// services, which come once, and then of the machine alone.
func TestRequests(t *testing.T) {
	s := simulate(t)
	p := s.open(t, template())
	_, err := p.Create(within(t), order("eu-1", template()))
	assert.NilError(t, err)
	first := len(s.asked)
	_, err = p.Create(within(t), order("eu-2", template()))
	assert.NilError(t, err)
	assert.DeepEqual(t, s.asked[first:], []string{
		"GET /compute/v2.1/servers/detail", "GET /compute/v2.1/flavors/detail", "GET /image/v2/images",
		"POST /compute/v2.1/servers", "GET /compute/v2.1/servers/detail", "GET /compute/v2.1/servers/server-2",
	})
	assert.Assert(t, first <= 12, "%v", s.asked[:first])
}

func TestFloatingAddress(t *testing.T) {
	s := simulate(t)
	wanted := template("networks", []string{"lan"}, "floating-network", "outside")
	p := s.open(t, wanted)
	m, err := p.Create(within(t), order("eu-1", wanted))
	assert.NilError(t, err)
	assert.Equal(t, m.Address, "192.0.2.1")
	assert.Equal(t, m.PrivateAddress, "10.20.0.1")
	assert.Equal(t, s.floating[0].Network, "network-3")

	again, err := p.Create(within(t), order("eu-1", wanted))
	assert.NilError(t, err)
	assert.Equal(t, again.Address, m.Address)
	assert.Equal(t, len(s.floating), 1)

	assert.NilError(t, p.Delete(within(t), m))
	assert.Equal(t, len(s.floating), 0)
	assert.Equal(t, s.staying(), 0)
}

// TestFloatingAddressLeftUntied is a run that ended between the making of an
// address and its use.
func TestFloatingAddressLeftUntied(t *testing.T) {
	s := simulate(t)
	wanted := template("networks", []string{"lan"}, "floating-network", "outside")
	p := s.open(t, wanted)
	_, err := p.Create(within(t), order("eu-1", wanted))
	assert.NilError(t, err)
	s.set(func(s *simulated) { s.floating[0].PortID = "" })
	all, err := p.List(within(t), hosts.Location{Name: "eu"})
	assert.NilError(t, err)
	assert.Equal(t, all[0].Address, "", "it is not to be reached by its private one")

	m, err := p.Create(within(t), order("eu-1", wanted))
	assert.NilError(t, err)
	assert.Equal(t, m.Address, "192.0.2.1")
	assert.Equal(t, len(s.floating), 1)
}

func TestFloatingQuota(t *testing.T) {
	s := simulate(t)
	s.fipQuota = true
	wanted := template("networks", []string{"lan"}, "floating-network", "outside")
	_, err := s.open(t, wanted).Create(within(t), order("eu-1", wanted))
	assert.ErrorIs(t, err, hosts.ErrCapacity)
	assert.ErrorContains(t, err, "create machine eu-1: give it a floating address of outside: no capacity: Quota exceeded for resources: ['floatingip'].")
}

// TestNoValidHost is a cloud that takes the order and then finds no room.
func TestNoValidHost(t *testing.T) {
	s := simulate(t)
	s.full = true
	_, err := s.open(t, template()).Create(within(t), order("eu-1", template()))
	assert.ErrorIs(t, err, hosts.ErrCapacity)
	assert.ErrorContains(t, err, "No valid host was found")
	assert.Equal(t, s.staying(), 0, "the server is taken back")
}

// TestTwoAtOnce is another run that orders the same between our look and our order.
func TestTwoAtOnce(t *testing.T) {
	s := simulate(t)
	p := s.open(t, template())
	m, err := p.Create(within(t), order("eu-1", template()))
	assert.NilError(t, err)
	tags := s.servers[0].fields["metadata"]
	s.servers[0].fields["metadata"] = map[string]any{}
	s.onCreate = func() { s.servers[0].fields["metadata"] = tags }
	second, err := p.Create(within(t), order("eu-1", template()))
	assert.NilError(t, err)
	assert.Equal(t, second.ID, m.ID)
	assert.Equal(t, len(s.created), 2)
	assert.Equal(t, s.staying(), 1, "the later one is deleted")
}

// TestTwoLeft is a run that was killed before it took back what another one had
// ordered before: the machine is one, and the next order takes the other back.
func TestTwoLeft(t *testing.T) {
	s := simulate(t)
	p := s.open(t, template())
	m, err := p.Create(within(t), order("eu-1", template()))
	assert.NilError(t, err)
	s.set(func(s *simulated) {
		tags := s.servers[0].fields["metadata"]
		s.servers = append(s.servers, &server{fields: map[string]any{
			"id": "server-9", "name": "eu-1", "metadata": tags, "status": "ACTIVE", "created": time.Now().Add(time.Minute).UTC().Format(time.RFC3339),
		}})
	})
	all, err := p.List(within(t), hosts.Location{Name: "eu"})
	assert.NilError(t, err)
	assert.Equal(t, len(all), 2)
	assert.Equal(t, all[0].ID, m.ID)
	assert.Equal(t, all[1].Name, "eu-1-server-9")
	assert.Equal(t, all[1].State, hosts.MachineBroken)
	assert.Equal(t, all[1].Fault, "an older server is eu-1")

	again, err := p.Create(within(t), order("eu-1", template()))
	assert.NilError(t, err)
	assert.Equal(t, again.ID, m.ID)
	assert.Equal(t, s.staying(), 1)
}

// TestTwoFloatAtOnce is another run that gives the machine its address between our
// look and our order.
func TestTwoFloatAtOnce(t *testing.T) {
	s := simulate(t)
	wanted := template("networks", []string{"lan"}, "floating-network", "outside")
	s.onFloat = func() {
		s.floating = []*floatingIP{{ID: "fip-other", PortID: "port-server-1", Description: "io.clocker eu eu-1 server-1", Address: "192.0.2.9"}}
	}
	m, err := s.open(t, wanted).Create(within(t), order("eu-1", wanted))
	assert.NilError(t, err)
	assert.Equal(t, m.Address, "192.0.2.9")
	assert.Equal(t, len(s.floating), 1)
}

func TestThrottled(t *testing.T) {
	s := simulate(t)
	p := s.open(t, template())
	s.throttle = 2
	_, err := p.Create(within(t), order("eu-1", template()))
	assert.NilError(t, err)
	s.set(func(s *simulated) { s.throttle = 100 })
	_, err = p.List(within(t), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, "list servers: the cloud answers 429 Too Many Requests: This request was rate-limited.")
}

func TestTokenExpires(t *testing.T) {
	s := simulate(t)
	p := s.open(t, template())
	_, err := p.List(within(t), hosts.Location{Name: "eu"})
	assert.NilError(t, err)
	s.expire()
	_, err = p.Create(within(t), order("eu-1", template()))
	assert.NilError(t, err)
	assert.Equal(t, s.logins, 2)
}

func TestRefusals(t *testing.T) {
	s := simulate(t)
	for _, c := range []struct {
		wanted hosts.Template
		words  string
	}{
		{template("image", "twice"), "image twice: the cloud has 2 of that name: name one by its ID, such as image-2"},
		{template("size", "huge"), "size huge: the cloud has no such flavor; there are small, large"},
		{hosts.Template{"image": "debian-12"}, "the template has no size"},
		{template("floating-network", "mars", "networks", []string{"lan"}), "network mars: the cloud has no such network"},
	} {
		_, err := s.open(t, c.wanted).Create(within(t), order("eu-1", c.wanted))
		assert.ErrorContains(t, err, c.words)
	}
}

// TestDown is a cloud whose interfaces don't answer, and come back.
func TestDown(t *testing.T) {
	s := simulate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	address := listener.Addr().String()
	assert.NilError(t, listener.Close())
	p, err := openstack.Kind().Open(hosts.ProviderSetup{
		Location: hosts.Location{Name: "eu", Template: template()},
		Variable: s.variables(map[string]string{"OS_AUTH_URL": "http://" + address + "/identity/v3"}),
	})
	assert.NilError(t, err, "nothing is asked yet")
	_, err = p.List(within(t), hosts.Location{Name: "eu"})
	assert.ErrorContains(t, err, "log in to OpenStack at http://"+address+"/identity/v3: "+address+" doesn't answer: ")
	assert.ErrorContains(t, err, "connection refused")

	listener, err = net.Listen("tcp", address)
	assert.NilError(t, err)
	front := &http.Server{Handler: s.Config.Handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = front.Serve(listener) }()
	t.Cleanup(func() { _ = front.Close() })
	_, err = p.List(within(t), hosts.Location{Name: "eu"})
	assert.NilError(t, err)
}

// TestSilent is a cloud that takes connections, and then says nothing.
func TestSilent(t *testing.T) {
	var dead atomic.Value
	dead.Store("")
	done := make(chan struct{})
	s := simulate(t)
	working := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if at := dead.Load().(string); at == "" || !strings.HasPrefix(r.URL.Path, at) {
			working.ServeHTTP(w, r)
			return
		}
		select {
		case <-r.Context().Done():
		case <-done:
		}
	})
	for name, at := range map[string]string{"identity": "/identity", "discovery": "/image/", "list": "/compute/v2.1/servers"} {
		t.Run(name, func(t *testing.T) {
			dead.Store(at)
			ctx, cancel := context.WithTimeout(within(t), 200*time.Millisecond)
			defer cancel()
			_, err := s.open(t, template()).List(ctx, hosts.Location{Name: "eu"})
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
	close(done)
}

func TestStates(t *testing.T) {
	s := simulate(t)
	p := s.open(t, template())
	_, err := p.Create(within(t), order("eu-1", template()))
	assert.NilError(t, err)
	for _, c := range []struct {
		status, task string
		state        hosts.MachineState
		fault        string
	}{
		{"ACTIVE", "", hosts.MachineRunning, ""},
		{"REBOOT", "", hosts.MachineRunning, ""},
		{"SHUTOFF", "", hosts.MachineBroken, "the server's status is SHUTOFF"},
		{"ERROR", "", hosts.MachineBroken, "the server's status is ERROR"},
		{"DELETED", "", hosts.MachineDeleting, ""},
		{"", "", hosts.MachineBroken, "the server's status is unknown"},
		{"ACTIVE", "deleting", hosts.MachineDeleting, ""}, // and it is gone
	} {
		s.set(func(s *simulated) {
			s.servers[0].fields["status"], s.servers[0].fields["OS-EXT-STS:task_state"] = c.status, c.task
		})
		all, err := p.List(within(t), hosts.Location{Name: "eu"})
		assert.NilError(t, err)
		assert.Equal(t, all[0].State, c.state, "%s %s", c.status, c.task)
		assert.Equal(t, all[0].Fault, c.fault)
	}
}

// TestAddresses has a server on two networks: the template's first counts.
func TestAddresses(t *testing.T) {
	s := simulate(t)
	s.networks = append(s.networks, map[string]any{"id": "network-9", "name": "a-first"})
	for first, address := range map[string]string{"lan": "10.20.0.1", "a-first": "10.30.0.1"} {
		wanted := template("networks", []string{first})
		s.set(func(s *simulated) { s.servers, s.created = nil, nil })
		p := s.open(t, wanted)
		_, err := p.Create(within(t), order("eu-1", wanted))
		assert.NilError(t, err)
		s.set(func(s *simulated) { s.servers[0].fields["status"] = "ACTIVE" })
		all, err := p.List(within(t), hosts.Location{Name: "eu"})
		assert.NilError(t, err)
		assert.Equal(t, all[0].Address, address)
		assert.Equal(t, all[0].PrivateAddress, address)
	}
}

func TestCredentials(t *testing.T) {
	s := simulate(t)
	cloudsFile := func(folder string) {
		content := "clouds:\n  mine:\n    region_name: north\n    auth: {auth_url: " + s.URL + "/identity/v3, username: alice, password: correct, project_name: shop, user_domain_name: Default, project_domain_name: Default}\n"
		assert.NilError(t, os.MkdirAll(folder, 0o700))
		assert.NilError(t, os.WriteFile(filepath.Join(folder, "clouds.yaml"), []byte(content), 0o600))
	}
	home := t.TempDir()
	cloudsFile(filepath.Join(home, ".config", "openstack"))
	project := t.TempDir()
	cloudsFile(project)
	for name, c := range map[string]struct {
		setup     hosts.ProviderSetup
		variables map[string]string
		words     string // of the error; "" is none
	}{
		"template's cloud": {setup: hosts.ProviderSetup{Home: home, Location: hosts.Location{Template: template("cloud", "mine")}}},
		"OS_CLOUD":         {setup: hosts.ProviderSetup{Home: home}, variables: map[string]string{"OS_CLOUD": "mine"}},
		"file beside":      {setup: hosts.ProviderSetup{Home: t.TempDir(), Directory: project}, variables: map[string]string{"OS_CLOUD": "mine"}},
		"named file":       {setup: hosts.ProviderSetup{Home: t.TempDir()}, variables: map[string]string{"OS_CLOUD": "mine", "OS_CLIENT_CONFIG_FILE": project + "/clouds.yaml"}},
		"variables":        {setup: hosts.ProviderSetup{Home: home}, variables: map[string]string{"OS_AUTH_URL": s.URL + "/identity/v3", "OS_USERNAME": "alice", "OS_PASSWORD": "correct", "OS_PROJECT_NAME": "shop", "OS_DOMAIN_NAME": "Default"}},
		"unknown cloud":    {setup: hosts.ProviderSetup{Home: home}, variables: map[string]string{"OS_CLOUD": "theirs"}, words: `cloud theirs: read clouds.yaml: cloud "theirs" not found`},
		"nothing":          {setup: hosts.ProviderSetup{Home: home}, words: "no OpenStack cloud is named: set the template's cloud"},
		"wrong password":   {setup: hosts.ProviderSetup{Home: home}, variables: map[string]string{"OS_CLOUD": "", "OS_AUTH_URL": s.URL + "/identity/v3", "OS_USERNAME": "alice", "OS_PASSWORD": "guess", "OS_DOMAIN_NAME": "Default"}, words: "the cloud refuses the credentials: The request you have made requires authentication."},
		"unknown region":   {setup: hosts.ProviderSetup{Home: home, Location: hosts.Location{Template: template("cloud", "mine", "region", "south")}}, words: `the cloud has no compute service in region "south"`},
	} {
		t.Run(name, func(t *testing.T) {
			setup := c.setup
			setup.Variable = func(name string) string { return c.variables[name] }
			if setup.Location.Template == nil {
				setup.Location.Template = template()
			}
			p, err := openstack.Kind().Open(setup)
			if err == nil {
				_, err = p.List(within(t), setup.Location)
			}
			if c.words == "" {
				assert.NilError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.words)
			assert.Assert(t, !strings.Contains(err.Error(), "guess"))
		})
	}
}

func TestSizes(t *testing.T) {
	s := simulate(t)
	sizes, err := s.open(t, template()).(hosts.Sizer).Sizes(within(t), hosts.Location{Name: "eu"})
	assert.NilError(t, err)
	assert.DeepEqual(t, sizes, []hosts.Size{
		{Name: "small", Resources: hosts.Resources{NanoCPUs: 1e9, MemoryBytes: 1 << 30}},
		{Name: "large", Resources: hosts.Resources{NanoCPUs: 4e9, MemoryBytes: 8 << 30}},
	})
}

func TestCanceledIsNoLostAnswer(t *testing.T) {
	s := simulate(t)
	ctx, cancel := context.WithCancel(within(t))
	cancel()
	_, err := s.open(t, template()).Create(ctx, order("eu-1", template()))
	assert.Assert(t, errors.Is(err, context.Canceled))
	assert.Equal(t, len(s.created), 0)
}
