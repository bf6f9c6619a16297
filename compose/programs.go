package compose

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// programVersion is the version of what programs are asked, and answer.
const programVersion = 1

// programQuestion is what a program is asked: about all hosts for all services
// that name it, once a plan.
type programQuestion struct {
	Version  int              `json:"version"`
	Project  string           `json:"project"`
	Services []programService `json:"services"`
	Hosts    []programHost    `json:"hosts"`
}

type programService struct {
	Name string `json:"name"`
}

// programHost is a host as it was observed, without how it is reached.
type programHost struct {
	Name       string            `json:"name"`
	Location   string            `json:"location"`
	Labels     map[string]string `json:"labels,omitempty"`
	Platform   string            `json:"platform"`
	Ready      bool              `json:"ready"`
	Drained    bool              `json:"drained,omitempty"`
	Capacity   hosts.Resources   `json:"capacity"`
	Use        *hosts.Use        `json:"use,omitempty"`
	Containers int               `json:"containers"`
}

// programAnswer has verdicts by service and host.
type programAnswer struct {
	Version  int                                     `json:"version"`
	Services map[string]map[string]scheduler.Verdict `json:"services"`
}

// verdicts asks the programs that services and locations name, once each.
func (e *Env) verdicts(ctx context.Context, p *project.Project, s state.Snapshot) (map[string]*scheduler.Verdicts, error) {
	users := e.programUsers(p)
	if len(users) == 0 {
		return nil, nil
	}
	if e.AskProgram == nil {
		return nil, errors.New("programs can't be called here")
	}
	all := map[string]*scheduler.Verdicts{}
	for _, program := range slices.Sorted(maps.Keys(users)) {
		answer, err := e.consult(ctx, program, questionTo(p.Name, users[program], s))
		if err != nil {
			return nil, &project.Error{Position: p.WhereProgram(program), Message: err.Error()}
		}
		all[program] = &scheduler.Verdicts{Program: program, Services: answer.Services}
	}
	return all, nil
}

// programUsers are the services that each program is asked about, sorted: those
// that name it, and all where a location of the pool does.
func (e *Env) programUsers(p *project.Project) map[string][]string {
	users := map[string][]string{}
	all := slices.Sorted(slices.Values(p.ServiceNames()))
	for _, service := range all {
		for _, program := range programsIn(p.ServiceClocker(service).Placement.Strategies) {
			users[program] = append(users[program], service)
		}
	}
	for _, h := range e.Pool {
		for _, program := range programsIn(e.Locations[h.Location].Strategies) {
			users[program] = all
		}
	}
	return users
}

// programsIn are the programs that a list names, each once.
func programsIn(strategies []hosts.Strategy) []string {
	var all []string
	for _, s := range strategies {
		if program, named := s.Value.(string); named && s.Name == "exec" && !slices.Contains(all, program) {
			all = append(all, program)
		}
	}
	return all
}

func questionTo(projectName string, services []string, s state.Snapshot) programQuestion {
	q := programQuestion{Version: programVersion, Project: projectName}
	for _, name := range services {
		q.Services = append(q.Services, programService{name})
	}
	for _, o := range s.Observations {
		h := o.Host
		q.Hosts = append(q.Hosts, programHost{
			Name: h.Name, Location: h.Location, Labels: h.Labels, Platform: h.Platform.String(), Ready: h.Status.Ready,
			Drained: h.Availability == hosts.Drain, Capacity: h.Capacity, Use: h.Use, Containers: len(o.Containers),
		})
	}
	return q
}

// consult calls a program, and reads its answer.
func (e *Env) consult(ctx context.Context, program string, q programQuestion) (programAnswer, error) {
	var answer programAnswer
	asked, err := json.Marshal(q)
	if err != nil {
		return answer, err
	}
	said, err := e.AskProgram(ctx, program, asked)
	if err != nil {
		return answer, fmt.Errorf("program %s: %w", program, err)
	}
	if err := json.Unmarshal(said, &answer); err != nil {
		return answer, fmt.Errorf("program %s: its answer isn't the JSON that it should be: %w", program, err)
	}
	if answer.Version != programVersion {
		return answer, fmt.Errorf("program %s: its answer has version %d, and should have %d", program, answer.Version, programVersion)
	}
	return answer, nil
}
