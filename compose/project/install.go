package project

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// steps are commands for a shell: one, or a list.
type steps []string

func (s *steps) decode(d *decoder, at path, v any) {
	*s = d.oneOrMore(at, v, "a command or a list of commands", func(text string) bool { return strings.TrimSpace(text) != "" })
}

// checkInstall refuses steps where there is no image to begin with, or a
// Dockerfile that they belong into.
func (d *decoder) checkInstall(at path, service types.ServiceConfig, declared declaredService) {
	at = at.key("image").key("commit")
	switch {
	case len(declared.Image.Commit) == 0:
	case service.Build != nil:
		d.problem(at, "%s has no place beside build: write the steps into the Dockerfile", at)
	case service.Image == "":
		d.problem(at, "%s needs an image to begin with: name one in image", at)
	}
}

// install has the services that install something run what comes of it: an image
// of their own, which is built from theirs once for all replicas. Its name
// follows from what it is made of, so that other steps make another image.
func (p *Project) install() {
	for name, own := range p.services {
		if len(own.Install) == 0 {
			continue
		}
		if s, ok := p.Services[name]; ok {
			p.Services[name] = p.installed(s, own.Install)
		}
		if s, ok := p.DisabledServices[name]; ok {
			p.DisabledServices[name] = p.installed(s, own.Install)
		}
	}
}

func (p *Project) installed(s types.ServiceConfig, commands []string) types.ServiceConfig {
	dockerfile := "FROM " + s.Image + "\n"
	for _, command := range commands {
		line, _ := json.Marshal([]string{"/bin/sh", "-ec", command}) // which has no value that JSON hasn't
		dockerfile += "RUN " + string(line) + "\n"
	}
	sum := sha256.Sum256([]byte(dockerfile))
	s.Build = &types.BuildConfig{Context: p.WorkingDir, DockerfileInline: dockerfile}
	s.Image = p.Name + p.Separator + s.Name + ":installed-" + hex.EncodeToString(sum[:6])
	switch s.PullPolicy {
	case types.PullPolicyAlways, types.PullPolicyRefresh:
		s.PullPolicy, s.Build.Pull = types.PullPolicyBuild, true
	case types.PullPolicyBuild:
	default: // no registry has it
		s.PullPolicy = types.PullPolicyNever
	}
	return s
}
