package execute

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// HookLine is a line that a hook has written.
type HookLine struct {
	// Source is the name of the container, or of the hook.
	Source  string
	Service string
	Text    string
}

// RunHooks runs the hooks of a container, one after the other.
func (x *Executor) RunHooks(ctx context.Context, engine Engine, id, name string, hooks []plan.Hook) error {
	for _, h := range hooks {
		out, complaint := x.hearing(name, h.Service), x.hearing(name, h.Service)
		code, err := engine.RunExec(ctx, id, h.ExecOptions, hosts.Streams{Out: out, Err: complaint})
		out.end()
		complaint.end()
		if err != nil {
			return err
		}
		if code != 0 {
			return failure(fmt.Sprintf("%s hook exited with status %d", h.Service, code), complaint, out)
		}
	}
	return nil
}

// runPreStop runs the hooks of a container that is about to be stopped; one that
// has stopped meanwhile needs none.
func (x *Executor) runPreStop(ctx context.Context, engine Engine, id, name string, hooks []plan.Hook) error {
	err := x.RunHooks(ctx, engine, id, name, hooks)
	if errors.Is(err, hosts.ErrNotFound) || errors.Is(err, hosts.ErrConflict) {
		return nil
	}
	return err
}

// runHook runs a container to its end. One that fails is kept, so that the user
// can look at it; the next run, or down, removes it.
func (r *run) runHook(ctx context.Context, engine Engine, s plan.Step, a plan.RunHook) error {
	return r.doing(s, "Container "+a.Spec.Name, "Starting", "Exited", func() error {
		id, err := hookContainer(ctx, engine, a)
		if err != nil {
			return err
		}
		code, err := finish(ctx, engine, id)
		if err != nil {
			return errors.Join(err, discard(ctx, engine, id))
		}
		heard := r.hearing(fmt.Sprintf("%s %s[%d]", a.Service, "pre_start", a.Index), a.Service)
		err = engine.Logs(ctx, id, hosts.LogOptions{}, func(l hosts.LogLine) { heard.line(string(l.Text)) })
		if code != 0 {
			return fmt.Errorf("%w (hook container %.12s retained for inspection)",
				failure(fmt.Sprintf("service %q pre_start[%d] exited with code %d", a.Service, a.Index, code), heard), id)
		}
		return errors.Join(err, discard(ctx, engine, id))
	})
}

// hookContainer creates it, in the place of one that failed before.
func hookContainer(ctx context.Context, engine Engine, a plan.RunHook) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := discard(ctx, engine, a.Spec.Name); err != nil {
		return "", err
	}
	from, err := engine.InspectContainer(ctx, a.From)
	if err != nil {
		return "", err
	}
	spec := a.Spec
	host := *spec.HostConfig
	host.VolumesFrom = append(slices.Clone(host.VolumesFrom), from.ID)
	spec.HostConfig = &host
	return engine.CreateContainer(ctx, spec)
}

// finish starts a container and waits for its end, however long that takes.
func finish(ctx context.Context, engine Engine, id string) (code int, err error) {
	if err := engine.StartContainer(ctx, id); err != nil {
		return 0, err
	}
	return engine.WaitContainer(ctx, id)
}

// discard removes a container, also where ctx has ended.
func discard(ctx context.Context, engine Engine, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	return gone(engine.RemoveContainer(ctx, id, true, true))
}

// What is kept of a hook's output to explain its failure.
const (
	tailLines = 10
	tailBytes = 2048
)

// hearing passes the lines of a hook on, and keeps the last.
type hearing struct {
	output          func(HookLine)
	source, service string
	partial         []byte
	last            []string
}

func (x *Executor) hearing(source, service string) *hearing {
	return &hearing{output: x.HookOutput, source: source, service: service}
}

func (h *hearing) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line, more, whole := bytes.Cut(rest, []byte("\n"))
		h.partial = append(h.partial, line...)
		if whole || len(h.partial) > tailBytes {
			h.end()
		}
		rest = more
	}
	return len(p), nil
}

// end takes what is left for a line.
func (h *hearing) end() {
	if len(h.partial) > 0 {
		h.line(strings.TrimSuffix(string(h.partial), "\r"))
	}
	h.partial = h.partial[:0]
}

func (h *hearing) line(text string) {
	if h.output != nil {
		h.output(HookLine{Source: h.source, Service: h.service, Text: text})
	}
	if h.last = append(h.last, text); len(h.last) > tailLines {
		h.last = h.last[1:]
	}
}

// failure explains itself by the last lines of the first that has any.
func failure(sentence string, heard ...*hearing) error {
	for _, h := range heard {
		if text := strings.TrimSpace(strings.Join(h.last, "\n")); text != "" {
			return errors.New(sentence + ": " + strings.ToValidUTF8(text[max(0, len(text)-tailBytes):], ""))
		}
	}
	return errors.New(sentence)
}
