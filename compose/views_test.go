package compose_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// viewed is shop, up on two hosts.
func viewed(t *testing.T) *shop {
	t.Helper()
	s := newShop("h1", "h2")
	_, err := compose.Up(t.Context(), &s.Env, loadShop(t, `
services:
  web: {image: app, deploy: {replicas: 2}, ports: ["80"]}
  db: {image: app, volumes: ["data:/data"]}
  once: {image: app, command: "true"}
volumes: {data: {}}
`), compose.UpOptions{})
	assert.NilError(t, err)
	for _, e := range s.engines {
		e.ForgetCalls()
	}
	return s
}

func TestLs(t *testing.T) {
	s := viewed(t)
	rows, absent, err := compose.Ls(t.Context(), &s.Env, false)
	assert.NilError(t, err)
	assert.Equal(t, len(absent), 0)
	assert.Equal(t, len(rows), 1)
	assert.Equal(t, rows[0].Project, "shop")
	assert.Equal(t, rows[0].Status(), "running(3)")
	assert.DeepEqual(t, rows[0].Hosts, []string{"h1", "h2"})
	assert.Assert(t, is.Len(rows[0].ConfigFiles, 1))
	rows, _, err = compose.Ls(t.Context(), &s.Env, true)
	assert.NilError(t, err)
	assert.Equal(t, rows[0].Status(), "exited(1), running(3)")
}

func TestViewsAskForContainersAlone(t *testing.T) {
	s := viewed(t)
	_, _, err := compose.Ps(t.Context(), &s.Env, "shop", compose.PsOptions{})
	assert.NilError(t, err)
	_, _, err = compose.Ls(t.Context(), &s.Env, true)
	assert.NilError(t, err)
	for _, host := range []string{"h1", "h2"} {
		assert.DeepEqual(t, s.calls(host), []string{"ObserveContainers", "ObserveContainers"})
	}
}

func TestImages(t *testing.T) {
	s := viewed(t)
	rows, _, err := compose.Images(t.Context(), &s.Env, "shop", nil)
	assert.NilError(t, err)
	var got []string
	for _, r := range rows {
		assert.Equal(t, r.Image.Platform.String(), "linux/amd64")
		got = append(got, r.Name+" "+r.Repository+" "+r.Tag)
	}
	assert.DeepEqual(t, got, []string{"shop-db-1 app latest", "shop-once-1 app latest", "shop-web-1 app latest", "shop-web-2 app latest"})
	for _, host := range []string{"h1", "h2"} {
		asked := strings.Join(s.calls(host), " ")
		assert.Equal(t, strings.Count(asked, "ContainerImage"), 1, "one image: %s", asked)
	}
	rows, _, err = compose.Images(t.Context(), &s.Env, "shop", []string{"none"})
	assert.NilError(t, err)
	assert.Equal(t, len(rows), 0)
}

func TestImagesThatAreGone(t *testing.T) {
	s := viewed(t)
	for _, e := range s.engines {
		e.Inject(fake.Fault{Method: "ContainerImage", Kind: fake.NotFound})
	}
	rows, _, err := compose.Images(t.Context(), &s.Env, "shop", []string{"db"})
	assert.NilError(t, err)
	assert.Equal(t, rows[0].Repository, "app")
	assert.Equal(t, rows[0].Image.ID, rows[0].ImageID)
}

func TestTop(t *testing.T) {
	s := viewed(t)
	rows, _, err := compose.Top(t.Context(), &s.Env, "shop", nil)
	assert.NilError(t, err)
	assert.Equal(t, len(rows), 3, "what has ended has no processes")
	assert.Equal(t, rows[0].Name, "shop-db-1")
	assert.Equal(t, len(rows[0].Processes.Rows), 1)
}

func TestPort(t *testing.T) {
	s := viewed(t)
	row, err := compose.Port(t.Context(), &s.Env, compose.Replica{Project: "shop", Service: "web", Index: 2}, compose.PortOptions{Port: 80, Protocol: "tcp"})
	assert.NilError(t, err)
	assert.Equal(t, len(row.Ports), 1)
	assert.Equal(t, row.Name, "shop-web-2")
	assert.Equal(t, row.Address, row.Host+".example")
	_, err = compose.Port(t.Context(), &s.Env, compose.Replica{Project: "shop", Service: "web"}, compose.PortOptions{Port: 81, Protocol: "tcp"})
	assert.Error(t, err, "no port 81/tcp for container shop-web-1: 80/tcp")
	_, err = compose.Port(t.Context(), &s.Env, compose.Replica{Project: "shop", Service: "once"}, compose.PortOptions{})
	assert.Error(t, err, `service "once" is not running`)
}

func TestVolumes(t *testing.T) {
	s := viewed(t)
	files := hosts.VolumeSpec{Name: "shop_files", Labels: map[string]string{hosts.LabelProject: "shop", hosts.LabelFiles: "conf"}}
	assert.NilError(t, s.engines["h1"].CreateVolume(t.Context(), files))
	rows, _, err := compose.Volumes(t.Context(), &s.Env, "shop", nil)
	assert.NilError(t, err)
	assert.Equal(t, len(rows), 1)
	assert.Equal(t, rows[0].Name, "shop_data")
	rows, _, err = compose.Volumes(t.Context(), &s.Env, "shop", []string{"web"})
	assert.NilError(t, err)
	assert.Equal(t, len(rows), 0)
	rows, _, err = compose.Volumes(t.Context(), &s.Env, "shop", []string{"db"})
	assert.NilError(t, err)
	assert.Equal(t, len(rows), 1)
}

func TestViewsTellOfAnAbsentHost(t *testing.T) {
	s := viewed(t)
	s.engines["h2"].Inject(fake.Fault{Kind: fake.Unreachable, Text: "no route to host"})
	for name, view := range map[string]func() ([]compose.HostStatus, error){
		"ls": func() ([]compose.HostStatus, error) {
			_, absent, err := compose.Ls(t.Context(), &s.Env, false)
			return absent, err
		},
		"images": func() ([]compose.HostStatus, error) {
			_, absent, err := compose.Images(t.Context(), &s.Env, "shop", nil)
			return absent, err
		},
		"top": func() ([]compose.HostStatus, error) {
			_, absent, err := compose.Top(t.Context(), &s.Env, "shop", nil)
			return absent, err
		},
		"volumes": func() ([]compose.HostStatus, error) {
			_, absent, err := compose.Volumes(t.Context(), &s.Env, "shop", nil)
			return absent, err
		},
	} {
		absent, err := view()
		assert.NilError(t, err, name)
		assert.Equal(t, len(absent), 1, name)
		assert.Assert(t, is.Contains(absent[0].String(), "host h2: no route to host; what "), name)
	}
	s.engines["h1"].Inject(fake.Fault{Kind: fake.Unreachable})
	_, _, err := compose.Ls(t.Context(), &s.Env, false)
	assert.ErrorContains(t, err, "none of the 2 hosts is reachable")
}

func TestStatsOnce(t *testing.T) {
	s := viewed(t)
	var frames []compose.StatsFrame
	show := func(f compose.StatsFrame) error {
		frames = append(frames, f)
		return nil
	}
	assert.NilError(t, compose.Stats(t.Context(), &s.Env, "shop", compose.StatsOptions{Once: true}, show))
	assert.Equal(t, len(frames), 1)
	assert.Equal(t, len(frames[0].Stats), 3)
	for _, st := range frames[0].Stats {
		assert.Assert(t, st.Known)
		assert.Assert(t, st.CPU > 0.09 && st.CPU < 0.11, "a tenth of a CPU, not %f", st.CPU)
		assert.Equal(t, st.Use.MemoryBytes, int64(1<<20))
	}
	frames = nil
	assert.NilError(t, compose.Stats(t.Context(), &s.Env, "shop", compose.StatsOptions{Once: true, All: true, Service: "once"}, show))
	assert.Equal(t, len(frames[0].Stats), 1)
	assert.Equal(t, frames[0].Stats[0].Use.MemoryLimit, int64(0))
}

// TestStatsWithoutAHost: its rows are away while it is, and come back with it.
func TestStatsWithoutAHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := viewed(t)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var seen []string
		err := compose.Stats(ctx, &s.Env, "shop", compose.StatsOptions{}, func(f compose.StatsFrame) error {
			state := fmt.Sprintf("%d rows, %d absent", len(f.Stats), len(f.Absent))
			if len(seen) > 0 && seen[len(seen)-1] == state {
				return nil
			}
			switch seen = append(seen, state); len(seen) {
			case 1:
				s.engines["h2"].Inject(fake.Fault{Kind: fake.Unreachable})
			case 2:
				s.engines["h2"].Heal()
			case 3:
				cancel()
			}
			return nil
		})
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, len(seen), 3)
		assert.Equal(t, seen[0], "3 rows, 0 absent")
		assert.Assert(t, is.Contains(seen[1], "1 absent"))
		assert.Equal(t, seen[2], seen[0])
	})
}

func TestPastEvents(t *testing.T) {
	s := viewed(t)
	var got []string
	last := time.Time{}
	o := compose.EventsOptions{Since: "1h", Until: "0s", Services: []string{"web", "once"}}
	assert.NilError(t, compose.Events(t.Context(), &s.Env, "shop", o, func(e compose.Event) {
		assert.Assert(t, !e.Time.Before(last), "in order of time")
		last = e.Time
		got = append(got, e.Action+" "+e.Name)
	}))
	for _, want := range []string{"create shop-web-1", "start shop-web-2", "die shop-once-1"} {
		assert.Assert(t, is.Contains(got, want))
	}
	for _, e := range got {
		assert.Assert(t, !strings.Contains(e, "db"), e)
	}
	err := compose.Events(t.Context(), &s.Env, "shop", compose.EventsOptions{Since: "yesterday"}, nil)
	assert.Error(t, err, `failed to parse value as time or duration: "yesterday"`)
}

// TestEventsOfAHostThatComesBack: what happened meanwhile is told, once.
func TestEventsOfAHostThatComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := viewed(t)
		time.Sleep(time.Minute) // what up did lies in the past
		s.Timeout = time.Second
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		events := make(chan string, 100)
		done := make(chan error, 1)
		go func() {
			done <- compose.Events(ctx, &s.Env, "shop", compose.EventsOptions{}, func(e compose.Event) { events <- e.Host + " " + e.Action })
		}()
		h2 := s.engines["h2"]
		id := func() string {
			o, err := h2.ObserveContainers(t.Context(), hosts.ContainerFilter{})
			assert.NilError(t, err)
			return o.Containers[0].ID
		}()
		await := func(want string) {
			t.Helper()
			select {
			case got := <-events:
				assert.Equal(t, got, want)
			case <-time.After(20 * time.Second):
				t.Fatalf("no event %q", want)
			}
		}
		synctest.Wait() // until it listens
		assert.NilError(t, h2.PauseContainer(t.Context(), id))
		await("h2 pause")
		h2.Inject(fake.Fault{Kind: fake.Unreachable, Method: "ObserveContainers"})
		h2.Inject(fake.Fault{Kind: fake.Unreachable, Method: "Events"})
		time.Sleep(3 * time.Second) // until its silence is noticed
		assert.NilError(t, h2.UnpauseContainer(t.Context(), id))
		h2.Heal()
		await("h2 unpause")
		cancel()
		assert.ErrorIs(t, <-done, context.Canceled)
		assert.DeepEqual(t, s.warned, []string{
			"host h2: connection refused; its events are missing until it answers again",
			"host h2 answers again; its events go on",
		})
		assert.Equal(t, len(events), 0)
	})
}
