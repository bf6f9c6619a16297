package plan

import "encoding/json"

// MarshalJSON is the plan for programs. It names what is created, but doesn't
// show its settings: the environment of a container may hold secrets.
func (p *Plan) MarshalJSON() ([]byte, error) {
	type step struct {
		ID          string   `json:"id"`
		Host        string   `json:"host"`
		Verb        string   `json:"verb"`
		Object      string   `json:"object"`
		Reason      Reason   `json:"reason"`
		After       []string `json:"after,omitempty"`
		Destructive bool     `json:"destructive,omitempty"`
	}
	type rejection struct {
		Host   string `json:"host"`
		Filter string `json:"filter"`
		Reason string `json:"reason"`
	}
	type ranking struct {
		Host    string   `json:"host"`
		Figures []string `json:"figures"`
	}
	type placement struct {
		Replica  string      `json:"replica"`
		Service  string      `json:"service"`
		Number   int         `json:"number"`
		Host     string      `json:"host"`
		Stays    bool        `json:"stays"`
		Fate     Fate        `json:"fate,omitempty"`
		From     string      `json:"from,omitempty"`
		Reason   string      `json:"reason,omitempty"`
		Ranked   []ranking   `json:"ranked,omitempty"`
		Rejected []rejection `json:"rejected,omitempty"`
	}
	type container struct {
		Host    string `json:"host"`
		Service string `json:"service"`
		Name    string `json:"name"`
	}
	out := struct {
		Project    string      `json:"project"`
		Placements []placement `json:"placements"`
		Steps      []step      `json:"steps"`
		Unchanged  []container `json:"unchanged"`
		Gain       []string    `json:"gain,omitempty"`
		Left       []string    `json:"left,omitempty"`
		Warnings   []string    `json:"warnings,omitempty"`
	}{Project: p.Project, Placements: []placement{}, Steps: []step{}, Unchanged: []container{}, Gain: p.Gain, Left: p.Left, Warnings: p.Warnings}
	for _, s := range p.Steps {
		out.Steps = append(out.Steps, step{s.ID, s.Host, s.Action.Verb(), s.Action.Object(), s.Reason, s.After, s.Destructive})
	}
	for i, d := range p.Placements {
		row := placement{Replica: d.Task.Name, Service: d.Task.Service, Number: d.Task.Number, Host: d.Host, Stays: d.Stays, Reason: d.Reason}
		if i < len(p.Replicas) {
			row.Fate, row.From = p.Replicas[i].Fate, p.Replicas[i].From
		}
		for _, r := range d.Ranked {
			row.Ranked = append(row.Ranked, ranking(r))
		}
		for _, r := range d.Rejected.All() {
			row.Rejected = append(row.Rejected, rejection{r.Host, r.Filter, r.Reason})
		}
		out.Placements = append(out.Placements, row)
	}
	for _, c := range p.Unchanged {
		out.Unchanged = append(out.Unchanged, container(c))
	}
	return json.Marshal(out)
}
