package scheduler

import (
	"fmt"
	"path"
	"strings"
)

// AffinityRule is one rule of whom to be with, or away from:
//
//	[prefer] [not] service [NAME]     a service of this project, or PROJECT/NAME; without a name, its own
//	[prefer] [not] project [NAME]     any service of a project; without a name, of its own
//	[prefer] [not] same               its own service
//	[prefer] [not] empty              a host without containers
//
// Words may be in capitals, and Clocker's are understood: SAME before a kind,
// TYPE and NAME for service, ID for PROJECT/SERVICE, APPLICATION for project.
// Names may hold * and ?.
type AffinityRule struct {
	// Soft rules rank hosts, others remove them.
	Soft bool
	// Not wants hosts for which the rest doesn't hold.
	Not bool
	// Empty speaks of hosts without containers, otherwise of those that have a
	// service: Project "" is the task's own, Service "" is the task's own too,
	// and both may hold * and ?.
	Empty            bool
	Project, Service string
}

// SyntaxError is something wrong in a text that a user wrote as a value.
type SyntaxError struct {
	// Text is the whole, Offset counts bytes of it from 0.
	Text    string
	Offset  int
	Message string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%q: %s", e.Text, e.Message) }

// At is the Offset.
func (e *SyntaxError) At() int { return e.Offset }

// ParseAffinity reads a rule; its error is a [*SyntaxError].
func ParseAffinity(text string) (AffinityRule, error) {
	p := affinityParser{text: text}
	var r AffinityRule
	r.Soft = p.accept("prefer")
	r.Not = p.accept("not")
	if !r.Not && p.accept("same") {
		if p.rest() == "" {
			return r, nil
		}
	}
	at := p.at
	kind := strings.ToLower(p.word())
	operandAt := p.skip()
	operand := p.word()
	if extra := p.rest(); extra != "" {
		return AffinityRule{}, p.wrong(p.skip(), "nothing may follow a rule, but %q does", extra)
	}
	if err := r.aim(kind, operand); err != nil {
		if kind != "" && operand != "" && knownKind(kind) {
			at = operandAt
		}
		return AffinityRule{}, p.wrong(at, "%s", err)
	}
	return r, nil
}

func knownKind(kind string) bool {
	switch kind {
	case "service", "type", "name", "id", "project", "application", "same", "empty":
		return true
	}
	return false
}

// aim sets whom the rule speaks of.
func (r *AffinityRule) aim(kind, operand string) error {
	if _, err := path.Match(operand, ""); err != nil {
		return fmt.Errorf("%q isn't a name or a pattern of one", operand)
	}
	switch kind {
	case "service", "type", "name", "id":
		return r.aimAtService(kind, operand)
	case "project", "application":
		if strings.Contains(operand, "/") {
			return fmt.Errorf("a project's name has no /, but %q has", operand)
		}
		r.Project, r.Service = operand, "*"
	case "same", "empty":
		if operand != "" {
			return fmt.Errorf("nothing may follow %s, but %q does", kind, operand)
		}
		r.Empty = kind == "empty"
	case "":
		return fmt.Errorf("say what the rule speaks of: service NAME, project NAME, same or empty")
	default:
		return fmt.Errorf("a rule speaks of a service, a project, same or empty, not of %q", kind)
	}
	return nil
}

func (r *AffinityRule) aimAtService(kind, operand string) error {
	project, service, both := strings.Cut(operand, "/")
	switch {
	case kind == "id" && !both:
		return fmt.Errorf("an id is PROJECT/SERVICE, not %q", operand)
	case both && (project == "" || service == "" || strings.Contains(service, "/")):
		return fmt.Errorf("%q isn't NAME or PROJECT/NAME", operand)
	case both:
		r.Project, r.Service = project, service
	default:
		r.Service = operand
	}
	return nil
}

// String is the rule in the readable form, which parses to the same.
func (r AffinityRule) String() string {
	var words []string
	if r.Soft {
		words = append(words, "prefer")
	}
	if r.Not {
		words = append(words, "not")
	}
	switch {
	case r.Empty:
		words = append(words, "empty")
	case r.Service == "":
		words = append(words, "same")
	case r.Service == "*" && r.Project == "":
		words = append(words, "project")
	case r.Service == "*":
		words = append(words, "project", r.Project)
	case r.Project == "":
		words = append(words, "service", r.Service)
	default:
		words = append(words, "service", r.Project+"/"+r.Service)
	}
	return strings.Join(words, " ")
}

// affinityParser walks over the words of a rule.
type affinityParser struct {
	text string
	at   int
}

const blanks = " \t\r\n"

// skip goes to the next word, and returns where it begins.
func (p *affinityParser) skip() int {
	p.at = len(p.text) - len(strings.TrimLeft(p.text[p.at:], blanks))
	return p.at
}

func (p *affinityParser) rest() string { return strings.Trim(p.text[p.at:], blanks) }

// word takes the next word; "" at the end.
func (p *affinityParser) word() string {
	rest := p.text[p.skip():]
	if end := strings.IndexAny(rest, blanks); end >= 0 {
		rest = rest[:end]
	}
	p.at += len(rest)
	return rest
}

// accept takes the next word if it is this one.
func (p *affinityParser) accept(keyword string) bool {
	before := p.skip()
	if strings.EqualFold(p.word(), keyword) {
		p.skip()
		return true
	}
	p.at = before
	return false
}

func (p *affinityParser) wrong(at int, format string, args ...any) error {
	return &SyntaxError{Text: p.text, Offset: at, Message: fmt.Sprintf(format, args...)}
}
