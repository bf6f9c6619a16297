package plan

import (
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// ours begins the labels of what we keep on hosts for ourselves.
const ours = "io.clocker."

// Occupied says in a few words what keeps a host from being deleted: that it
// doesn't answer, containers of whoever it may be, or volumes that have a name
// and so hold data. It is "" for a host that is empty. What we keep there for
// ourselves, and copies of what this machine has, are nothing.
func Occupied(o *hosts.Observation) string {
	if !o.Host.Status.Ready {
		return "it doesn't answer: " + o.Host.Status.Reason
	}
	for _, c := range o.Containers {
		if c.Labels[hosts.LabelFabric] == "" {
			return "container " + c.Name + " is on it"
		}
	}
	for _, v := range o.Volumes {
		if !anonymous(v.Name) && !own(v.Labels) && v.Name != hosts.FabricVolume {
			return "volume " + v.Name + " is on it"
		}
	}
	return ""
}

// own tells what is kept for ourselves: any that has a label of ours and none of
// a project, but for files of projects.
func own(labels map[string]string) bool {
	for key := range labels {
		if strings.HasPrefix(key, ours) && (labels[hosts.LabelProject] == "" || strings.HasPrefix(key, hosts.LabelFiles)) {
			return true
		}
	}
	return false
}

// outcome is what hosts have once steps are done, as far as that decides whether
// they are empty and what is free on them.
func outcome(s state.Snapshot, steps []Step) state.Snapshot {
	after := state.Snapshot{Observations: slices.Clone(s.Observations)}
	at := map[string]*hosts.Observation{}
	for i := range after.Observations {
		o := &after.Observations[i]
		o.Containers, o.Volumes = slices.Clone(o.Containers), slices.Clone(o.Volumes)
		at[o.Host.Name] = o
	}
	for _, step := range steps {
		if o := at[step.Host]; o != nil {
			come(o, step.Action)
		}
	}
	return after
}

// come does to a host what an action leaves there.
func come(o *hosts.Observation, a Action) {
	switch a := a.(type) {
	case CreateContainer:
		o.Containers = append(o.Containers, hosts.Container{Name: a.Spec.Name, Labels: a.Spec.Config.Labels})
	case RemoveContainer:
		o.Containers = slices.DeleteFunc(o.Containers, func(c hosts.Container) bool { return c.ID == a.ID })
	case CreateVolume:
		o.Volumes = append(o.Volumes, hosts.Volume{Name: a.Spec.Name, Labels: a.Spec.Labels})
	case RemoveVolume:
		o.Volumes = slices.DeleteFunc(o.Volumes, func(v hosts.Volume) bool { return v.Name == a.Name })
	}
}
