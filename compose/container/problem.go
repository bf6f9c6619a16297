package container

import "fmt"

// Problem is an attribute of a service that can't be honoured.
type Problem struct {
	// Service is the service's name.
	Service string
	// Attribute is its path in the service: "volumes", "deploy.endpoint_mode".
	Attribute string
	// Reason says what is wrong.
	Reason string
	// Hint says what to do instead; may be "".
	Hint string
	// Fatal problems stop the command; the others are warnings.
	Fatal bool
}

// Error is one sentence: "service web: volumes: REASON (HINT)".
func (p *Problem) Error() string {
	s := fmt.Sprintf("service %s: %s: %s", p.Service, p.Attribute, p.Reason)
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// refuse is a fatal problem of the replica's service.
func (r *replica) refuse(attribute, hint, format string, args ...any) error {
	return &Problem{
		Service: r.Name, Attribute: attribute, Hint: hint, Fatal: true,
		Reason: fmt.Sprintf(format, args...),
	}
}
