package plan

import (
	"slices"

	"github.com/clocker-compose/clocker-compose/scheduler"
)

// stayingExplained bounds how many placings are made again to explain replicas
// that stay: each is as much work as all of the plan's.
const stayingExplained = 200

// Explain says for which replicas a plan ranks the hosts.
type Explain struct {
	// All is for all of them, Services for those of some services.
	All      bool
	Services []string
}

func (e Explain) wants(t *scheduler.Task) bool {
	return e.All || slices.Contains(e.Services, t.Service)
}

func (e Explain) any() bool { return e.All || len(e.Services) > 0 }

// place asks the scheduler, for explanations too where they are wanted.
func (u *up) place(tasks []scheduler.Task, pool []scheduler.Candidate) ([]scheduler.Decision, error) {
	catalog := scheduler.NewCatalog()
	if !u.Explain.any() {
		return catalog.Place(tasks, pool)
	}
	decisions, err := catalog.Explain(tasks, pool, u.Explain.wants)
	if err == nil {
		err = u.explainStaying(catalog, decisions, pool)
	}
	return decisions, err
}

// explainStaying ranks the hosts for replicas that stay: as if each were placed
// now, with all others where they are. Replicas of a service on one host have
// one answer.
func (u *up) explainStaying(catalog scheduler.Catalog, decisions []scheduler.Decision, pool []scheduler.Candidate) error {
	settled := make([]scheduler.Task, len(decisions))
	for i, d := range decisions {
		settled[i] = d.Task
		settled[i].Current = d.Host
	}
	known := map[[2]string]*scheduler.Decision{}
	for i := range decisions {
		d := &decisions[i]
		if !d.Stays || d.Task.Tied || d.Task.Group != "" || !u.Explain.wants(&d.Task) {
			continue
		}
		key := [2]string{d.Task.Service, d.Host}
		if known[key] == nil && len(known) < stayingExplained {
			anew, err := u.placeAnew(catalog, settled, i, pool)
			if err != nil {
				return err
			}
			known[key] = anew
		}
		if anew := known[key]; anew != nil {
			d.Ranked, d.Rejected = anew.Ranked, anew.Rejected
		}
	}
	return nil
}

// placeAnew is the decision for one task if it were new.
func (u *up) placeAnew(catalog scheduler.Catalog, settled []scheduler.Task, i int, pool []scheduler.Candidate) (*scheduler.Decision, error) {
	tasks := slices.Clone(settled)
	tasks[i].Current = ""
	same := func(t *scheduler.Task) bool { return t.Service == tasks[i].Service && t.Number == tasks[i].Number }
	decisions, err := catalog.Explain(tasks, pool, same)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(decisions, func(d scheduler.Decision) bool { return same(&d.Task) })
	return &decisions[at], nil
}
