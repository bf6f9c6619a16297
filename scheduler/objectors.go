package scheduler

import "slices"

// objectors are the services of an errand that keep others away from their
// hosts, by whom they keep away. Which hosts these are the census knows, so that
// a host isn't asked what each service on it has against each that comes.
type objectors struct {
	exact    map[string][]string // services by the key of whom they keep away
	patterns []objection
}

// note adds what a service has against others. What is noted of one service
// follows on each other.
func (o *objectors) note(service string, against []target) {
	for _, aim := range against {
		switch known := o.exact[aim.key()]; {
		case !aim.exact():
			o.patterns = append(o.patterns, objection{service, aim})
		case o.exact == nil:
			o.exact = map[string][]string{aim.key(): {service}}
		case len(known) == 0 || known[len(known)-1] != service:
			o.exact[aim.key()] = append(known, service)
		}
	}
}

// to are the services that object to one, each once.
func (o *objectors) to(service string) []string {
	all := o.exact[service]
	for _, p := range o.patterns {
		if !slices.Contains(all, p.service) && p.target.matches(service) {
			all = append(slices.Clip(all), p.service)
		}
	}
	return all
}

// noteObjectors gathers what the services of sorted tasks have against others.
func (r *rulebook) noteObjectors(tasks []Task) error {
	for i := range tasks {
		t := &tasks[i]
		if i > 0 && sameService(t, &tasks[i-1]) && shared(t.Strategies, tasks[i-1].Strategies) {
			continue
		}
		set, err := r.of(t)
		if err != nil {
			return err
		}
		r.objectors.note(serviceKey(t), set.affinity.against(t))
	}
	return nil
}

func sameService(a, b *Task) bool { return a.Service == b.Service && a.Project == b.Project }
