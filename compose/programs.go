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

// verdicts asks the programs that services name, once each.
func (e *Env) verdicts(ctx context.Context, p *project.Project, s state.Snapshot) (map[string]map[string]*scheduler.Verdicts, error) {
	users := programUsers(p)
	if len(users) == 0 {
		return nil, nil
	}
	if e.AskProgram == nil {
		return nil, errors.New("programs can't be called here")
	}
	all := map[string]map[string]*scheduler.Verdicts{}
	for _, program := range slices.Sorted(maps.Keys(users)) {
		answer, err := e.consult(ctx, program, questionTo(p.Name, users[program], s))
		if err != nil {
			return nil, err
		}
		all[program] = map[string]*scheduler.Verdicts{}
		for _, service := range users[program] {
			all[program][service] = &scheduler.Verdicts{Program: program, Hosts: answer.Services[service]}
		}
	}
	return all, nil
}

// programUsers are the services that name each program, sorted.
func programUsers(p *project.Project) map[string][]string {
	users := map[string][]string{}
	for _, service := range slices.Sorted(slices.Values(p.ServiceNames())) {
		for _, s := range p.ServiceClocker(service).Placement.Strategies {
			if program, named := s.Value.(string); named && s.Name == "exec" && !slices.Contains(users[program], service) {
				users[program] = append(users[program], service)
			}
		}
	}
	return users
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
