package weave

import (
	"archive/tar"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/moby/moby/api/types/plugin"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// engine is an engine in memory that can hold a router and a driver.
type engine struct {
	mu        sync.Mutex
	images    map[string]bool
	container *hosts.ContainerDetail
	spec      hosts.ContainerSpec
	plugin    *hosts.Plugin
	config    plugin.Config
	volume    bool
	log       []string

	// datapath is what the driver finds possible.
	datapath string
	// problem is what the driver notes.
	problem string
	// connections are what the router reports, once it has been told its peers.
	connections []connection
	peers       []string
	// withheld are the requests to the driver's socket.
	withheld []string
	// before is called ahead of a creation.
	before func()
	// refuse is what the first installation of the driver ends with, though it is there.
	refuse error
	// mute makes a router with this datapath never answer.
	mute string
	// deaf makes the router take no peers, dead end once it has them.
	deaf, dead bool
	// ending is how often a command meets a container that ends just then.
	ending int
}

func newEngine() *engine {
	return &engine{images: map[string]bool{DefaultImage: true}, datapath: "sleeve"}
}

func (e *engine) note(words ...string) { e.log = append(e.log, strings.Join(words, " ")) }

func (e *engine) InspectContainer(_ context.Context, name string) (hosts.ContainerDetail, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.container == nil || name != RouterName && name != e.container.ID {
		return hosts.ContainerDetail{}, hosts.ErrNotFound
	}
	return *e.container, nil
}

func (e *engine) CreateContainer(_ context.Context, spec hosts.ContainerSpec) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.before != nil {
		e.before()
	}
	if e.container != nil {
		return "", hosts.ErrConflict
	}
	e.create(spec)
	return "r1", nil
}

func (e *engine) create(spec hosts.ContainerSpec) {
	e.note("create router", spec.Config.Labels[labelDatapath])
	e.spec, e.volume = spec, true
	e.container = &hosts.ContainerDetail{Container: hosts.Container{
		ID: "r1", Name: spec.Name, Labels: spec.Config.Labels, State: hosts.Created,
		Mounts: []hosts.Mount{{Type: "volume", Name: RouterVolume, Source: "/var/lib/docker/volumes/" + RouterVolume + "/_data"}},
	}}
}

func (e *engine) StartContainer(context.Context, string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.note("start router")
	e.container.State = hosts.Running
	return nil
}

func (e *engine) RemoveContainer(context.Context, string, bool, bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.container == nil {
		return hosts.ErrNotFound
	}
	e.note("remove router")
	e.container = nil
	return nil
}

// Exec is the curl of the router's container.
func (e *engine) Exec(_ context.Context, _ string, command []string) (hosts.ExecResult, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.container == nil {
		return hosts.ExecResult{}, hosts.ErrNotFound
	}
	if e.ending > 0 {
		e.ending--
		return hosts.ExecResult{ExitCode: notRun, Stderr: []byte("OCI runtime exec failed")}, nil
	}
	if e.container.Labels[labelDatapath] == e.mute || e.dead && len(e.peers) > 0 {
		return hosts.ExecResult{ExitCode: curlRefused}, nil
	}
	switch command[0] {
	case "iptables":
		return hosts.ExecResult{}, nil
	case "ip":
		e.note(command[2], command[3])
		return hosts.ExecResult{}, nil
	}
	address := command[len(command)-1]
	switch {
	case strings.HasPrefix(address, "file://"):
		note := map[bool]string{true: e.datapath, false: e.problem}[strings.HasSuffix(address, "/datapath")]
		return hosts.ExecResult{Stdout: []byte(note)}, nil
	case e.deaf && strings.HasSuffix(address, "/connect"):
		return hosts.ExecResult{ExitCode: 22}, nil
	case strings.HasSuffix(address, "/connect"), strings.HasSuffix(address, "/forget"):
		e.peers = append(e.peers, command[slices.Index(command, "-d")+1])
		return hosts.ExecResult{}, nil
	case strings.HasSuffix(address, notes.PathWithhold):
		e.withheld = append(e.withheld, command[slices.Index(command, "--unix-socket")+1]+" "+command[slices.Index(command, "-d")+1])
		return hosts.ExecResult{}, nil
	case strings.HasSuffix(address, "/report"):
		var r report
		r.Router.Name, r.Router.Connections = "02:00:00:00:00:01", e.connections
		raw, err := json.Marshal(r)
		return hosts.ExecResult{Stdout: raw}, err
	}
	return hosts.ExecResult{}, nil
}

func (e *engine) PullImage(_ context.Context, ref string, _ hosts.PullOptions) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.note("pull", ref)
	if strings.Contains(ref, "none") {
		return &hosts.Error{Host: "a", Op: "pull image " + ref, Err: hosts.ErrNotFound}
	}
	e.images[ref] = true
	return nil
}

func (e *engine) InspectImage(_ context.Context, ref string) (hosts.Image, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.images[ref] {
		return hosts.Image{}, hosts.ErrNotFound
	}
	return hosts.Image{ID: ref}, nil
}

func (e *engine) RemoveVolume(context.Context, string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.volume {
		return hosts.ErrNotFound
	}
	e.note("remove volume")
	e.volume = false
	return nil
}

func (e *engine) Plugin(context.Context, string) (hosts.Plugin, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.plugin == nil {
		return hosts.Plugin{}, hosts.ErrNotFound
	}
	return *e.plugin, nil
}

func (e *engine) InstallPlugin(_ context.Context, name string, content io.Reader) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.note("install driver")
	r := tar.NewReader(content)
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if h.Name == "config.json" {
			if err := json.NewDecoder(r).Decode(&e.config); err != nil {
				return err
			}
		}
	}
	e.plugin = &hosts.Plugin{ID: "p1", Name: name, Description: e.config.Description}
	err := e.refuse
	e.refuse = nil
	return err
}

func (e *engine) EnablePlugin(context.Context, string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.note("enable driver")
	e.plugin.Enabled = true
	return nil
}

func (e *engine) DisablePlugin(context.Context, string, bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.note("disable driver")
	e.plugin.Enabled = false
	return nil
}

func (e *engine) RemovePlugin(context.Context, string, bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.note("remove driver")
	e.plugin = nil
	return nil
}

// observed is what a sweep of the host would see.
func (e *engine) observed(h hosts.Host) hosts.Observation {
	o := hosts.Observation{Host: h}
	if e.container != nil {
		o.Containers = []hosts.Container{e.container.Container}
	}
	if e.plugin != nil && e.plugin.Enabled {
		o.Host.Drivers = []string{"bridge", e.plugin.Name}
	}
	return o
}
