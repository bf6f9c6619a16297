package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/container"
)

// savedVersion is the version of the format of saved plans.
const savedVersion = 1

// Saved is a plan to be carried out later, if nothing has moved meanwhile. It
// tells what was planned for which state, and from which files it is made again:
// what containers are created with isn't in it, for that may be secret.
type Saved struct {
	Version int    `json:"version"`
	Project string `json:"project"`
	Source  Source `json:"source"`
	Asked   Asked  `json:"asked"`
	// Services are the configuration hashes of services.
	Services map[string]string `json:"services"`
	// Hosts are, for each host, whether it answered, and the project's containers.
	Hosts map[string][]string `json:"hosts"`
	// Steps are the plan's, in its order: "h1/create container shop-web-1: missing".
	Steps []string `json:"steps"`
}

// Source is where a project was loaded from. Paths are absolute.
type Source struct {
	Files     []string `json:"files"`
	Directory string   `json:"directory"`
	EnvFiles  []string `json:"envFiles,omitempty"`
	Profiles  []string `json:"profiles,omitempty"`
	Location  string   `json:"location,omitempty"`
}

// Asked are the options of an `up` that a plan was made with.
type Asked struct {
	Services           []string       `json:"services,omitempty"`
	Pull               string         `json:"pull,omitempty"`
	Scale              map[string]int `json:"scale,omitempty"`
	RemoveOrphans      bool           `json:"removeOrphans,omitempty"`
	IgnoreOrphans      bool           `json:"ignoreOrphans,omitempty"`
	ForceRecreate      bool           `json:"forceRecreate,omitempty"`
	NoRecreate         bool           `json:"noRecreate,omitempty"`
	NoStart            bool           `json:"noStart,omitempty"`
	NoDeps             bool           `json:"noDeps,omitempty"`
	AlwaysRecreateDeps bool           `json:"alwaysRecreateDeps,omitempty"`
	RenewAnonVolumes   bool           `json:"renewAnonVolumes,omitempty"`
	Timeout            *time.Duration `json:"timeout,omitempty"`
}

// Options are those that were asked for.
func (a Asked) Options() Options {
	return Options{
		Services: a.Services, Pull: a.Pull, Scale: a.Scale, RemoveOrphans: a.RemoveOrphans, IgnoreOrphans: a.IgnoreOrphans,
		ForceRecreate: a.ForceRecreate, NoRecreate: a.NoRecreate, NoStart: a.NoStart, NoDeps: a.NoDeps,
		AlwaysRecreateDeps: a.AlwaysRecreateDeps, RenewAnonVolumes: a.RenewAnonVolumes, Timeout: a.Timeout,
	}
}

func askedOf(o Options) Asked {
	return Asked{
		Services: o.Services, Pull: o.Pull, Scale: o.Scale, RemoveOrphans: o.RemoveOrphans, IgnoreOrphans: o.IgnoreOrphans,
		ForceRecreate: o.ForceRecreate, NoRecreate: o.NoRecreate, NoStart: o.NoStart, NoDeps: o.NoDeps,
		AlwaysRecreateDeps: o.AlwaysRecreateDeps, RenewAnonVolumes: o.RenewAnonVolumes, Timeout: o.Timeout,
	}
}

// Save is the plan that was made for a request.
func Save(r Request, p *Plan, from Source) Saved {
	s := Saved{
		Version: savedVersion, Project: p.Project, Source: from, Asked: askedOf(r.Options),
		Services: map[string]string{}, Hosts: map[string][]string{},
	}
	for _, name := range r.Project.ServiceNames() {
		hash, err := container.Hash(r.Project, name, container.Target{})
		if err == nil {
			s.Services[name] = hash
		}
	}
	for _, o := range r.State.Observations {
		s.Hosts[o.Host.Name] = []string{"ready: " + fmt.Sprint(o.Host.Status.Ready), "availability: " + string(o.Host.Availability)}
	}
	for _, c := range r.State.Project(p.Project) {
		s.Hosts[c.Host] = append(s.Hosts[c.Host], fmt.Sprintf("%s: %s, %s", c.Name, c.State, c.ID[:min(shortID, len(c.ID))]))
	}
	for _, step := range p.Steps {
		s.Steps = append(s.Steps, step.ID+": "+string(step.Reason))
	}
	return s
}

// Write writes it as JSON.
func (s Saved) Write(out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}

// ReadSaved reads what Write wrote.
func ReadSaved(in io.Reader) (Saved, error) {
	var s Saved
	if err := json.NewDecoder(io.LimitReader(in, 1<<30)).Decode(&s); err != nil {
		return s, fmt.Errorf("it isn't a plan: %w", err)
	}
	if s.Version != savedVersion || s.Project == "" {
		return s, fmt.Errorf("it is a plan of version %d, and this program reads version %d", s.Version, savedVersion)
	}
	return s, nil
}

// Check compares what was saved with the same plan made now. An error says in a
// sentence what has moved. What moves without a difference to the steps is no
// matter.
func (s Saved) Check(now Saved) error {
	moved := s.changedService(now)
	if moved == "" && slices.Equal(s.Steps, now.Steps) {
		return nil
	}
	for _, find := range []func(Saved) string{s.changedHost, s.changedStep} {
		if moved == "" {
			moved = find(now)
		}
	}
	return fmt.Errorf("the plan no longer holds: %s; make a new one", moved)
}

func (s Saved) changedService(now Saved) string {
	for _, name := range slices.Sorted(maps.Keys(now.Services)) {
		switch was, known := s.Services[name]; {
		case !known:
			return "service " + name + " is new in the files"
		case was != now.Services[name]:
			return "service " + name + " has changed in the files"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Services)) {
		if _, there := now.Services[name]; !there {
			return "service " + name + " is gone from the files"
		}
	}
	return ""
}

func (s Saved) changedHost(now Saved) string {
	all := maps.Clone(s.Hosts)
	maps.Copy(all, now.Hosts)
	for _, host := range slices.Sorted(maps.Keys(all)) {
		was, known := s.Hosts[host]
		is, there := now.Hosts[host]
		switch {
		case !known:
			return "host " + host + " has come to the pool"
		case !there:
			return "host " + host + " has left the pool"
		}
		if what := changedThing(host, was, is); what != "" {
			return what
		}
	}
	return ""
}

// changedThing is the first of "NAME: STATE" lines that differs.
func changedThing(host string, was, is []string) string {
	before := map[string]string{}
	for _, line := range was {
		name, state, _ := strings.Cut(line, ": ")
		before[name] = state
	}
	for _, line := range is {
		name, state, _ := strings.Cut(line, ": ")
		old, known := before[name]
		delete(before, name)
		switch {
		case !known:
			return fmt.Sprintf("%s on host %s is new (%s)", name, host, state)
		case old != state:
			return fmt.Sprintf("%s on host %s was %s, and is %s", name, host, old, state)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		return fmt.Sprintf("%s on host %s is gone", name, host)
	}
	return ""
}

func (s Saved) changedStep(now Saved) string {
	for _, step := range now.Steps {
		if !slices.Contains(s.Steps, step) {
			return "it would now " + phrase(step)
		}
	}
	for _, step := range s.Steps {
		if !slices.Contains(now.Steps, step) {
			return "it would no longer " + phrase(step)
		}
	}
	return "its steps would be in another order"
}

// phrase turns "h1/create container web: missing" into "create container web on host h1 (missing)".
func phrase(step string) string {
	host, what, _ := strings.Cut(step, "/")
	i := strings.LastIndex(what, ": ")
	if i < 0 {
		return what + " on host " + host
	}
	return what[:i] + " on host " + host + " (" + what[i+2:] + ")"
}
