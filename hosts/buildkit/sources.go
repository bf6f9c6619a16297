package buildkit

import (
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/moby/buildkit/util/staticfs"
	"github.com/tonistiigi/fsutil"
	fstypes "github.com/tonistiigi/fsutil/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// The names under which BuildKit asks for folders of this machine.
const (
	contextMount    = "context"
	dockerfileMount = "dockerfile"
	defaultFile     = "Dockerfile"
)

// source is where a build's files come from.
type source struct {
	// mounts are folders of this machine, by the name that BuildKit asks for.
	mounts map[string]fsutil.FS
	// attributes tell the frontend of them.
	attributes map[string]string
	// layouts are images in folders of this machine, by the name that BuildKit asks for.
	layouts map[string]content.Store
}

func sources(spec hosts.BuildSpec) (source, error) {
	s := source{mounts: map[string]fsutil.FS{}, attributes: map[string]string{}}
	if err := s.addContext(spec); err != nil {
		return s, err
	}
	if err := s.addDockerfile(spec); err != nil {
		return s, err
	}
	for name, where := range spec.Contexts {
		if err := s.addNamed(name, where); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *source) addContext(spec hosts.BuildSpec) error {
	if !filepath.IsAbs(spec.Context) {
		s.attributes["context"] = spec.Context
		return nil
	}
	return s.mount(contextMount, spec.Context)
}

// addDockerfile names the file. It may lie outside of its context, or in no
// file at all; of a context that the engine fetches it is part.
func (s *source) addDockerfile(spec hosts.BuildSpec) error {
	switch {
	case spec.Inline != "":
		content := staticfs.NewFS()
		content.Add(defaultFile, &fstypes.Stat{Mode: 0o600}, []byte(spec.Inline))
		s.mounts[dockerfileMount] = content
		s.attributes["dockerfilekey"], s.attributes["filename"] = dockerfileMount, defaultFile
		return nil
	case !filepath.IsAbs(spec.Context):
		if spec.Dockerfile != "" {
			s.attributes["filename"] = spec.Dockerfile
		}
		return nil
	}
	path := spec.Dockerfile
	if path == "" {
		path = filepath.Join(spec.Context, defaultFile)
	}
	s.attributes["filename"] = filepath.Base(path)
	return s.mount(dockerfileMount, filepath.Dir(path))
}

// addNamed adds a further context. Frontends that don't know these would take
// the name for that of an image: they are told to hand over to a newer one.
func (s *source) addNamed(name, where string) error {
	s.attributes["frontend.caps"] = "moby.buildkit.frontend.contexts+forward"
	if strings.HasPrefix(where, layoutScheme) {
		return s.addLayout(name, where)
	}
	if !filepath.IsAbs(where) {
		s.attributes["context:"+name] = where
		return nil
	}
	key := "named-" + name
	s.attributes["context:"+name] = "local:" + key
	return s.mount(key, where)
}

func (s *source) mount(name, folder string) error {
	content, err := fsutil.NewFS(folder)
	if err != nil {
		return err
	}
	s.mounts[name] = content
	return nil
}
