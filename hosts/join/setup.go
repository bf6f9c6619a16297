package join

import (
	"fmt"
	"regexp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Source is where Docker is installed from.
type Source string

// The sources of Docker's packages.
const (
	// Distribution is the machine's own distribution.
	Distribution Source = "distribution"
	// DockerCom is Docker's own repository, download.docker.com.
	DockerCom Source = "docker.com"
)

// Setup is how Docker is installed where it is missing, and what else a machine gets.
type Setup struct {
	Source Source
	// Version is what the package's version begins with: "27", "27.3.1"; "" is the newest.
	Version string
	// Metadata is "hosts" where containers are kept from the metadata service of
	// the cloud that made the machine, which tells its private host key.
	Metadata string
}

var versions = regexp.MustCompile(`^[0-9][0-9A-Za-z.+~:-]*$`)

// SetupOf reads docker, docker-version and metadata of a location's template.
func SetupOf(l hosts.Location) (Setup, error) {
	s := Setup{Source: Distribution}
	if v, ok := l.Template["docker"].(string); ok && v != "" {
		s.Source = Source(v)
	}
	if s.Source != Distribution && s.Source != DockerCom {
		return s, fmt.Errorf("location %s: template: docker is %q: write %s or %s", l.Name, s.Source, Distribution, DockerCom)
	}
	if v, ok := l.Template["docker-version"]; ok && v != "" {
		s.Version = fmt.Sprint(v)
		if !versions.MatchString(s.Version) {
			return s, fmt.Errorf("location %s: template: docker-version is %q: write a version such as \"27.3\"", l.Name, s.Version)
		}
	}
	if l.Provider != "" && l.Template["metadata"] != "containers" {
		s.Metadata = "hosts"
	}
	return s, nil
}
