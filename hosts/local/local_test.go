package local_test

import (
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
	"github.com/clocker-compose/clocker-compose/hosts/local"
)

// laptop is an engine that has the images of hosts.
func laptop() *fake.Engine {
	e := fake.New(hosts.Host{Name: "laptop"})
	e.Load("docker:dind", "docker:27.3-dind", "mine:1")
	return e
}

// open returns a provider whose hosts are containers of the engine.
func open(t *testing.T, e hosts.MachineEngine, template hosts.Template) (hosts.Provider, error) {
	t.Helper()
	return local.Kind().Open(hosts.ProviderSetup{
		Location: hosts.Location{Name: "laptop", Template: template},
		Engine:   func() (hosts.MachineEngine, error) { return e, nil },
	})
}

func TestProviderConforms(t *testing.T) {
	e := laptop()
	conformance.Providers(t, conformance.Cloud{
		Open: func(t *testing.T, l hosts.Location) (hosts.Provider, error) { return open(t, e, l.Template) },
		Wrong: map[string]hosts.Template{
			"docker-version": {"docker-version": "latest and greatest"},
		},
	})
}

func TestHostsRunTheImageOfTheTemplate(t *testing.T) {
	for want, template := range map[string]hosts.Template{
		"docker:dind":      {},
		"docker:27.3-dind": {"docker-version": "27.3"},
		"mine:1":           {"docker-version": "27.3", "image": "mine:1"},
	} {
		e := laptop()
		p, err := open(t, e, template)
		assert.NilError(t, err)
		_, err = p.Create(t.Context(), hosts.Order{Location: hosts.Location{Name: "laptop"}, Name: "laptop-1"})
		assert.NilError(t, err)
		assert.Equal(t, containers(t, e)[0].Image, want)
	}
}

func TestAnInterruptedCreationIsFinished(t *testing.T) {
	e := laptop()
	p, err := open(t, e, nil)
	assert.NilError(t, err)
	order := hosts.Order{Location: hosts.Location{Name: "laptop"}, Name: "laptop-1"}
	e.Inject(fake.Fault{Method: "StartContainer", Kind: fake.Unreachable})
	_, err = p.Create(t.Context(), order)
	assert.ErrorIs(t, err, hosts.ErrUnreachable)
	e.Heal()
	seen, err := p.List(t.Context(), order.Location)
	assert.NilError(t, err)
	assert.Equal(t, seen[0].State, hosts.MachineMaking)
	made, err := p.Create(t.Context(), order)
	assert.NilError(t, err)
	assert.Equal(t, made.State, hosts.MachineRunning)
	assert.Equal(t, made.ID, seen[0].ID)
}

// Another run removes the container whose name is taken while this one looks at it.
func TestAContainerThatGoesAwayIsMadeAnew(t *testing.T) {
	e := laptop()
	p, err := open(t, e, nil)
	assert.NilError(t, err)
	e.Inject(fake.Fault{Method: "CreateContainer", Nth: 1, Kind: fake.Conflict})
	order := hosts.Order{Location: hosts.Location{Name: "laptop"}, Name: "laptop-1"}
	made, err := p.Create(t.Context(), order)
	assert.NilError(t, err)
	assert.Equal(t, made.State, hosts.MachineRunning)

	e.Inject(fake.Fault{Method: "CreateContainer", Object: "laptop-2", Kind: fake.Conflict})
	order.Name = "laptop-2"
	_, err = p.Create(t.Context(), order)
	assert.ErrorContains(t, err, "and isn't a host that was made: remove or rename it", "somebody else's")
}

func TestAContainerThatIsStoppedIsABrokenMachine(t *testing.T) {
	e := laptop()
	p, err := open(t, e, nil)
	assert.NilError(t, err)
	made, err := p.Create(t.Context(), hosts.Order{Location: hosts.Location{Name: "laptop"}, Name: "laptop-1"})
	assert.NilError(t, err)
	assert.NilError(t, e.StopContainer(t.Context(), made.ID, hosts.StopOptions{}))
	seen, err := p.List(t.Context(), hosts.Location{Name: "laptop"})
	assert.NilError(t, err)
	assert.Equal(t, seen[0].State, hosts.MachineBroken)
	assert.Assert(t, is.Contains(seen[0].Fault, "docker start laptop-1-"))
}

func containers(t *testing.T, e *fake.Engine) []hosts.Container {
	t.Helper()
	seen, err := e.ObserveContainers(t.Context(), hosts.ContainerFilter{All: true})
	assert.NilError(t, err)
	return seen.Containers
}
