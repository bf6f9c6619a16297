// Package local makes hosts of containers on the engine that the user has: each
// runs an engine of its own, which is reached through its container. They are
// for trying out, and for tests; what they share is one machine.
//
// What is ours is known by the containers' labels. A container's name comes of
// location and host, and an engine gives it to one alone: whoever has created
// the container has the order.
package local

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// The options of the template.
const (
	optionImage   = "image"
	optionVersion = "docker-version"
	optionEngine  = "dockerd"
)

// Kind is what stands under provider: local.
func Kind() hosts.ProviderKind {
	return hosts.ProviderKind{
		Name: "local",
		Options: []hosts.Option{
			{Name: optionEngine, Type: hosts.OptionList, Help: "Arguments of each host's dockerd, such as --registry-mirror=https://mirror.example."},
		},
		Open: open,
	}
}

// The images that hosts run: Docker's own, which has engine and client.
const (
	image          = "docker:dind"
	imageOfVersion = "docker:%s-dind"
)

// versionForm is that of a version in the tag of an image.
var versionForm = regexp.MustCompile(`^[0-9][0-9A-Za-z.-]*$`)

var errNoEngine = errors.New("there is no engine here whose containers may be hosts")

func open(s hosts.ProviderSetup) (hosts.Provider, error) {
	if s.Engine == nil {
		return nil, errNoEngine
	}
	t := s.Location.Template
	p := &Provider{image: cmp.Or(t.Text(optionImage), image), arguments: t.List(optionEngine), engine: s.Engine}
	if version := t.Text(optionVersion); version != "" && t.Text(optionImage) == "" {
		if !versionForm.MatchString(version) {
			return nil, fmt.Errorf("template: docker-version is %q: write a version of the image docker, such as \"27.3\"", version)
		}
		p.image = fmt.Sprintf(imageOfVersion, version)
	}
	return p, nil
}
