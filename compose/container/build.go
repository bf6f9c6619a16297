package container

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Build is what a user may ask of the builds of a call, beside what the files say.
type Build struct {
	// Args override those of the files; one without a value has that of the environment.
	Args types.MappingWithEquals
	// SSH are agents and keys on top of those of the files.
	SSH types.SSHConfig
	// Agent is the socket of the user's SSH agent, "" where there is none.
	Agent string
	// Host is the one that builds.
	Host hosts.Host
	// Proxies are args that stand where nothing else sets them.
	Proxies map[string]string
	// AllPlatforms builds for every platform of the files; else it is for the one
	// that containers are to have.
	AllPlatforms        bool
	NoCache, Pull, Push bool
	Provenance, SBOM    string
	// Builder is a BuildKit of its own, by its name or address, or "default" for the
	// host's; "" leaves it to the files. Usual is what builds where those say
	// nothing, either.
	Builder, Usual string
}

// BuildSpec is the request to build a service's image. The service, which may
// be disabled, has a build section. The error joins one [Problem] for each
// attribute that can't be honoured.
func BuildSpec(p *project.Project, service string, o Build) (hosts.BuildSpec, error) {
	b := &build{project: p, service: p.AllServices()[service], o: o}
	b.BuildConfig = *b.service.Build
	builder := b.builder()
	platforms, platformErr := b.platforms()
	secrets, secretErr := b.secrets()
	ssh, sshErr := b.ssh()
	provenance, provenanceErr := b.attestation("provenance", cmp.Or(o.Provenance, b.Provenance))
	sbom, sbomErr := b.attestation("sbom", cmp.Or(o.SBOM, b.SBOM))
	spec := hosts.BuildSpec{
		Tags:          b.tags(),
		Builder:       builder,
		Context:       b.Context,
		Checksum:      p.ServiceClocker(service).Checksum,
		Dockerfile:    b.dockerfile(),
		Inline:        b.DockerfileInline,
		Target:        b.Target,
		Args:          b.args(),
		Labels:        b.labels(),
		Contexts:      b.contexts(),
		CacheFrom:     b.CacheFrom,
		CacheTo:       b.CacheTo,
		Secrets:       secrets,
		SSH:           ssh,
		Platforms:     b.builtFor(platforms, builder),
		Network:       b.Network,
		ShmSize:       int64(b.ShmSize),
		Ulimits:       b.ulimits(),
		ExtraHosts:    b.extraHosts(),
		Entitlements:  b.entitlements(),
		Provenance:    provenance,
		SBOM:          sbom,
		NoCache:       b.NoCache || o.NoCache,
		NoCacheFilter: b.NoCacheFilter,
		Pull:          b.Pull || o.Pull,
		Push:          o.Push && b.service.Image != "",
	}
	return spec, errors.Join(platformErr, secretErr, sshErr, provenanceErr, sbomErr, b.checkIsolation(), b.checkSum(spec), b.checkEngine(spec), b.checkBuilder(spec))
}

// build is a service's build section on its way to become a request.
type build struct {
	types.BuildConfig
	project *project.Project
	service types.ServiceConfig
	o       Build
}

func (b *build) refuse(attribute, hint, format string, args ...any) error {
	return &Problem{Service: b.service.Name, Attribute: "build." + attribute, Hint: hint, Fatal: true, Reason: fmt.Sprintf(format, args...)}
}

// tags are the image's own name first, by which progress is told.
func (b *build) tags() []string {
	tags := []string{ImageOf(b.project, b.service)}
	for _, tag := range b.Tags {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// dockerfile is a path of this machine where the context is one.
func (b *build) dockerfile() string {
	if b.Dockerfile == "" || filepath.IsAbs(b.Dockerfile) || !filepath.IsAbs(b.Context) {
		return b.Dockerfile
	}
	return filepath.Join(b.Context, b.Dockerfile)
}

// args are those of the files, then of the user. What has no value takes that
// of the environment, and is left out where that has none.
func (b *build) args() map[string]string {
	all := types.MappingWithEquals{}.OverrideBy(b.Args).OverrideBy(b.o.Args).Resolve(b.project.Environment.Resolve)
	args := maps.Clone(b.o.Proxies)
	if args == nil {
		args = map[string]string{}
	}
	for name, value := range all {
		if value != nil {
			args[name] = *value
		}
	}
	return args
}

func (b *build) labels() map[string]string {
	labels := map[string]string{}
	maps.Copy(labels, b.Labels)
	labels[hosts.LabelVersion] = composeVersion
	labels[hosts.LabelProject] = b.project.Name
	labels[hosts.LabelService] = b.service.Name
	return labels
}

// contexts names the image of another service by its reference: that is built
// before, on the same host. Loading has checked that there is one to build. An
// image in a folder is looked for in the project's.
func (b *build) contexts() map[string]string {
	contexts := map[string]string{}
	for name, where := range b.AdditionalContexts {
		if service, found := strings.CutPrefix(where, types.ServicePrefix); found {
			where = "docker-image://" + ImageOf(b.project, b.project.AllServices()[service])
		}
		if folder, found := strings.CutPrefix(where, "oci-layout://"); found && !filepath.IsAbs(folder) {
			where = "oci-layout://" + filepath.Join(b.project.WorkingDir, folder)
		}
		contexts[name] = where
	}
	return contexts
}

// BuildsUpon are the services whose images a service's build takes, sorted.
func BuildsUpon(s types.ServiceConfig) []string {
	var names []string
	if s.Build == nil {
		return nil
	}
	for _, where := range s.Build.AdditionalContexts {
		if service, found := strings.CutPrefix(where, types.ServicePrefix); found {
			names = append(names, service)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (b *build) ulimits() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(b.Ulimits)) {
		limit := b.Ulimits[name]
		if limit.Single > 0 {
			all = append(all, fmt.Sprintf("%s=%d", name, limit.Single))
			continue
		}
		all = append(all, fmt.Sprintf("%s=%d:%d", name, limit.Soft, limit.Hard))
	}
	return all
}

func (b *build) extraHosts() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(b.ExtraHosts)) {
		for _, address := range b.ExtraHosts[name] {
			all = append(all, name+"="+address)
		}
	}
	return all
}

func (b *build) entitlements() []string {
	all := slices.Clone(b.Entitlements)
	if b.Privileged {
		all = append(all, "security.insecure")
	}
	if b.Network == "host" {
		all = append(all, "network.host")
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// builder is the name or address of a BuildKit of its own, "" for that of the
// host. Files of an address are looked for in the project's folder.
func (b *build) builder() string {
	asked := cmp.Or(b.o.Builder, b.project.ServiceClocker(b.service.Name).Build.Builder, b.o.Usual)
	if asked == "default" {
		return ""
	}
	return hosts.BuilderFrom(asked, b.project.WorkingDir)
}

// builtFor are the platforms of the request: a BuildKit of its own doesn't know
// the host that the image is for.
func (b *build) builtFor(platforms []string, builder string) []string {
	if len(platforms) > 0 || builder == "" || b.o.Host.Platform == (hosts.Platform{}) {
		return platforms
	}
	return []string{b.o.Host.Platform.String()}
}

// checkBuilder refuses what only a host's own BuildKit has: images of other services.
func (b *build) checkBuilder(spec hosts.BuildSpec) error {
	if spec.Builder == "" || len(BuildsUpon(b.service)) == 0 {
		return nil
	}
	return b.refuse("additional_contexts", "let a host build it: --builder default, or x-clocker.build without builder",
		"the image of service %s isn't at the builder %s", BuildsUpon(b.service)[0], spec.Builder)
}

// checkEngine refuses what the engine that builds would leave out.
func (b *build) checkEngine(spec hosts.BuildSpec) error {
	if spec.Builder != "" {
		return nil
	}
	var errs []error
	for _, want := range []requirement{
		{spec.ShmSize > 0, "shm_size", 23, 0},
		{len(spec.Ulimits) > 0, "ulimits", 23, 0},
		{attested(spec.Provenance), "provenance", 23, 0},
		{attested(spec.SBOM), "sbom", 23, 0},
	} {
		if want.used && !atLeast(b.o.Host.EngineVersion, want.major, want.minor) {
			errs = append(errs, b.refuse(want.attribute, "update the engine, or build elsewhere: x-clocker.build.host", "needs Docker Engine %d.%d, and host %s, which builds, has %s",
				want.major, want.minor, b.o.Host.Name, b.o.Host.EngineVersion))
		}
	}
	return errors.Join(errs...)
}

func attested(value string) bool { return value != "" && value != "false" }

// checkSum refuses a checksum that nothing would be compared with.
func (b *build) checkSum(spec hosts.BuildSpec) error {
	if spec.Checksum == "" || strings.HasPrefix(spec.Context, "https://") || strings.HasPrefix(spec.Context, "http://") {
		return nil
	}
	return b.refuse("context", "leave x-clocker.build.checksum out", "only an archive at an https address has a checksum, and this is %s", spec.Context)
}

func (b *build) checkIsolation() error {
	if b.Isolation == "" || b.Isolation == "default" {
		return nil
	}
	return b.refuse("isolation", "leave it out", "%s is for Windows hosts", strconv.Quote(b.Isolation))
}
