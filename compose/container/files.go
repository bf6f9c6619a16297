package container

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/paths"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// defaultMode of a config or secret that is copied: everybody may read it.
const defaultMode = 0o444

// fileReference is a config or secret as the service uses it.
type fileReference struct {
	types.FileReferenceConfig
	// kind is "configs" or "secrets".
	kind   string
	source types.FileObjectConfig
	target string
	// mounted files are bind mounts; the others are copied in.
	mounted bool
}

func (r *replica) fileReferences() []fileReference {
	var refs []fileReference
	for _, s := range r.Secrets {
		source := types.FileObjectConfig(r.project.Secrets[s.Source])
		refs = append(refs, r.fileReference("secrets", "/run/secrets/", types.FileReferenceConfig(s), source))
	}
	for _, c := range r.Configs {
		source := types.FileObjectConfig(r.project.Configs[c.Source])
		refs = append(refs, r.fileReference("configs", "/", types.FileReferenceConfig(c), source))
	}
	return refs
}

func (r *replica) fileReference(kind, folder string, ref types.FileReferenceConfig, source types.FileObjectConfig) fileReference {
	target := ref.Target
	if target == "" {
		target = ref.Source
	}
	if !strings.HasPrefix(target, "/") && !paths.IsWindowsAbs(target) {
		target = folder + target
	}
	return fileReference{
		FileReferenceConfig: ref, kind: kind, source: source, target: target,
		mounted: source.File != "" && !r.target.remote(),
	}
}

func (f fileReference) mount() mount.Mount {
	m := mount.Mount{Type: mount.TypeBind, Source: f.source.File, Target: f.target, ReadOnly: true}
	if f.kind == "secrets" {
		m.BindOptions = &mount.BindOptions{}
	}
	return m
}

// Files are what is copied into a service's container before each of its
// starts: its configs and secrets, as the project has them now.
func Files(p *project.Project, s types.ServiceConfig, t Target) ([]hosts.File, error) {
	return (&replica{ServiceConfig: withAPISocket(s), project: p, target: t}).files()
}

// files are what is copied into the container before it starts.
func (r *replica) files() ([]hosts.File, error) {
	var files []hosts.File
	var errs []error
	for _, ref := range r.fileReferences() {
		if ref.Source == credentialsConfig {
			files = append(files, credentials(r.target)...)
			continue
		}
		file, err := r.file(ref)
		if errs = append(errs, err); err == nil && len(file.Content) > 0 && !ref.mounted {
			files = append(files, file)
		}
	}
	return files, errors.Join(errs...)
}

func (r *replica) file(ref fileReference) (hosts.File, error) {
	if err := r.checkSource(ref); err != nil || ref.mounted {
		return hosts.File{}, err
	}
	content, executable, err := r.content(ref)
	if err != nil || len(content) == 0 {
		return hosts.File{}, err
	}
	if r.ReadOnly {
		return hosts.File{}, r.refuse(ref.kind, insteadOfCopy(ref),
			"%s can't be copied into a container with a read-only root", ref.Source)
	}
	file := hosts.File{Path: ref.target, Content: content, Mode: defaultMode | executable}
	if ref.Mode != nil {
		file.Mode = int64(*ref.Mode)
	}
	var uidErr, gidErr error
	file.UID, uidErr = r.owner(ref.kind, "uid", ref.UID)
	file.GID, gidErr = r.owner(ref.kind, "gid", ref.GID)
	return file, errors.Join(uidErr, gidErr)
}

// insteadOfCopy is what works where nothing can be copied: a mount. Files of the
// project can be mounted on any host.
func insteadOfCopy(ref fileReference) string {
	if ref.source.File == "" {
		return "write it into a file of the project, and mount that under volumes; or drop read_only"
	}
	return fmt.Sprintf("mount it under volumes instead, as %s:%s:ro, where it is inside of the project; or drop read_only", ref.source.File, ref.target)
}

// checkSource refuses what only Swarm has.
func (r *replica) checkSource(ref fileReference) error {
	switch {
	case bool(ref.source.External):
		return r.refuse(ref.kind, "give it a file, content or environment", "%s is external, which only Swarm has", ref.Source)
	case ref.source.Driver != "":
		return r.refuse(ref.kind, "give it a file, content or environment", "%s has a driver, which only Swarm has", ref.Source)
	case ref.source.TemplateDriver != "":
		return r.refuse(ref.kind, "give it a file, content or environment", "%s has a template_driver, which only Swarm has", ref.Source)
	}
	return nil
}

// content is what is copied, and the executable bits of the file it is from: a
// script that could be run where it is mounted can be run where it is copied.
func (r *replica) content(ref fileReference) ([]byte, int64, error) {
	switch {
	case ref.source.Content != "":
		return []byte(ref.source.Content), 0, nil
	case ref.source.Environment != "":
		value, ok := r.project.Environment[ref.source.Environment]
		if !ok {
			return nil, 0, r.refuse(ref.kind, "set it, or write it into .env", "%s wants the environment variable %s, which is not set", ref.Source, ref.source.Environment)
		}
		return []byte(value), 0, nil
	case ref.source.File == "":
		return nil, 0, nil
	}
	content, mode, err := r.target.read(ref.source.File)
	if errors.Is(err, errDirectory) {
		return nil, 0, r.refuse(ref.kind, "name its files one by one", "%s is the folder %s, and only files can be copied to host %s", ref.Source, ref.source.File, r.target.Host.Name)
	}
	if err != nil {
		return nil, 0, r.refuse(ref.kind, "", "%s can't be read from %s: %v", ref.Source, ref.source.File, cause(err))
	}
	return content, int64(mode & 0o111 & fs.ModePerm), nil
}

func (r *replica) owner(kind, attribute, text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.Atoi(text)
	if err != nil {
		return 0, r.refuse(kind, "", "%s %q is not a number", attribute, text)
	}
	return id, nil
}
