package compose

import (
	"fmt"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// environments are what the user's Docker configuration gives to containers, by
// host.
func (e *Env) environments() map[string]map[string]string {
	all := map[string]map[string]string{}
	if e.Environment == nil {
		return all
	}
	for _, h := range e.Pool {
		all[h.Name] = e.Environment(h)
	}
	return all
}

// credentials are the user's registry logins, where a service is to have them.
func (e *Env) credentials(p *project.Project) ([]byte, error) {
	if e.Credentials == nil {
		return nil, nil
	}
	for _, name := range p.ServiceNames() {
		if !p.Services[name].UseAPISocket {
			continue
		}
		logins, err := e.Credentials()
		if err != nil {
			return nil, fmt.Errorf("service %s: use_api_socket: find the registry logins: %w", name, err)
		}
		return logins, nil
	}
	return nil, nil
}
