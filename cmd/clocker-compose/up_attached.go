package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// attachOptions say whose output an attached up shows, and when it ends.
type attachOptions struct {
	look         logLook
	only         []string
	except       []string
	dependencies bool
	// watch brings changes of files to the containers.
	watch bool
	// menu says whether keys are listened to; nil leaves it to the environment.
	menu *bool

	abortOnExit, abortOnFailure bool
	exitCodeFrom                string
}

func parseAttach(c *cli.Context) attachOptions {
	from := c.String("exit-code-from")
	return attachOptions{
		look:           parseLook(c),
		only:           c.StringSlice("attach"),
		watch:          c.Bool("watch"),
		menu:           given(c, "menu"),
		except:         c.StringSlice("no-attach"),
		dependencies:   c.Bool("attach-dependencies"),
		abortOnExit:    c.Bool("abort-on-container-exit") || from != "",
		abortOnFailure: c.Bool("abort-on-container-failure"),
		exitCodeFrom:   from,
	}
}

// attached brings the project up, shows its output until it ends, and stops
// what it has started when the user interrupts or a flag says so.
func (o upOptions) attached(ctx context.Context, s *session, p *project.Project, env *compose.Env) error {
	if from := o.attach.exitCodeFrom; from != "" && !slices.Contains(p.ServiceNames(), from) {
		return fmt.Errorf("no such service: %s", from)
	}
	if err := o.checkAttach(p); err != nil {
		return err
	}
	if o.attach.watch {
		if err := compose.CheckWatch(env, p, o.Services); err != nil {
			return err
		}
	}
	menu := s.openMenu(s.wantsMenu(o.attach.menu))
	defer menu.close()
	a := newAttendance(o, s, p, env, menu)
	return a.run(ctx)
}

func (o upOptions) checkAttach(p *project.Project) error {
	if unknown := without(o.attach.only, p.ServiceNames()); len(unknown) > 0 {
		return fmt.Errorf("cannot attach to services not included in up: %s", strings.Join(unknown, ", "))
	}
	return nil
}

// attachment is what the flags and the files say of whose output is shown, and
// whose end is the end: of those that were named, or else of those that are shown.
func (o upOptions) attachment(p *project.Project, planned *plan.Plan) compose.AttachOptions {
	shown := slices.DeleteFunc(p.ServiceNames(), func(name string) bool { return !o.shows(p, name) })
	awaited := o.Services
	if len(awaited) == 0 {
		awaited = shown
	}
	if len(awaited) == 0 {
		awaited = p.ServiceNames()
	}
	return compose.AttachOptions{
		Project:  p.Name,
		Services: awaited,
		Silent:   without(awaited, shown),
		Besides:  without(shown, awaited),
		Started:  started(planned),
	}
}

// without are the names that aren't among the others, sorted.
func without(names, others []string) []string {
	rest := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
	slices.Sort(rest)
	return slices.Compact(rest)
}

// brought are the services that an interrupt stops: those that were named, and
// not what they depend on, or else all.
func (o upOptions) brought(p *project.Project) []string {
	if len(o.Services) > 0 {
		return o.Services
	}
	return p.ServiceNames()
}

// shows tells whether a service's output is shown.
func (o upOptions) shows(p *project.Project, service string) bool {
	switch {
	case slices.Contains(o.attach.except, service):
		return false
	case len(o.attach.only) > 0:
		return slices.Contains(o.attach.only, service)
	case len(o.Services) > 0 && !o.attach.dependencies && !slices.Contains(o.Services, service):
		return false
	}
	attach := p.Services[service].Attach
	return attach == nil || *attach
}

// started are the names of the containers that a plan starts.
func started(p *plan.Plan) []string {
	var names []string
	for _, step := range p.Steps {
		if start, ok := step.Action.(plan.StartContainer); ok {
			names = append(names, start.Name)
		}
	}
	return names
}
