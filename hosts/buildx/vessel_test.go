package buildx

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ship is an engine with one container, in which a BuildKit echoes.
type ship struct {
	container *hosts.ContainerSpec
	running   bool
	did       []string
	// ready is after how many questions BuildKit answers, and broken what a stream ends with.
	ready, asked int
	broken       string
	pull         error
}

func (s *ship) note(what string) { s.did = append(s.did, what) }

func (s *ship) InspectContainer(_ context.Context, name string) (hosts.ContainerDetail, error) {
	var d hosts.ContainerDetail
	if s.container == nil || s.container.Name != name {
		return d, hosts.ErrNotFound
	}
	d.State = hosts.Exited
	if s.running {
		d.State = hosts.Running
	}
	return d, nil
}

func (s *ship) CreateContainer(_ context.Context, spec hosts.ContainerSpec) (string, error) {
	s.note("create")
	s.container = &spec
	return "id", nil
}

func (s *ship) StartContainer(context.Context, string) error {
	s.note("start")
	s.running = true
	return nil
}

func (s *ship) Exec(context.Context, string, []string) (hosts.ExecResult, error) {
	s.asked++
	if s.asked < s.ready {
		return hosts.ExecResult{ExitCode: 1, Stderr: []byte("no such socket")}, nil
	}
	return hosts.ExecResult{}, nil
}

func (s *ship) PullImage(_ context.Context, ref string, _ hosts.PullOptions) error {
	s.note("pull " + ref)
	return s.pull
}

func (s *ship) InspectImage(context.Context, string) (hosts.Image, error) {
	if s.pull != nil {
		return hosts.Image{}, hosts.ErrNotFound
	}
	return hosts.Image{}, nil
}

func (s *ship) RunExec(ctx context.Context, _ string, o hosts.ExecOptions, streams hosts.Streams) (int, error) {
	defer streams.In.Close()
	if s.broken != "" {
		_, _ = io.WriteString(streams.Err, s.broken+"\n")
		return 1, nil
	}
	if strings.Join(o.Command, " ") != "buildctl dial-stdio" {
		return 127, nil
	}
	stop := context.AfterFunc(ctx, func() { _ = streams.In.Close() })
	defer stop()
	_, _ = io.Copy(streams.Out, streams.In)
	return 0, nil
}

// fleetOf knows one builder, crew, of one node in a container of an engine.
func fleetOf(t *testing.T, s *ship, n node) *Builders {
	return &Builders{
		Folder: keep(t, map[string]any{"instances/crew": record{Name: "crew", Driver: "docker-container", Nodes: []node{n}}}),
		Engine: func(e hosts.Endpoint) (Engine, error) {
			if e.URL != n.Endpoint {
				return nil, errors.New("another engine is asked: " + e.String())
			}
			return s, nil
		},
	}
}

func echo(t *testing.T, dial Dial) {
	t.Helper()
	conn, err := dial(t.Context())
	assert.NilError(t, err)
	go func() { _, _ = io.WriteString(conn, "hello") }()
	b := make([]byte, 5)
	_, err = io.ReadFull(conn, b)
	assert.NilError(t, err)
	assert.Equal(t, string(b), "hello")
	assert.NilError(t, conn.Close())
}

func TestABuilderInAContainer(t *testing.T) {
	at := node{Name: "crew0", Endpoint: "unix:///e.sock"}
	t.Run("runs", func(t *testing.T) {
		s := &ship{container: &hosts.ContainerSpec{Name: "buildx_buildkit_crew0"}, running: true}
		dial, err := fleetOf(t, s, at).Find(t.Context(), "Crew", nil, nil)
		assert.NilError(t, err)
		assert.Equal(t, len(s.did)+s.asked, 0)
		echo(t, dial)
	})
	t.Run("is stopped", func(t *testing.T) {
		s := &ship{container: &hosts.ContainerSpec{Name: "buildx_buildkit_crew0"}, ready: 3}
		dial, err := fleetOf(t, s, at).Find(t.Context(), "crew", nil, nil)
		assert.NilError(t, err)
		assert.DeepEqual(t, s.did, []string{"start"})
		assert.Equal(t, s.asked, 3)
		echo(t, dial)
	})
	t.Run("says why it ends", func(t *testing.T) {
		s := &ship{container: &hosts.ContainerSpec{Name: "buildx_buildkit_crew0"}, running: true, broken: "no socket here"}
		dial, err := fleetOf(t, s, at).Find(t.Context(), "crew", nil, nil)
		assert.NilError(t, err)
		conn, err := dial(t.Context())
		assert.NilError(t, err)
		_, err = conn.Read(make([]byte, 1))
		assert.Error(t, err, "buildctl dial-stdio ended with 1: no socket here")
		assert.NilError(t, conn.Close())
	})
	t.Run("has no image", func(t *testing.T) {
		s := &ship{pull: errors.New("no route to the registry")}
		_, err := fleetOf(t, s, at).Find(t.Context(), "crew", nil, nil)
		assert.Error(t, err, "builder crew: no route to the registry")
	})
}

func TestAMissingContainerIsMadeAsBuildxWould(t *testing.T) {
	s := &ship{}
	var told []string
	_, err := fleetOf(t, s, node{
		Name: "crew0", Endpoint: "unix:///e.sock", Flags: []string{"--debug"},
		DriverOpts: map[string]string{"image": "mine:1", "network": "host", "memory": "1g", "env.HTTP_PROXY": "p", "restart-policy": "no", "default-load": "true"},
		Files:      map[string][]byte{"buildkitd.toml": []byte("debug = true"), "certs/r/ca.pem": []byte("pem")},
	}).Find(t.Context(), "crew", nil, func(text string) { told = append(told, text) })
	assert.NilError(t, err)
	assert.DeepEqual(t, s.did, []string{"pull mine:1", "create", "start"})
	assert.DeepEqual(t, told, []string{"pulling image mine:1", "creating container buildx_buildkit_crew0", "starting container buildx_buildkit_crew0"})
	c := s.container
	assert.DeepEqual(t, c.Config, &container.Config{Image: "mine:1", Cmd: []string{"--config", "/etc/buildkit/buildkitd.toml", "--debug"}, Env: []string{"HTTP_PROXY=p"}})
	assert.DeepEqual(t, c.Files, []hosts.File{
		{Path: "/etc/buildkit/buildkitd.toml", Content: []byte("debug = true"), Mode: 0o600},
		{Path: "/etc/buildkit/certs/r/ca.pem", Content: []byte("pem"), Mode: 0o600},
	})
	h := c.HostConfig
	assert.Check(t, h.Privileged && *h.Init && h.NetworkMode == "host" && h.Memory == 1<<30 && h.RestartPolicy.Name == "no")
	assert.Equal(t, h.Mounts[0].Source+":"+h.Mounts[0].Target, "buildx_buildkit_crew0_state:/var/lib/buildkit")

	for key, want := range map[string]string{"colour": "buildx knows none of that name", "memory": "invalid", "env.": "buildx knows none"} {
		_, err := fleetOf(t, &ship{}, node{Name: "crew0", Endpoint: "unix:///e.sock", DriverOpts: map[string]string{key: "x"}}).Find(t.Context(), "crew", nil, nil)
		assert.ErrorContains(t, err, "builder crew: driver option "+key+": ")
		assert.ErrorContains(t, err, want)
	}
}
