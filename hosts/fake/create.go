package fake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CreateContainer creates a container on networks that exist, from an image
// that the host has.
func (e *Engine) CreateContainer(ctx context.Context, spec hosts.ContainerSpec) (id string, err error) {
	err = e.call(ctx, "CreateContainer", spec.Name, func(s *state) error {
		id, err = s.create(spec)
		return err
	})
	return id, err
}

func (s *state) create(spec hosts.ContainerSpec) (string, error) {
	if spec.Config == nil {
		spec.Config = &container.Config{}
	}
	image, err := s.image(spec.Config.Image)
	if err != nil {
		return "", err
	}
	if err := s.nameFree(spec.Name); err != nil {
		return "", err
	}
	r := &record{
		ID: s.newID("container"), Name: spec.Name, Spec: spec, ImageID: image.ID,
		Created: time.Now().UTC(), State: hosts.Created, Files: map[string][]byte{},
	}
	if r.Name == "" {
		r.Name = "fake_" + r.ID[:8]
	}
	if err := s.attachAll(r); err != nil {
		return "", err
	}
	if path := s.lacks(r.Spec.HostConfig); path != "" {
		return "", fmt.Errorf(`invalid mount config for type "bind": bind source path does not exist: %s`, path)
	}
	s.mountAll(r, image.Volumes)
	for _, f := range spec.Files {
		r.Files[f.Path] = f.Content
	}
	s.Containers[r.ID] = r
	s.event(r, "create", r.Created)
	return r.ID, nil
}

func (s *state) nameFree(name string) error {
	for _, r := range s.Containers {
		if r.Name == name {
			return conflict(`Conflict. The container name "/%s" is already in use by container "%s". `+
				`You have to remove (or rename) that container to be able to reuse that name.`, name, r.ID)
		}
	}
	return nil
}

// attachAll joins the networks of the spec, or the one that its mode names.
func (s *state) attachAll(r *record) error {
	wanted := r.Spec.Networks
	if len(wanted) == 0 {
		wanted = modeNetwork(r.networkMode())
	}
	for _, a := range wanted {
		n, err := s.network(a.Network)
		if err != nil {
			return err
		}
		r.Attached = append(r.Attached, attachment{Network: n.Name, NetworkID: n.ID, Endpoint: a.Endpoint})
	}
	return nil
}

func modeNetwork(mode string) []hosts.NetworkAttachment {
	switch {
	case mode == "default":
		return []hosts.NetworkAttachment{{Network: "bridge"}}
	case strings.HasPrefix(mode, "container:"):
		return nil
	}
	return []hosts.NetworkAttachment{{Network: mode}}
}

// lacks is a path of the host that a mount wants and that isn't there.
func (s *state) lacks(host *container.HostConfig) string {
	if host != nil {
		for _, m := range host.Mounts {
			if m.Type == mount.TypeBind && slices.Contains(s.Lacking, m.Source) {
				return m.Source
			}
		}
	}
	return ""
}

// mountAll makes the volumes that do not exist, as engines do; declared are the
// image's.
func (s *state) mountAll(r *record, declared []string) {
	if h := r.Spec.HostConfig; h != nil {
		for _, b := range h.Binds {
			s.mountBind(r, b)
		}
		for _, m := range h.Mounts {
			s.mount(r, string(m.Type), m.Source, m.Target, m.ReadOnly)
		}
	}
	for _, destination := range slices.Concat(slices.Collect(maps.Keys(r.Spec.Config.Volumes)), declared) {
		if !slices.ContainsFunc(r.Mounts, func(m hosts.Mount) bool { return m.Destination == destination }) {
			s.mount(r, string(mount.TypeVolume), "", destination, false)
		}
	}
	slices.SortFunc(r.Mounts, func(a, b hosts.Mount) int { return strings.Compare(a.Destination, b.Destination) })
}

// mountBind reads SOURCE:DESTINATION[:ro].
func (s *state) mountBind(r *record, bind string) {
	parts := strings.Split(bind, ":")
	if len(parts) < 2 {
		return
	}
	kind := mount.TypeVolume
	if strings.HasPrefix(parts[0], "/") {
		kind = mount.TypeBind
	}
	s.mount(r, string(kind), parts[0], parts[1], len(parts) > 2 && strings.Contains(parts[2], "ro"))
}

func (s *state) mount(r *record, kind, source, destination string, readOnly bool) {
	m := hosts.Mount{Type: kind, Source: source, Destination: destination, ReadOnly: readOnly}
	if kind == string(mount.TypeVolume) {
		if m.Name = source; m.Name == "" {
			m.Name = s.newID("volume")
			r.Anonymous = append(r.Anonymous, m.Name)
		}
		m.Driver = "local"
		m.Source = "/var/lib/docker/volumes/" + m.Name + "/_data"
		s.addVolume(hosts.Volume{Name: m.Name})
	}
	r.Mounts = append(r.Mounts, m)
}
