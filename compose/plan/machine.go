package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// The reasons of steps that make and delete machines.
const (
	ReasonRoom     Reason = "no room elsewhere"
	ReasonHeadroom Reason = "headroom"
	ReasonMin      Reason = "the location's least"
	ReasonEmpty    Reason = "empty"
)

// MakeHost makes a machine that becomes a host, or finishes one that was begun.
type MakeHost struct {
	// Location declares the host.
	Location hosts.Location
	Name     string
	// Size is what the provider calls it, "" for its own choice; Price is what an
	// hour of it costs, nil where nobody knows.
	Size  string
	Price *hosts.Price
	// For are the replicas that fit nowhere else: "web-7".
	For []string
	// Begun tells that the machine is there, and is yet to become a host.
	Begun bool
}

// RemoveHost deletes the machine of a host on which nothing is, if that is still
// so by then.
type RemoveHost struct {
	Location hosts.Location
	Name     string
}

func (MakeHost) action()   {}
func (RemoveHost) action() {}

func (a MakeHost) Verb() string {
	if a.Begun {
		return "finish"
	}
	return "make"
}
func (RemoveHost) Verb() string { return "delete" }

func (a MakeHost) Object() string {
	s := "host " + a.Name
	if a.Size != "" {
		s += ", size " + a.Size
	}
	if a.Price != nil {
		s += ", " + PriceText(*a.Price) + "/h"
	}
	return s
}
func (a RemoveHost) Object() string { return "host " + a.Name }

// PriceText is "0.0080 EUR", with as many digits as it takes.
func PriceText(p hosts.Price) string {
	text := strconv.FormatFloat(float64(p.Micros)/1e6, 'f', -1, 64)
	whole, part, _ := strings.Cut(text, ".")
	for len(part) < 4 {
		part += "0"
	}
	return fmt.Sprintf("%s.%s %s", whole, part, p.Currency)
}

// Needed has the steps that make the hosts without which replicas have no place.
// What else is to be done is decided once they are there; nil for none.
func (p *Plan) Needed() *Plan {
	return p.only(func(s Step) bool {
		_, makes := s.Action.(MakeHost)
		return makes && (s.Reason == ReasonRoom || s.Reason == ReasonInterrupted)
	})
}

// Resizing has the steps that keep the pool at its size: those that make hosts
// for what is yet to come, and those that delete empty ones; nil for none.
func (p *Plan) Resizing() *Plan {
	return p.only(func(s Step) bool {
		_, deletes := s.Action.(RemoveHost)
		return deletes || s.Reason == ReasonHeadroom || s.Reason == ReasonMin
	})
}

// Content is the plan without the steps that make and delete hosts.
func (p *Plan) Content() *Plan {
	rest := *p
	rest.Steps = nil
	for _, s := range p.Steps {
		switch s.Action.(type) {
		case MakeHost, RemoveHost:
		default:
			rest.Steps = append(rest.Steps, s)
		}
	}
	return &rest
}

func (p *Plan) only(wanted func(Step) bool) *Plan {
	part := &Plan{Project: p.Project}
	for _, s := range p.Steps {
		if wanted(s) {
			s.After = nil
			part.Steps = append(part.Steps, s)
		}
	}
	if part.Empty() {
		return nil
	}
	return part
}
