package weave

import (
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func hostA() hosts.Host {
	return hosts.Host{Name: "a", Address: "10.0.0.1", Platform: hosts.Platform{OS: "linux", Arch: "amd64"}}
}

// fabric is one over a single engine, with a driver of the given content.
func fabric(t *testing.T, e *engine, driver string, change ...func(*Options)) *Fabric {
	t.Helper()
	o := Options{Connect: func(hosts.Host) (Engine, error) { return e, nil }, Password: "secret"}
	for _, c := range change {
		c(&o)
	}
	f := New(o)
	f.binaries = fstest.MapFS{"bin/clocker-driver-linux-amd64.gz": {Data: compressed(t, driver)}}
	return f
}

func TestFirstJoin(t *testing.T) {
	e := newEngine()
	f := fabric(t, e, "one")
	assert.Assert(t, !f.Joined(e.observed(hostA())))
	assert.NilError(t, f.Join(t.Context(), hostA(), nil))
	assert.DeepEqual(t, e.log, []string{"create router sleeve", "start router", "install driver", "enable driver"})
	assert.Assert(t, f.Joined(e.observed(hostA())))
	assert.Equal(t, *e.config.Mounts[0].Source, "/var/lib/docker/volumes/clocker-fabric/_data")

	e.log = nil
	assert.NilError(t, f.Join(t.Context(), hostA(), nil))
	assert.Equal(t, len(e.log), 0, "nothing was out of date")
}

func TestWhatIsOutOfDateIsReplacedAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		title  string
		driver string
		change func(*Options)
		want   []string
	}{
		{"image", "one", func(o *Options) { o.Image = "weave:next" }, []string{"pull weave:next", "remove router", "create router sleeve", "start router"}},
		{"no key", "one", func(o *Options) { o.Password = "" }, []string{"remove router", "create router sleeve", "start router"}},
		{"driver", "two", func(*Options) {}, []string{
			"disable driver", "remove driver", "remove router", "create router sleeve", "start router", "install driver", "enable driver",
		}},
	} {
		t.Run(c.title, func(t *testing.T) {
			e := newEngine()
			assert.NilError(t, fabric(t, e, "one").Join(t.Context(), hostA(), nil))
			e.log = nil
			f := fabric(t, e, c.driver, c.change)
			assert.Assert(t, !f.Joined(e.observed(hostA())))
			assert.NilError(t, f.Join(t.Context(), hostA(), nil))
			assert.DeepEqual(t, e.log, c.want)
			assert.Assert(t, f.Joined(e.observed(hostA())))
		})
	}
}

func TestRouterWithAnotherKeyIsLeftAlone(t *testing.T) {
	e := newEngine()
	ours := fabric(t, e, "one")
	assert.NilError(t, ours.Join(t.Context(), hostA(), nil))
	theirs := fabric(t, e, "one", func(o *Options) { o.Password = "other" })
	e.log = nil
	assert.ErrorContains(t, theirs.Join(t.Context(), hostA(), nil), "another key than yours")
	assert.Equal(t, len(e.log), 0)
	assert.Equal(t, ours.Refuses(e.observed(hostA())), "")
	assert.Assert(t, strings.Contains(theirs.Refuses(e.observed(hostA())), "docker rm -f clocker-router"))

	delete(e.container.Labels, labelKey) // made by a version that left no mark
	assert.Equal(t, theirs.Refuses(e.observed(hostA())), "")
	e.container = nil // as the sentence says
	assert.NilError(t, theirs.Join(t.Context(), hostA(), nil))
}

func TestHalfJoinedIsNotJoined(t *testing.T) {
	for title, harm := range map[string]func(*engine){
		"router stopped":  func(e *engine) { e.container.State = hosts.Exited },
		"router gone":     func(e *engine) { e.container = nil },
		"driver disabled": func(e *engine) { e.plugin.Enabled = false },
		"driver gone":     func(e *engine) { e.plugin = nil },
	} {
		t.Run(title, func(t *testing.T) {
			e := newEngine()
			f := fabric(t, e, "one")
			assert.NilError(t, f.Join(t.Context(), hostA(), nil))
			harm(e)
			assert.Assert(t, !f.Joined(e.observed(hostA())))
			assert.NilError(t, f.Join(t.Context(), hostA(), nil))
			assert.Assert(t, f.Joined(e.observed(hostA())))
		})
	}
}

// A join that ended before the router knew its peers would leave a host that looks
// joined and reaches nobody.
func TestHostWhoseRouterDoesNotKnowItsPeersIsNotJoined(t *testing.T) {
	e := newEngine()
	e.connections = []connection{{State: established}}
	e.deaf = true
	f := fabric(t, e, "one")
	assert.ErrorContains(t, f.Join(t.Context(), hostA(), []string{"10.0.0.2"}), "tell router its peers")
	assert.Assert(t, !f.Joined(e.observed(hostA())))
	assert.Assert(t, slices.Contains(e.spec.Config.Cmd, "--resume"), "one that replaces it knows what it knew")

	e.deaf = false
	assert.NilError(t, f.Join(t.Context(), hostA(), []string{"10.0.0.2"}))
	assert.Assert(t, f.Joined(e.observed(hostA())))
	assert.DeepEqual(t, e.peers, []string{"peer=10.0.0.2&replace=true"})
}

func TestFastDatapathWhereTheKernelHasIt(t *testing.T) {
	e := newEngine()
	e.datapath = "fast"
	f := fabric(t, e, "one")
	assert.NilError(t, f.Join(t.Context(), hostA(), nil))
	assert.Equal(t, e.container.Labels[labelDatapath], "fast")
	assert.Assert(t, !slices.Contains(e.spec.Config.Cmd, "--no-fastdp"))
	assert.Assert(t, f.Joined(e.observed(hostA())))

	e.datapath = "sleeve" // a later driver finds otherwise: what was chosen stays
	next := fabric(t, e, "two")
	assert.NilError(t, next.Join(t.Context(), hostA(), nil))
	assert.Equal(t, e.container.Labels[labelDatapath], "fast")
}

func TestFastDatapathThatFailsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		e.datapath, e.mute = "fast", "fast"
		assert.NilError(t, fabric(t, e, "one").Join(t.Context(), hostA(), nil))
		assert.Equal(t, e.container.Labels[labelDatapath], "sleeve")
		assert.Assert(t, slices.Contains(e.spec.Config.Cmd, "--no-fastdp"))
	})
}

func TestNoSecretInLabelsOrArguments(t *testing.T) {
	e := newEngine()
	assert.NilError(t, fabric(t, e, "one").Join(t.Context(), hostA(), nil))
	assert.Assert(t, !strings.Contains(strings.Join(e.spec.Config.Cmd, " "), "secret"))
	for _, v := range e.spec.Config.Labels {
		assert.Assert(t, !strings.Contains(v, "secret"))
	}
	assert.Assert(t, slices.Contains(e.spec.Config.Env, "WEAVE_PASSWORD=secret"))
}

// Under AppArmor's profile for containers, which Debian and Ubuntu have switched
// on, the router may not write to /proc/sys/net, and ends at once.
func TestRouterIsWithoutAProfileThatForbidsKernelSettings(t *testing.T) {
	e := newEngine()
	assert.NilError(t, fabric(t, e, "one").Join(t.Context(), hostA(), nil))
	assert.DeepEqual(t, e.spec.HostConfig.SecurityOpt, []string{"apparmor=unconfined", "label=disable"})
}

// A container that ends while it is asked is one that doesn't answer yet.
func TestRouterThatIsRestartedIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		e.ending = 5
		assert.NilError(t, fabric(t, e, "one").Join(t.Context(), hostA(), nil))
		assert.Equal(t, e.ending, 0)
	})
}

func TestRouterIsToldItsPeersButNotItself(t *testing.T) {
	e := newEngine()
	e.connections = []connection{{State: established}, {State: established}}
	assert.NilError(t, fabric(t, e, "one").Join(t.Context(), hostA(), []string{"10.0.0.2", "", "10.0.0.1", "c.example"}))
	assert.DeepEqual(t, e.peers, []string{"peer=10.0.0.2&peer=c.example&replace=true"})
}

// Of two who install the driver at once the later one may be cut off before it
// has said all, with whatever the engine answers.
func TestDriverThatSomebodyElseInstallsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		f := fabric(t, e, "one")
		e.refuse = &hosts.Error{Host: "a", Op: "install plugin", Err: &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}}
		assert.NilError(t, f.Join(t.Context(), hostA(), nil))
		assert.DeepEqual(t, e.log, []string{"create router sleeve", "start router", "install driver", "enable driver"})
	})
}

func TestFailuresSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		title string
		setUp func(*engine, *Options)
		want  []string
	}{
		{"image", func(_ *engine, o *Options) { o.Image = "none" }, []string{"host a: pull image none", "load the image none there"}},
		{"router", func(e *engine, _ *Options) { e.mute = "sleeve" }, []string{"host a: start router: the router doesn't answer", "docker logs clocker-router"}},
		{"router that ends", func(e *engine, _ *Options) { e.dead = true }, []string{"host a: start router: the router doesn't answer", "docker logs clocker-router"}},
		{"key", func(e *engine, _ *Options) {
			e.connections = []connection{{Address: "10.0.0.2:6783", State: "retrying", Info: "Unable to decrypt TCP msg, retry: 2026"}}
		}, []string{"another key: 10.0.0.2:6783 is retrying: Unable to decrypt TCP msg (", "same fabric key"}},
		{"port", func(e *engine, _ *Options) {
			e.connections = []connection{{Address: "10.0.0.2:6783", State: "retrying", Info: "dial tcp4: connection refused"}}
		}, []string{"0 of 1: 10.0.0.2:6783 is retrying: dial tcp4: connection refused", "open ports 6783/tcp"}},
		{"packets", func(e *engine, _ *Options) {
			e.connections = []connection{{Address: "10.0.0.2:6783", State: pending, Info: "encrypted sleeve"}}
		}, []string{"0 of 1: 10.0.0.2:6783 is pending: encrypted sleeve", "6783/udp"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEngine()
				f := fabric(t, e, "one", func(o *Options) { c.setUp(e, o) })
				start := time.Now()
				err := f.Join(t.Context(), hostA(), []string{"10.0.0.2"})
				for _, want := range c.want {
					assert.ErrorContains(t, err, want)
				}
				assert.Assert(t, time.Since(start) <= f.o.Settle+2*routerStart)
			})
		})
	}
}

func TestKeyThatIsBeingChangedIsBorne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		e.connections = []connection{{State: "retrying", Info: "Unable to decrypt TCP msg"}}
		time.AfterFunc(patience/2, func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.connections = []connection{{State: established}}
		})
		assert.NilError(t, fabric(t, e, "one").Join(t.Context(), hostA(), []string{"10.0.0.2"}))
	})
}

// A router makes another connection when one has got no answer for a minute.
func TestConnectionThatIsMadeAnewIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		e.connections = []connection{{Address: "10.0.0.2:6783", State: pending, Info: "encrypted sleeve"}}
		time.AfterFunc(time.Minute, func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.connections = []connection{{State: established}}
		})
		assert.NilError(t, fabric(t, e, "one").Join(t.Context(), hostA(), []string{"10.0.0.2"}))
	})
}

func TestSomebodyElseWasFaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEngine()
		f := fabric(t, e, "one")
		e.before = func() { // another's router appears after ours was looked for
			spec := f.router(hostA(), "sleeve", digest(compressed(t, "one")))
			e.before = nil
			e.create(spec)
		}
		assert.NilError(t, f.Join(t.Context(), hostA(), nil))
		assert.DeepEqual(t, e.log, []string{"create router sleeve", "start router", "install driver", "enable driver"})
	})
}

func TestForeignContainerIsLeftAlone(t *testing.T) {
	e := newEngine()
	e.container = &hosts.ContainerDetail{Container: hosts.Container{ID: "x", Name: RouterName, State: hosts.Running}}
	err := fabric(t, e, "one").Join(t.Context(), hostA(), nil)
	assert.ErrorContains(t, err, "rename or remove it")
	assert.Equal(t, len(e.log), 0)
}

func TestBuildWithoutDriverSaysSo(t *testing.T) {
	f := fabric(t, newEngine(), "one")
	h := hostA()
	h.Platform.Arch = "riscv64"
	assert.ErrorContains(t, f.Join(t.Context(), h, nil), "no driver for linux/riscv64: run make")
}

func TestLeave(t *testing.T) {
	e := newEngine()
	f := fabric(t, e, "one")
	assert.NilError(t, f.Join(t.Context(), hostA(), nil))
	e.log = nil
	assert.NilError(t, f.Leave(t.Context(), hostA(), nil))
	assert.DeepEqual(t, e.log, []string{"remove router", "disable driver", "remove driver", "remove volume"})
	assert.NilError(t, f.Leave(t.Context(), hostA(), nil), "twice is once")
}

func TestLeaveAfterAnInterruptedJoin(t *testing.T) {
	e := newEngine()
	f := fabric(t, e, "one")
	assert.NilError(t, f.Join(t.Context(), hostA(), nil))
	assert.NilError(t, e.RemovePlugin(t.Context(), hosts.FabricDriver, true))
	e.log = nil
	assert.NilError(t, f.Leave(t.Context(), hostA(), nil))
	assert.DeepEqual(t, e.log, []string{"del weave", "del vethwe-bridge", "remove router", "remove volume"})
}

func TestOthersForgetWhoIsGoneForGood(t *testing.T) {
	stays := newEngine()
	f := fabric(t, stays, "one", func(o *Options) {
		o.Connect = func(h hosts.Host) (Engine, error) {
			if h.Name == "a" {
				return nil, hosts.ErrUnreachable
			}
			return stays, nil
		}
	})
	b := hostA()
	b.Name, b.Address = "b", "10.0.0.2"
	assert.NilError(t, f.Join(t.Context(), b, nil))
	assert.ErrorIs(t, f.Leave(t.Context(), hostA(), []hosts.Host{b}), hosts.ErrUnreachable)
	assert.Equal(t, stays.peers[len(stays.peers)-1], "peer=10.0.0.1")
}

func TestOthersForgetWhoLeft(t *testing.T) {
	gone, stays := newEngine(), newEngine()
	f := fabric(t, stays, "one", func(o *Options) {
		o.Connect = func(h hosts.Host) (Engine, error) {
			if h.Name == "a" {
				return gone, nil
			}
			return stays, nil
		}
	})
	b := hostA()
	b.Name, b.Address = "b", "10.0.0.2"
	assert.NilError(t, f.Join(t.Context(), b, nil))
	assert.NilError(t, f.Leave(t.Context(), hostA(), []hosts.Host{b}))
	assert.Equal(t, stays.peers[len(stays.peers)-1], "peer=10.0.0.1")
}

func TestStatus(t *testing.T) {
	e := newEngine()
	f := fabric(t, e, "one")
	_, err := f.Status(t.Context(), hostA())
	assert.ErrorIs(t, err, hosts.ErrNotFound)
	e.connections = []connection{{Address: "10.0.0.2:6783", State: established, Info: "encrypted\x1b[31m sleeve"}}
	e.problem = "port 53 is taken\n"
	assert.NilError(t, f.Join(t.Context(), hostA(), nil))
	s, err := f.Status(t.Context(), hostA())
	assert.NilError(t, err)
	assert.Assert(t, s.Driver)
	assert.Equal(t, s.Problem, "port 53 is taken")
	assert.DeepEqual(t, s.Connections, []Connection{{Address: "10.0.0.2:6783", State: "established", Info: "encrypted [31m sleeve"}})
}

func TestPeerNamesDiffer(t *testing.T) {
	names := map[string]bool{}
	for _, n := range []string{"a", "b", "c"} {
		names[peerName(hosts.Host{Name: n})] = true
	}
	assert.Equal(t, len(names), 3)
}
