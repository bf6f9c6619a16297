package plan

import (
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// claimsOf are the labels by which calls for other projects see what a service
// demands of its hosts.
func (u *up) claimsOf(service string) map[string]string {
	labels, known := u.claims[service]
	if !known {
		labels = claims(scheduler.Task{
			Project: u.Project.Name, Service: service, Strategies: u.Project.ServiceClocker(service).Placement.Strategies,
		})
		u.claims[service] = labels
	}
	return labels
}

func claims(t scheduler.Task) map[string]string {
	alone, against := scheduler.NewCatalog().Claims(t)
	labels := map[string]string{}
	if alone {
		labels[hosts.LabelExclusive] = "true"
	}
	var away []string
	for _, o := range against {
		away = append(away, o.Project+"/"+o.Against)
	}
	if len(away) > 0 {
		labels[hosts.LabelAway] = strings.Join(away, ",")
	}
	return labels
}

// claim reads the labels that claims wrote into what a host is known for. Of
// containers whose services are being placed the files say it.
func claim(c *scheduler.Candidate, on hosts.Container) {
	service := on.Labels[hosts.LabelProject] + "/" + on.Labels[hosts.LabelService]
	if on.Labels[hosts.LabelExclusive] != "" {
		c.Exclusive = service
	}
	for aim := range strings.SplitSeq(on.Labels[hosts.LabelAway], ",") {
		if project, against, ok := strings.Cut(aim, "/"); ok {
			c.Objections = append(c.Objections, scheduler.Objection{Service: service, Project: project, Against: against})
		}
	}
}
