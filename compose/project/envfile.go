package project

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/cli/pkg/kvfile"
)

// parseRaw reads the format "raw" of env_file: that of `docker run --env-file`,
// where a value is all that follows the equals sign.
func parseRaw(r io.Reader, file string, vars map[string]string, lookup func(string) (string, bool)) error {
	lines, err := kvfile.ParseFromReader(r, lookup)
	if err != nil {
		return fmt.Errorf("failed to read %s: %w", file, err)
	}
	for _, line := range lines {
		key, value, _ := strings.Cut(line, "=")
		vars[key] = value
	}
	return nil
}

// resolveFiles reads the services' env files and label files into their
// environment and labels. It comes after the choice of services, so that a
// missing file of another service does no harm.
func resolveFiles(p *types.Project, o Options) (*types.Project, error) {
	resolved, err := withAbsoluteFiles(p)
	if err != nil {
		return nil, err
	}
	resolved, err = resolved.WithServicesLabelsResolved(false)
	if err == nil && !o.NoEnvResolution {
		resolved, err = resolved.WithServicesEnvironmentResolved(true)
	}
	if err != nil {
		return nil, envFileError(err)
	}
	return resolved.WithServicesTransform(func(name string, s types.ServiceConfig) (types.ServiceConfig, error) {
		s.LabelFiles = p.Services[name].LabelFiles
		if o.NoEnvResolution {
			s.EnvFiles = p.Services[name].EnvFiles
		}
		return s, nil
	})
}

// withAbsoluteFiles makes the files to be read absolute, which they aren't yet
// where paths are to stay as they stand.
func withAbsoluteFiles(p *types.Project) (*types.Project, error) {
	return p.WithServicesTransform(func(_ string, s types.ServiceConfig) (types.ServiceConfig, error) {
		s.EnvFiles, s.LabelFiles = slices.Clone(s.EnvFiles), slices.Clone(s.LabelFiles)
		for i := range s.EnvFiles {
			s.EnvFiles[i].Path = inside(p.WorkingDir, s.EnvFiles[i].Path)
		}
		for i := range s.LabelFiles {
			s.LabelFiles[i] = inside(p.WorkingDir, s.LabelFiles[i])
		}
		return s, nil
	})
}
