package compose_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// publisher is a fake host with a replica that publishes port 8080 and answers
// each connection with its own name.
func publisher(t *testing.T, name, number string) (hosts.Host, *fake.Engine) {
	t.Helper()
	h := hosts.Host{Name: name, Address: "10.0.0." + number}
	e := fake.New(h)
	e.Load("busybox")
	e.OnDial(func(context.Context, hosts.PublishedPort) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			_, _ = io.WriteString(far, name)
			_ = far.Close()
		}()
		return near, nil
	})
	id, err := e.CreateContainer(t.Context(), hosts.ContainerSpec{
		Name: "shop-web-" + number,
		Config: &container.Config{Image: "busybox", Cmd: []string{"serve"}, Labels: map[string]string{
			hosts.LabelProject: "shop", hosts.LabelService: "web", hosts.LabelContainerNumber: number,
		}},
		HostConfig: &container.HostConfig{PortBindings: network.PortMap{
			network.MustParsePort("80/tcp"): {{HostPort: "8080"}},
			network.MustParsePort("53/udp"): {{HostPort: "5353", HostIP: netip.MustParseAddr("0.0.0.0")}},
		}},
	})
	assert.NilError(t, err)
	assert.NilError(t, e.StartContainer(t.Context(), id))
	return h, e
}

// TestForward: each connection goes to the next replica that lives, what can't
// be forwarded is said, and nothing is left at the end.
func TestForward(t *testing.T) {
	defer goleak.VerifyNone(t)
	engines := map[string]*fake.Engine{}
	env := &compose.Env{Connect: func(h hosts.Host) (compose.Engine, error) { return engines[h.Name], nil }}
	for number, name := range map[string]string{"1": "h1", "2": "h2"} {
		h, e := publisher(t, name, number)
		env.Pool, engines[name] = append(env.Pool, h), e
	}
	var mu sync.Mutex
	var warnings []string
	env.Warn = func(sentence string) {
		mu.Lock()
		defer mu.Unlock()
		warnings = append(warnings, sentence)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	opened := make(chan []string, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- compose.Forward(ctx, env, compose.ForwardOptions{
			Project: "shop",
			Listen: func(address string) (net.Listener, error) {
				assert.Check(t, address == "127.0.0.1:8080", address)
				return listener, nil
			},
			Opened: func(_ string, replicas []string) { opened <- replicas },
		})
	}()
	assert.DeepEqual(t, <-opened, []string{"shop-web-1", "shop-web-2"})
	assert.Equal(t, ask(t, listener), "h1")
	assert.Equal(t, ask(t, listener), "h2")
	assert.Equal(t, ask(t, listener), "h1")

	engines["h1"].OnDial(func(context.Context, hosts.PublishedPort) (net.Conn, error) {
		return nil, errors.New("connection refused")
	})
	for range 3 {
		assert.Equal(t, ask(t, listener), "h2", "the other answers for the one that doesn't")
	}
	assert.NilError(t, engines["h2"].RemoveContainer(t.Context(), "shop-web-2", true, true))
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if got := ask(t, listener); got != "" {
			return poll.Continue("%s answers", got)
		}
		return poll.Success()
	}, poll.WithTimeout(time.Minute))

	cancel()
	assert.NilError(t, <-done)
	mu.Lock()
	defer mu.Unlock()
	assert.Assert(t, strings.Contains(strings.Join(warnings, "\n"), "port 5353/udp of shop-web-1 isn't forwarded: only TCP is"), "%q", warnings)
}

// TestForwardWhereThePortIsTaken: a warning, and the rest goes on.
func TestForwardWhereThePortIsTaken(t *testing.T) {
	defer goleak.VerifyNone(t)
	h, e := publisher(t, "h1", "1")
	warned := make(chan string, 8)
	env := &compose.Env{
		Pool:    []hosts.Host{h},
		Connect: func(hosts.Host) (compose.Engine, error) { return e, nil },
		Warn:    func(sentence string) { warned <- sentence },
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	defer taken.Close()
	go func() {
		done <- compose.Forward(ctx, env, compose.ForwardOptions{Project: "shop", Listen: func(string) (net.Listener, error) {
			return net.Listen("tcp", taken.Addr().String())
		}})
	}()
	for sentence := range warned {
		if sentence == "127.0.0.1:8080 isn't forwarded: the port is taken on this machine" {
			break
		}
	}
	cancel()
	assert.NilError(t, <-done)
}

func ask(t *testing.T, l net.Listener) string {
	t.Helper()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return ""
	}
	defer c.Close()
	answer, _ := io.ReadAll(c)
	return string(answer)
}

// TestForwardBoundsConnections: those beyond the bound wait, and are served
// when others have ended.
func TestForwardBoundsConnections(t *testing.T) {
	defer goleak.VerifyNone(t)
	h, e := publisher(t, "h1", "1")
	dialled, release := make(chan struct{}, 1000), make(chan struct{})
	e.OnDial(func(context.Context, hosts.PublishedPort) (net.Conn, error) {
		dialled <- struct{}{}
		near, far := net.Pipe()
		go func() {
			<-release
			_, _ = io.WriteString(far, "served")
			_ = far.Close()
		}()
		return near, nil
	})
	env := &compose.Env{Pool: []hosts.Host{h}, Connect: func(hosts.Host) (compose.Engine, error) { return e, nil }}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done, opened := make(chan error, 1), make(chan struct{})
	go func() {
		done <- compose.Forward(ctx, env, compose.ForwardOptions{
			Project: "shop", Listen: func(string) (net.Listener, error) { return listener, nil },
			Opened: func(string, []string) { close(opened) },
		})
	}()
	<-opened
	const asked = 300
	var answers sync.WaitGroup
	for range asked {
		answers.Go(func() { assert.Check(t, ask(t, listener) == "served") })
	}
	for range 256 {
		<-dialled
	}
	time.Sleep(200 * time.Millisecond)
	assert.Equal(t, len(dialled), 0, "the others wait")
	close(release)
	answers.Wait()
	cancel()
	assert.NilError(t, <-done)
}
