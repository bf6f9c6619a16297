package machines_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
)

// world is a cloud, and machines of location eu over it, which all have one host key.
type world struct {
	cloud  *fake.Cloud
	eu     hosts.Location
	folder string
	key    ssh.Signer
	// shown is the key that servers show; nil shows none yet.
	shown   func() ssh.PublicKey
	joined  []string
	booted  []string
	mu      sync.Mutex
	options machines.Options
}

func newWorld(t *testing.T) *world {
	w := &world{cloud: fake.NewCloud(), eu: hosts.Location{Name: "eu", Provider: "fake", Max: 9, Directory: t.TempDir()}, folder: filepath.Join(t.TempDir(), "ssh"), key: newKey(t)}
	w.shown = func() ssh.PublicKey { return w.key.PublicKey() }
	w.options = machines.Options{
		Locations: []hosts.Location{{Name: "exists"}, w.eu},
		Kinds:     []hosts.ProviderKind{w.cloud.Kind()},
		Setup:     func(l hosts.Location) hosts.ProviderSetup { return hosts.ProviderSetup{Location: l} },
		Folder:    w.folder,
		Boot: func(_ hosts.Location, authorized []string) (string, string, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.booted = authorized
			return "#cloud-config", ssh.FingerprintSHA256(w.key.PublicKey()), nil
		},
		Join: func(_ context.Context, h hosts.Host, _ hosts.Location, tell func(string)) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.joined = append(w.joined, h.Name)
			tell("Installing Docker")
			return nil
		},
		HostKey: func(context.Context, string) (ssh.PublicKey, error) {
			if k := w.shown(); k != nil {
				return k, nil
			}
			return nil, errors.New("connection refused")
		},
		Poll: time.Millisecond,
	}
	return w
}

func newKey(t *testing.T) ssh.Signer {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	assert.NilError(t, err)
	s, err := ssh.NewSignerFromKey(private)
	assert.NilError(t, err)
	return s
}

func TestAMachineBecomesAHost(t *testing.T) {
	w := newWorld(t)
	w.eu.Labels, w.eu.Template = map[string]string{"disk": "ssd", "zone": "mine"}, hosts.Template{"region": "west", "zone": "b"}
	m := machines.New(w.options)
	var told []string
	made, err := m.Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	h, err := m.Ready(t.Context(), w.eu, made, func(s string) { told = append(told, s) })
	assert.NilError(t, err)
	assert.DeepEqual(t, told, []string{"Booting", "Waiting for SSH", "Joining", "Installing Docker"})
	assert.DeepEqual(t, w.joined, []string{"eu-1"})
	assert.Equal(t, h.Endpoint.URL, "ssh://root@"+h.Address)
	assert.Equal(t, h.Machine.ID, made.ID)
	assert.DeepEqual(t, h.Labels, map[string]string{"disk": "ssd", "region": "west", "zone": "mine"})

	line, err := os.ReadFile(h.Endpoint.SSH.KnownHosts)
	assert.NilError(t, err)
	assert.Assert(t, strings.HasPrefix(string(line), "* ssh-ed25519 "), string(line))
	info, err := os.Stat(h.Endpoint.SSH.Identity)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
	assert.Equal(t, len(w.booted), 1)
	assert.Assert(t, strings.HasSuffix(w.booted[0], " clocker-compose"), w.booted)

	assert.NilError(t, m.Delete(t.Context(), w.eu, made))
	_, err = os.Stat(h.Endpoint.SSH.KnownHosts)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestOneKeyPairIsMadeByManyAtOnce(t *testing.T) {
	w := newWorld(t)
	keys := make([]string, 8)
	var work sync.WaitGroup
	for i := range keys {
		work.Go(func() {
			key, err := machines.New(w.options).Identity()
			if err == nil {
				keys[i] = key
			}
		})
	}
	work.Wait()
	for _, key := range keys {
		assert.Assert(t, key != "")
		assert.Equal(t, key, keys[0])
	}
	public, err := os.ReadFile(filepath.Join(w.folder, "id_ed25519.pub"))
	assert.NilError(t, err)
	assert.Equal(t, string(public), keys[0]+"\n")
}

func TestKeysOfTheTemplateMayLogIn(t *testing.T) {
	w := newWorld(t)
	line := func() string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(newKey(t).PublicKey()))) }
	a, b, c := line(), line(), line()
	assert.NilError(t, os.WriteFile(filepath.Join(w.eu.Directory, "team.pub"), []byte(b+" bea@laptop\n\n"+c+"\n"), 0o600))
	w.eu.Template = hosts.Template{"ssh-keys": []string{a, "team.pub"}}
	m := machines.New(w.options)
	_, err := m.Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	assert.DeepEqual(t, w.booted[1:], []string{a, b + " bea@laptop", c})

	w.eu.Template = hosts.Template{"ssh-keys": []string{"nowhere.pub"}}
	_, err = m.Create(t.Context(), w.eu, "eu-2", "")
	assert.ErrorContains(t, err, "location eu: template.ssh-keys: neither a public key nor a file")
	assert.NilError(t, os.WriteFile(filepath.Join(w.eu.Directory, "nowhere.pub"), []byte("-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"), 0o600))
	_, err = m.Create(t.Context(), w.eu, "eu-2", "")
	assert.ErrorContains(t, err, "nowhere.pub has no public key")
	all, err := m.List(t.Context(), w.eu)
	assert.NilError(t, err)
	assert.Equal(t, len(all), 1, "nothing is made with keys that can't be meant")
}

func TestAnotherHostKeyIsNeverTrusted(t *testing.T) {
	w := newWorld(t)
	other := newKey(t).PublicKey()
	w.shown = func() ssh.PublicKey { return other }
	m := machines.New(w.options)
	made, err := m.Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	h, err := m.Ready(t.Context(), w.eu, made, func(string) {})
	assert.ErrorIs(t, err, machines.ErrHostKey)
	assert.ErrorContains(t, err, ssh.FingerprintSHA256(other))
	assert.Equal(t, len(w.joined), 0)
	_, err = os.Stat(h.Endpoint.SSH.KnownHosts)
	assert.ErrorIs(t, err, os.ErrNotExist)

	seen := m.Hosts(t.Context())
	assert.Equal(t, len(seen), 1)
	assert.NilError(t, seen[0].Err)
	assert.Equal(t, len(seen[0].Hosts), 1)
	assert.Equal(t, len(seen[0].Distrusted), 1)
	assert.ErrorIs(t, seen[0].Distrusted[0], machines.ErrHostKey)
}

func TestAHostKeyIsAskedForOnce(t *testing.T) {
	w := newWorld(t)
	asked := 0
	w.shown = func() ssh.PublicKey {
		if asked++; asked < 3 {
			return nil // SSH doesn't answer yet
		}
		return w.key.PublicKey()
	}
	m := machines.New(w.options)
	made, err := m.Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	_, err = m.Ready(t.Context(), w.eu, made, func(string) {})
	assert.NilError(t, err)
	assert.Equal(t, asked, 3)
	seen := machines.New(w.options).Hosts(t.Context())
	assert.Equal(t, len(seen[0].Distrusted), 0)
	assert.Equal(t, asked, 3)
}

func TestMachinesThatDoNotComeUp(t *testing.T) {
	w := newWorld(t)
	w.cloud.Inject(fake.Fault{Method: "Boot", Object: "eu-1", Kind: fake.Broken, Text: "no disk"})
	w.cloud.Inject(fake.Fault{Method: "Boot", Object: "eu-2", Delay: time.Hour})
	w.cloud.Inject(fake.Fault{Method: "Boot", Object: "eu-3", Delay: time.Hour})
	w.eu.Template = hosts.Template{"start-timeout": 50 * time.Millisecond}
	w.options.Outage = 10 * time.Millisecond
	m := machines.New(w.options)
	ready := func(name string) error {
		made, err := m.Create(t.Context(), w.eu, name, "")
		assert.NilError(t, err)
		if name == "eu-3" {
			assert.NilError(t, m.Delete(t.Context(), w.eu, made))
		}
		_, err = m.Ready(t.Context(), w.eu, made, func(string) {})
		return err
	}
	broken, ok := errors.AsType[*machines.Broken](ready("eu-1"))
	assert.Assert(t, ok)
	assert.Error(t, broken, "machine eu-1 is broken: no disk")
	assert.ErrorContains(t, ready("eu-2"), "machine eu-2: it isn't ready after 50ms")
	w.eu.Template = nil
	assert.ErrorContains(t, ready("eu-3"), "machine eu-3: it isn't there any more")
}

// TestWaitingForManyCostsAsMuchAsForOne counts what a cloud is asked.
func TestWaitingForManyCostsAsMuchAsForOne(t *testing.T) {
	w := newWorld(t)
	w.options.Poll = 20 * time.Millisecond
	w.cloud.Inject(fake.Fault{Method: "Boot", Delay: 200 * time.Millisecond})
	m := machines.New(w.options)
	const n = 20
	began := time.Now()
	var work sync.WaitGroup
	for i := range n {
		work.Go(func() {
			made, err := m.Create(t.Context(), w.eu, fmt.Sprint("eu-", i), "")
			if err == nil {
				_, err = m.Ready(t.Context(), w.eu, made, func(string) {})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	count := map[string]int{}
	for _, c := range w.cloud.Calls() {
		count[c.Method]++
	}
	assert.Equal(t, count["Create"], n)
	most := int(time.Since(began)/w.options.Poll) + 1
	assert.Assert(t, count["List"] <= most, "asked %d times, and there was time for %d", count["List"], most)
	t.Logf("%d machines: %d requests to make them, %d to wait for them", n, count["Create"], count["List"])
}

func TestACloudThatDoesNotAnswerIsTold(t *testing.T) {
	w := newWorld(t)
	other := w.eu
	other.Name = "us"
	unknown := hosts.Location{Name: "zz", Provider: "none"}
	w.options.Locations = []hosts.Location{unknown, other, w.eu}
	w.cloud.Inject(fake.Fault{Method: "List", Object: "us", Kind: fake.Unreachable, Text: "connection refused"})
	m := machines.New(w.options)
	_, err := m.Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	seen := m.Hosts(t.Context())
	assert.Equal(t, len(seen), 3)
	assert.NilError(t, seen[0].Err)
	assert.Equal(t, len(seen[0].Hosts), 1)
	assert.Error(t, seen[1].Err, "location us: list machines: connection refused")
	assert.Error(t, seen[2].Err, `location zz: there is no provider "none"`)

	w.cloud.Inject(fake.Fault{Method: "List", Object: "eu", Delay: time.Hour})
	w.eu.Template = hosts.Template{"list-timeout": 20 * time.Millisecond}
	w.options.Locations = []hosts.Location{w.eu}
	seen = machines.New(w.options).Hosts(t.Context())
	assert.Error(t, seen[0].Err, "location eu: its provider doesn't answer in 20ms; template.list-timeout gives it longer")
}

func TestAddressesThatCanNotBeMeantAreNoEndpoint(t *testing.T) {
	m := machines.New(newWorld(t).options)
	for address, url := range map[string]string{
		"10.0.0.1": "ssh://root@10.0.0.1", "fd00::1": "ssh://root@[fd00::1]", "h-1.example.com": "ssh://root@h-1.example.com",
		"": "", "-oProxyCommand=x": "", "a b": "", "h/../x": "", "a@b": "",
	} {
		assert.Equal(t, m.Host(hosts.Location{}, hosts.Machine{Address: address, User: "root"}).Endpoint.URL, url)
	}
	assert.Equal(t, m.Host(hosts.Location{}, hosts.Machine{Address: "h", User: "-x"}).Endpoint.URL, "ssh://h")
	l := hosts.Location{Template: hosts.Template{"user": "debian"}}
	assert.Equal(t, m.Host(l, hosts.Machine{Address: "h", User: "root"}).Endpoint.URL, "ssh://debian@h")
}

// TestScan asks a real SSH server, which never comes to see a login.
func TestScan(t *testing.T) {
	key := newKey(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	defer func() { _ = listener.Close() }()
	tried := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		config := &ssh.ServerConfig{PasswordCallback: func(c ssh.ConnMetadata, _ []byte) (*ssh.Permissions, error) {
			tried <- c.User()
			return nil, nil
		}}
		config.AddHostKey(key)
		_, _, _, _ = ssh.NewServerConn(conn, config)
		close(tried)
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	assert.NilError(t, err)
	found, err := machines.HostKeyOf(conn)
	assert.NilError(t, err)
	assert.Equal(t, ssh.FingerprintSHA256(found), ssh.FingerprintSHA256(key.PublicKey()))
	_, logged := <-tried
	assert.Assert(t, !logged)
}

func TestAMachineWithAnEndpointIsAHostWhenItsEngineAnswers(t *testing.T) {
	w := newWorld(t)
	w.shown = func() ssh.PublicKey { t.Error("SSH was asked"); return nil }
	refusals := 2
	w.options.Answer = func(_ context.Context, h hosts.Host) error {
		assert.Equal(t, h.Endpoint.URL, "container://eu-1-abc")
		if refusals--; refusals >= 0 {
			return errors.New("its engine is not running")
		}
		return nil
	}
	m := machines.New(w.options)
	made, err := m.Create(t.Context(), w.eu, "eu-1", "")
	assert.NilError(t, err)
	made.State, made.Address, made.Endpoint = hosts.MachineRunning, "172.17.0.2", "container://eu-1-abc"
	h, err := m.Ready(t.Context(), w.eu, made, func(string) {})
	assert.NilError(t, err)
	assert.Equal(t, refusals, -1)
	assert.Equal(t, h.Address, "172.17.0.2")
	assert.Equal(t, len(w.joined), 0)
}
