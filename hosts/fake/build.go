package fake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Build makes an image whose ID follows from the request and from the text of
// the Dockerfile, whose instructions are its steps. One that runs "false" fails.
func (e *Engine) Build(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (id string, err error) {
	text, err := dockerfile(spec)
	if err != nil {
		return "", err
	}
	err = e.call(ctx, "Build", spec.Tags[0], func(s *state) error {
		if err := runSteps(ctx, text, progress); err != nil {
			return err
		}
		id = s.addBuilt(spec, text)
		return nil
	})
	return id, err
}

// Check finds the instructions that are no longer to be used.
func (e *Engine) Check(ctx context.Context, spec hosts.BuildSpec) (found hosts.BuildFindings, err error) {
	text, err := dockerfile(spec)
	if err != nil {
		return found, err
	}
	err = e.call(ctx, "Check", spec.Tags[0], func(*state) error {
		number := 0
		for line := range strings.Lines(text) {
			number++
			switch word, _, _ := strings.Cut(strings.TrimSpace(line), " "); word {
			case "MAINTAINER":
				found.Warnings++
				found.Text = strings.TrimSpace(fmt.Sprintf("%s\nWARNING: MaintainerDeprecated\nDockerfile:%d", found.Text, number))
			case "RUNN":
				return fmt.Errorf("%s:%d: unknown instruction: RUNN", "Dockerfile", number)
			}
		}
		return nil
	})
	return found, err
}

func dockerfile(spec hosts.BuildSpec) (string, error) {
	if spec.Inline != "" || !filepath.IsAbs(spec.Context) {
		return spec.Inline, nil
	}
	path := spec.Dockerfile
	if path == "" {
		path = filepath.Join(spec.Context, "Dockerfile")
	}
	b, err := os.ReadFile(path)
	return string(b), err
}

func runSteps(ctx context.Context, text string, progress func(hosts.BuildProgress)) error {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		progress(hosts.BuildProgress{Step: line, State: hosts.BuildRunning})
		if strings.HasPrefix(line, "RUN false") {
			progress(hosts.BuildProgress{Step: line, State: hosts.BuildFailed})
			return errors.New(line + ": exit code: 1")
		}
		progress(hosts.BuildProgress{Step: line, State: hosts.BuildDone})
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// addBuilt keeps the image of an earlier build that was the same.
func (s *state) addBuilt(spec hosts.BuildSpec, text string) (id string) {
	request, _ := json.Marshal(spec) // which has no value that JSON hasn't
	image := hosts.Image{
		ID: "sha256:" + identify("build "+string(request)+text), Labels: spec.Labels, Size: 1 << 20,
		Created: time.Now().UTC().Truncate(time.Millisecond), Layers: []string{"sha256:" + identify("layer "+text)},
	}
	if known, ok := s.Images[image.ID]; ok {
		image = known
	}
	image.Tags = nil
	for _, tag := range spec.Tags {
		image.Tags = append(image.Tags, familiar(tag))
	}
	s.addImage(image)
	return image.ID
}
