package container

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// composeVersion is the Docker Compose whose requests these are; tools that read
// its version label decide by it what they may expect.
const composeVersion = "5.6.0"

func (r *replica) labels() (map[string]string, error) {
	hash, err := hash(r.project, r.ServiceConfig)
	if err != nil {
		return nil, err
	}
	labels := map[string]string{}
	maps.Copy(labels, r.Labels)
	maps.Copy(labels, map[string]string{
		hosts.LabelProject:         r.project.Name,
		hosts.LabelService:         r.Name,
		hosts.LabelVersion:         composeVersion,
		hosts.LabelWorkingDir:      r.project.WorkingDir,
		hosts.LabelConfigFiles:     strings.Join(r.project.ComposeFiles, ","),
		hosts.LabelOneoff:          "False",
		hosts.LabelConfigHash:      hash,
		hosts.LabelContainerNumber: strconv.Itoa(r.number),
		hosts.LabelDependsOn:       r.dependencies(),
	})
	if len(r.project.EnvFiles) > 0 {
		labels[hosts.LabelEnvironmentFile] = strings.Join(r.project.EnvFiles, ",")
	}
	maps.Copy(labels, r.target.Labels)
	if o := r.target.Oneoff; o != nil {
		o.label(labels)
	}
	return labels, nil
}

// dependencies are "service:condition:restart,…" of those that exist; optional
// ones that a profile or a selection left out are no dependency.
func (r *replica) dependencies() string {
	var deps []string
	for _, name := range slices.Sorted(maps.Keys(r.DependsOn)) {
		d := r.DependsOn[name]
		if _, exists := r.project.Services[name]; !exists && !d.Required {
			continue
		}
		deps = append(deps, fmt.Sprintf("%s:%s:%t", name, d.Condition, d.Restart))
	}
	return strings.Join(deps, ",")
}

// resourceLabels are the labels of a network or volume of the project.
func resourceLabels(p *project.Project, own map[string]string, kind, key, hash string) map[string]string {
	labels := map[string]string{}
	maps.Copy(labels, own)
	maps.Copy(labels, map[string]string{
		kind:                  key,
		hosts.LabelProject:    p.Name,
		hosts.LabelVersion:    composeVersion,
		hosts.LabelConfigHash: hash,
	})
	return labels
}
