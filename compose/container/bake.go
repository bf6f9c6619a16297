package container

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// bakeFile is what `docker buildx bake` reads.
type bakeFile struct {
	Group  map[string]bakeGroup  `json:"group"`
	Target map[string]bakeTarget `json:"target"`
}

type bakeGroup struct {
	Targets []string `json:"targets"`
}

// bakeTarget is the build of one service, in the order in which Docker Compose
// prints it.
type bakeTarget struct {
	Context       string            `json:"context,omitempty"`
	Contexts      map[string]string `json:"contexts,omitempty"`
	Dockerfile    string            `json:"dockerfile,omitempty"`
	Inline        string            `json:"dockerfile-inline,omitempty"`
	Args          map[string]string `json:"args,omitempty"`
	Labels        map[string]string `json:"labels,omitempty"`
	Tags          []string          `json:"tags,omitempty"`
	CacheFrom     []string          `json:"cache-from,omitempty"`
	CacheTo       []string          `json:"cache-to,omitempty"`
	Target        string            `json:"target,omitempty"`
	Secret        []string          `json:"secret,omitempty"`
	SSH           []string          `json:"ssh,omitempty"`
	Platforms     []string          `json:"platforms,omitempty"`
	Pull          bool              `json:"pull,omitempty"`
	NoCache       bool              `json:"no-cache,omitempty"`
	Network       string            `json:"network,omitempty"`
	NoCacheFilter []string          `json:"no-cache-filter,omitempty"`
	ShmSize       types.UnitBytes   `json:"shm-size,omitempty"`
	Ulimits       []string          `json:"ulimits,omitempty"`
	Entitlements  []string          `json:"entitlements,omitempty"`
	ExtraHosts    map[string]string `json:"extra-hosts,omitempty"`
	Output        []string          `json:"output,omitempty"`
	Attest        []string          `json:"attest,omitempty"`
}

// Bake writes the builds of a project as a file for `docker buildx bake`, as
// indented JSON that ends with a line break: a target for each service that is
// built, and in the default group those that are wanted, with what they build
// upon. It is "" where none of those is built from anything. Secrets are named
// in it, and not shown.
func Bake(p *project.Project, services []string, o Build) ([]byte, error) {
	wanted := upon(p.AllServices(), services)
	if len(wanted) == 0 {
		return nil, nil
	}
	o.AllPlatforms = true
	all := upon(p.AllServices(), append(wanted, slices.Collect(maps.Keys(p.Services))...))
	names := bakeNames(all)
	file := bakeFile{Group: map[string]bakeGroup{}, Target: map[string]bakeTarget{}}
	for _, name := range all {
		s := p.AllServices()[name]
		b := &build{BuildConfig: *s.Build, project: p, service: s, o: o}
		target, err := b.bake(names)
		if err != nil {
			return nil, err
		}
		file.Target[names[name]] = target
	}
	var group bakeGroup
	for _, name := range wanted {
		group.Targets = append(group.Targets, names[name])
	}
	file.Group["default"] = group
	text, err := json.MarshalIndent(file, "", "  ")
	return append(text, '\n'), err
}

// upon are services that are built, and those that they build upon, sorted.
func upon(all types.Services, services []string) []string {
	var found []string
	for queue := slices.Clone(services); len(queue) > 0; queue = queue[1:] {
		if s := all[queue[0]]; s.Build != nil && !slices.Contains(found, s.Name) {
			found = append(found, s.Name)
			queue = append(queue, BuildsUpon(s)...)
		}
	}
	slices.Sort(found)
	return found
}

// bakeNames are the names of targets, which can't have dots, of sorted services.
func bakeNames(services []string) map[string]string {
	names, used := map[string]string{}, map[string]bool{}
	for _, service := range services {
		name := strings.ReplaceAll(service, ".", "_")
		for used[name] {
			name += "_"
		}
		names[service], used[name] = name, true
	}
	return names
}

func (b *build) bake(names map[string]string) (bakeTarget, error) {
	platforms, err := b.platforms()
	args := b.args()
	for name, value := range args {
		args[name] = unexpanded(value)
	}
	entitlements := slices.Clone(b.Entitlements)
	if b.Privileged {
		entitlements = append(entitlements, "security.insecure")
	}
	return bakeTarget{
		Context: b.Context, Contexts: b.bakeContexts(names), Dockerfile: b.bakeDockerfile(), Inline: unexpanded(b.DockerfileInline),
		Args: args, Labels: b.labels(), Tags: append(slices.Clone(b.Tags), ImageOf(b.project, b.service)),
		CacheFrom: b.CacheFrom, CacheTo: b.CacheTo, Target: b.Target, Secret: b.bakeSecrets(), SSH: b.bakeSSH(),
		Platforms: platforms, Pull: b.Pull || b.o.Pull, NoCache: b.NoCache || b.o.NoCache, Network: b.Network,
		NoCacheFilter: b.NoCacheFilter, ShmSize: b.ShmSize, Ulimits: b.ulimits(), Entitlements: entitlements,
		ExtraHosts: b.bakeHosts(), Output: b.bakeOutput(), Attest: append(attest("provenance", b.Provenance), attest("sbom", b.SBOM)...),
	}, err
}

// unexpanded keeps bake from taking a dollar sign for a variable of its own.
func unexpanded(text string) string { return strings.ReplaceAll(text, "${", "$${") }

func (b *build) bakeContexts(names map[string]string) map[string]string {
	contexts := map[string]string{}
	for name, where := range b.AdditionalContexts {
		if service, found := strings.CutPrefix(where, types.ServicePrefix); found {
			where = "target:" + names[service]
		}
		contexts[name] = where
	}
	return contexts
}

// bakeDockerfile is the path without symbolic links on its way, which bake would
// take for leading out.
func (b *build) bakeDockerfile() string {
	path := b.dockerfile()
	if !filepath.IsAbs(path) {
		return path
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(folder, filepath.Base(path))
	}
	return path
}

func (b *build) bakeSecrets() []string {
	var all []string
	for _, ref := range b.Secrets {
		id := ref.Target
		if id == "" {
			id = ref.Source
		}
		switch source := b.project.Secrets[ref.Source]; {
		case source.Environment != "":
			all = append(all, fmt.Sprintf("id=%s,type=env,env=%s", id, source.Environment))
		case source.File != "":
			all = append(all, fmt.Sprintf("id=%s,type=file,src=%s", id, source.File))
		}
	}
	return all
}

func (b *build) bakeSSH() []string {
	var all []string
	for _, key := range append(b.SSH[:len(b.SSH):len(b.SSH)], b.o.SSH...) {
		all = append(all, key.ID+"="+key.Path)
	}
	slices.Sort(all) // a file's are in any order
	return all
}

func (b *build) bakeHosts() map[string]string {
	all := map[string]string{}
	for name, addresses := range b.ExtraHosts {
		all[name] = strings.Join(addresses, ",")
	}
	return all
}

func (b *build) bakeOutput() []string {
	push := b.o.Push && b.service.Image != ""
	switch {
	case len(b.Platforms) > 1:
		return []string{fmt.Sprintf("type=image,push=%t", push)}
	case push:
		return []string{"type=registry"}
	}
	return []string{"type=docker"}
}

func attest(kind, value string) []string {
	switch value {
	case "":
		return nil
	case "true":
		return []string{"type=" + kind}
	case "false":
		return []string{"type=" + kind + ",disabled=true"}
	}
	return []string{"type=" + kind + "," + value}
}
