package main

import (
	"context"
	"fmt"
	"slices"

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

// attachment is what the flags and the files say of whose output is shown.
func (o upOptions) attachment(p *project.Project, planned *plan.Plan) compose.AttachOptions {
	return compose.AttachOptions{
		Project:  p.Name,
		Services: p.ServiceNames(),
		Silent:   slices.DeleteFunc(p.ServiceNames(), func(name string) bool { return o.shows(p, name) }),
		Started:  started(planned),
	}
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
