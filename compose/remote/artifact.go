package remote

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// The words by which an artifact is known for a project, as Docker Compose
// writes them.
const (
	typeProject  = "application/vnd.docker.compose.project"
	typeConfigV0 = "application/vnd.docker.compose.config.empty.v1+json"
	typeFile     = "application/vnd.docker.compose.file+yaml"
	typeEnvFile  = "application/vnd.docker.compose.envfile"

	annotationFile    = "com.docker.compose.file"
	annotationEnvFile = "com.docker.compose.envfile"
	annotationExtends = "com.docker.compose.extends"
	annotationVersion = "com.docker.compose.version"
)

const (
	maxManifest = 4 << 20
	maxFile     = 8 << 20
	maxFiles    = 256
)

// isProject tells whether a manifest is a project's.
func isProject(m ocispec.Manifest) bool {
	return m.ArtifactType == typeProject || m.Config.MediaType == typeConfigV0
}

// layerFile is the name of the file that a layer becomes; "" is a document of
// the compose file, and ok is false for what isn't known here.
func layerFile(l ocispec.Descriptor) (name string, ok bool, err error) {
	switch l.MediaType {
	case typeFile:
		if l.Annotations[annotationExtends] != "true" {
			return "", true, nil
		}
		name = l.Annotations[annotationFile]
	case typeEnvFile:
		name = l.Annotations[annotationEnvFile]
	default:
		return "", false, nil
	}
	if name == "" || name != filepath.Base(name) || !filepath.IsLocal(name) || name == "." {
		return "", false, fmt.Errorf("refused: a file of the artifact is called %q", name)
	}
	return name, true, nil
}

// unpacker writes the files of an artifact into a folder.
type unpacker struct {
	folder    string
	documents []byte
	any       bool
}

func (u *unpacker) add(l ocispec.Descriptor, content []byte) error {
	name, ok, err := layerFile(l)
	switch {
	case err != nil || !ok:
		return err
	case name == "":
		if u.any {
			u.documents = append(u.documents, "\n---\n"...)
		}
		u.documents, u.any = append(u.documents, content...), true
		return nil
	}
	return writeNew(filepath.Join(u.folder, name), content)
}

func (u *unpacker) finish() error {
	if !u.any {
		return errors.New("there is no compose file in the artifact")
	}
	return writeNew(filepath.Join(u.folder, "compose.yaml"), u.documents)
}

func writeNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}
