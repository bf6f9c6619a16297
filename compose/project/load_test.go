package project_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sirupsen/logrus"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

const oneService = "services: {web: {image: x}}\n"

func load(t *testing.T, o project.Options) *project.Project {
	t.Helper()
	p, err := project.Load(context.Background(), o)
	assert.NilError(t, err)
	return p
}

func failure(t *testing.T, o project.Options) string {
	t.Helper()
	_, err := project.Load(context.Background(), o)
	assert.Assert(t, err != nil)
	return err.Error()
}

func TestFilesAreFoundAsDockerComposeFindsThem(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		o     project.Options
		want  []string
	}{
		{"here", []string{"compose.yaml"}, project.Options{}, []string{"compose.yaml"}},
		{"by preference", []string{"docker-compose.yml", "compose.yml"}, project.Options{}, []string{"compose.yml"}},
		{"with its override", []string{"compose.yaml", "compose.override.yml"}, project.Options{}, []string{"compose.yaml", "compose.override.yml"}},
		{"above", []string{"docker-compose.yml"}, project.Options{WorkingDir: "a/b"}, []string{"docker-compose.yml"}},
		{"the nearest", []string{"compose.yaml", "a/compose.yaml"}, project.Options{WorkingDir: "a/b"}, []string{"a/compose.yaml"}},
		{"as named", []string{"compose.yaml", "x.yaml", "y.yaml"}, project.Options{Files: []string{"x.yaml", "y.yaml"}}, []string{"x.yaml", "y.yaml"}},
		{"by COMPOSE_FILE", []string{"x.yaml", "y.yaml"}, project.Options{Environ: []string{"COMPOSE_FILE=x.yaml:y.yaml"}}, []string{"x.yaml", "y.yaml"}},
		{"by a separator", []string{"x.yaml", "y.yaml"}, project.Options{Environ: []string{"COMPOSE_FILE=x.yaml,y.yaml", "COMPOSE_PATH_SEPARATOR=,"}}, []string{"x.yaml", "y.yaml"}},
		{"from the project's directory", []string{"a/compose.yaml"}, project.Options{Directory: "a"}, []string{"a/compose.yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			assert.NilError(t, os.MkdirAll(filepath.Join(dir, "a/b"), 0o755))
			for _, f := range c.files {
				write(t, dir, f, oneService)
			}
			c.o.WorkingDir = filepath.Join(dir, c.o.WorkingDir)
			var got []string
			for _, f := range load(t, c.o).ComposeFiles {
				rel, err := filepath.Rel(dir, f)
				assert.NilError(t, err)
				got = append(got, rel)
			}
			assert.DeepEqual(t, got, c.want)
		})
	}
}

func TestFilesThatArePassedOverAreNamed(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"compose.yaml", "docker-compose.yml", "compose.override.yml", "compose.override.yaml"} {
		write(t, dir, f, oneService)
	}
	got := strings.ReplaceAll(strings.Join(load(t, project.Options{WorkingDir: dir}).Warnings(), "\n"), dir+"/", "")
	assert.Equal(t, got, "Found multiple config files with supported names: compose.yaml, docker-compose.yml\nUsing compose.yaml\n"+
		"Found multiple override files with supported names: compose.override.yml, compose.override.yaml\nUsing compose.override.yml")
}

func TestFilesThatAreNotThere(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", oneService)
	none := project.Options{WorkingDir: dir}
	none.Files = []string{"nope.yaml"}
	assert.Equal(t, failure(t, none), "read compose file "+dir+"/nope.yaml: no such file or directory")
	none.Files = []string{"."}
	assert.Equal(t, failure(t, none), "read compose file "+dir+": is a directory")
	assert.Equal(t, failure(t, project.Options{WorkingDir: dir, Environ: []string{"COMPOSE_FILE=no.yaml"}}),
		`compose file "`+dir+`/no.yaml" set by COMPOSE_FILE: no such file or directory`)
	assert.Equal(t, failure(t, project.Options{WorkingDir: dir, EnvFiles: []string{"no.env"}}), "env file "+dir+"/no.env: no such file or directory")
	none.Files = []string{"oci://x"}
	assert.Equal(t, failure(t, none), "compose file oci://x: remote files can't be fetched here; download it and name it with -f")
	assert.Equal(t, failure(t, project.Options{WorkingDir: dir, Files: []string{"-"}}), "compose file -: there is no standard input")
}

func TestNameIsChosenInThisOrder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "My Dir")
	write(t, dir, "compose.yaml", oneService)
	write(t, dir, "named.yaml", "name: from-${WHERE}\n"+oneService)
	o := project.Options{WorkingDir: dir}
	assert.Equal(t, load(t, o).Name, "mydir")
	o.Files, o.Environ = []string{"named.yaml"}, []string{"WHERE=file"}
	assert.Equal(t, load(t, o).Name, "from-file")
	o.Environ = append(o.Environ, "COMPOSE_PROJECT_NAME=from-env")
	assert.Equal(t, load(t, o).Name, "from-env")
	o.Name = "from-flag"
	assert.Equal(t, load(t, o).Name, "from-flag")
	o.Name = "Wrong Name"
	assert.Assert(t, strings.Contains(failure(t, o), `invalid project name "Wrong Name"`))
}

func TestEnvironmentIsWhatIsPassedIn(t *testing.T) {
	t.Setenv("CLOCKER_TEST_LEAK", "leaked")
	dir := t.TempDir()
	write(t, dir, "compose.yaml", `services: {web: {image: "${A}-${B}-${C}-${CLOCKER_TEST_LEAK}"}}`)
	write(t, dir, ".env", "A=dotenv\nB=dotenv\n")
	write(t, dir, "one.env", "B=one\nC=one\n")
	write(t, dir, "two.env", "C=two\n")
	o := project.Options{WorkingDir: dir, Environ: []string{"A=process"}}
	p := load(t, o)
	assert.Equal(t, p.Services["web"].Image, "process-dotenv--")
	assert.Equal(t, strings.Join(p.Warnings(), "\n"), "The \"C\" variable is not set. Defaulting to a blank string.\n"+
		"The \"CLOCKER_TEST_LEAK\" variable is not set. Defaulting to a blank string.")

	o.EnvFiles = []string{"one.env", "two.env"}
	p = load(t, o)
	assert.Equal(t, p.Services["web"].Image, "process-one-two-")
	assert.DeepEqual(t, p.EnvFiles, []string{filepath.Join(dir, "one.env"), filepath.Join(dir, "two.env")})

	o.EnvFiles, o.Environ = nil, []string{"COMPOSE_ENV_FILES=one.env,two.env"}
	assert.Equal(t, load(t, o).Services["web"].Image, "-one-two-")
	o.Environ = []string{"COMPOSE_DISABLE_ENV_FILE=1"}
	assert.Equal(t, load(t, o).Services["web"].Image, "---")
	o.Environ = []string{"COMPOSE_DISABLE_ENV_FILE=perhaps"}
	assert.Equal(t, failure(t, o), `COMPOSE_DISABLE_ENV_FILE must be true or false, not "perhaps"`)
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", "services: {web: {image: x, mem_limit: '${A}'}}")
	o := project.Options{WorkingDir: dir, Environ: []string{"A=postgres://me:hunter22@db/x", "MY_TOKEN=postgres://me:"}}
	assert.Equal(t, failure(t, o), `compose.yaml:1:39: 'services[web].mem_limit' "******" isn't a number`)
}

func TestProfiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", "services: {a: {image: x}, b: {image: x, profiles: [one]}, c: {image: x, profiles: [two]}}")
	names := func(o project.Options) string {
		o.WorkingDir = dir
		return strings.Join(load(t, o).ServicesInOrder(), " ")
	}
	assert.Equal(t, names(project.Options{}), "a")
	assert.Equal(t, names(project.Options{Profiles: []string{"one"}}), "a b")
	assert.Equal(t, names(project.Options{Environ: []string{"COMPOSE_PROFILES=one, two"}}), "a b c")
	assert.Equal(t, names(project.Options{AllProfiles: true}), "a b c")
	assert.Equal(t, names(project.Options{Services: []string{"c"}}), "c")
	assert.DeepEqual(t, load(t, project.Options{WorkingDir: dir}).ProfileNames(), []string{"one", "two"})
}

func TestServicesAreNarrowedToThoseAskedFor(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", `
services:
  web: {image: x, depends_on: [db], networks: [front]}
  db: {image: x, depends_on: [cache]}
  cache: {image: x}
  other: {image: x, env_file: missing.env}
networks: {front: , back: }
`)
	p := load(t, project.Options{WorkingDir: dir, Services: []string{"web"}})
	assert.DeepEqual(t, p.ServicesInOrder(), []string{"cache", "db", "web"})
	assert.DeepEqual(t, p.NetworkNames(), []string{"default", "front"})
	assert.Equal(t, failure(t, project.Options{WorkingDir: dir, Services: []string{"wep"}}), "no such service: wep")
	assert.Assert(t, strings.Contains(failure(t, project.Options{WorkingDir: dir}), "missing.env not found"))
	all := load(t, project.Options{WorkingDir: dir, Services: []string{"cache"}, AllResources: true})
	assert.DeepEqual(t, all.NetworkNames(), []string{"back", "default", "front"})
}

func TestStandardInput(t *testing.T) {
	dir := t.TempDir()
	p := load(t, project.Options{WorkingDir: dir, Files: []string{"-"}, Stdin: strings.NewReader("name: piped\n" + oneService)})
	assert.Equal(t, p.Name, "piped")
	assert.DeepEqual(t, p.ComposeFiles, []string{"-"})
	assert.Equal(t, p.WorkingDir, dir)
	o := project.Options{WorkingDir: dir, Files: []string{"-"}, Stdin: strings.NewReader("services: {web: {image: x, x-clocker: {a: b}}}")}
	assert.Equal(t, failure(t, o), `<stdin>:1:40: x-clocker has no key "a" (valid: build, image, location, placement)`)
}

// endless is a file without an end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestWhatIsTooLargeIsNotRead(t *testing.T) {
	in := &endless{}
	o := project.Options{WorkingDir: t.TempDir(), Files: []string{"-"}, Stdin: in}
	assert.Equal(t, failure(t, o), "standard input isn't a compose file: it is larger than 8MiB")
	assert.Assert(t, in.read < 64<<20)

	dir := t.TempDir()
	write(t, dir, "compose.yaml", "include: [big.yaml]\n"+oneService)
	write(t, dir, "big.yaml", "")
	assert.NilError(t, os.Truncate(filepath.Join(dir, "big.yaml"), 100<<20))
	assert.Equal(t, failure(t, project.Options{WorkingDir: dir}), dir+"/big.yaml isn't a compose file: it is larger than 8MiB")
}

func TestAServicesListReplacesTheProjects(t *testing.T) {
	p := loaded(t, project.Options{Strategies: catalog{}, Environ: []string{"MAX=7"}}, `
x-clocker:
  location: eu
  placement: {strategies: [random]}
  locations: {eu: {strategies: [max-containers: 9]}, us: {}}
services:
  plain: {image: x}
  own:
    image: x
    x-clocker: {location: [us, eu], placement: {strategies: [{maxContainers: "${MAX}"}, depth-first]}}
  none: {image: x, x-clocker: {placement: {strategies: []}}}
`)
	random := hosts.Strategy{Name: "random"}
	assert.DeepEqual(t, p.ServiceClocker("plain"), project.ServiceClocker{
		Location: []string{"eu"}, Placement: project.Placement{Strategies: []hosts.Strategy{random}},
	})
	own := p.ServiceClocker("own")
	assert.DeepEqual(t, own.Location, []string{"us", "eu"})
	assert.DeepEqual(t, own.Placement.Strategies, []hosts.Strategy{{Name: "max-containers", Value: 7}, {Name: "depth-first"}})
	assert.Equal(t, len(p.ServiceClocker("none").Placement.Strategies), 0)
	assert.DeepEqual(t, p.Strategies("plain", p.Clocker.Locations["eu"]), []hosts.Strategy{{Name: "max-containers", Value: 9}, random})
}

func TestAChosenLocationOverridesTheFiles(t *testing.T) {
	const content = "x-clocker: {location: eu, locations: {eu: {}, us: {}}}\nservices: {web: {image: x, x-clocker: {location: eu}}}\n"
	p := loaded(t, project.Options{Location: "us"}, content)
	assert.DeepEqual(t, p.Clocker.Location, []string{"us"})
	assert.DeepEqual(t, p.ServiceClocker("web").Location, []string{"us"})
	p = loaded(t, project.Options{Location: "default", Config: &project.Config{}}, content)
	assert.Equal(t, poolNames(p, project.Config{}, "default", hosts.Endpoint{}), "default/default")
	dir := t.TempDir()
	write(t, dir, "compose.yaml", content)
	got := failure(t, project.Options{WorkingDir: dir, Location: "su", Config: &project.Config{}})
	assert.Equal(t, got, `compose.yaml: there is no location "su"; did you mean "eu"?`)
}

func TestNetworkDefaults(t *testing.T) {
	n := loaded(t, project.Options{}, oneService).Clocker.Network
	assert.Equal(t, n.CIDR.String(), project.DefaultCIDR)
	assert.Equal(t, n.Size, 0)
	assert.Assert(t, n.Encrypt)
	n = loaded(t, project.Options{}, "x-clocker: {network: {cidr: 10.9.0.0/16, size: '20', encrypt: false}}\n"+oneService).Clocker.Network
	assert.Equal(t, n.CIDR.String(), "10.9.0.0/16")
	assert.Equal(t, n.Size, 20)
	assert.Assert(t, !n.Encrypt)
}

func TestOverridesMergeExtensions(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", "x-clocker: {location: eu, locations: {eu: {labels: {a: '1'}}}}\nservices: {web: {image: x, x-clocker: {placement: {strategies: [random]}}}}")
	write(t, dir, "compose.override.yaml", "x-clocker: {locations: {eu: {labels: {b: '2'}}}}\nservices: {web: {x-clocker: {placement: {strategies: !override [depth-first]}}}}")
	p := load(t, project.Options{WorkingDir: dir})
	assert.DeepEqual(t, p.Clocker.Locations["eu"].Labels, map[string]string{"a": "1", "b": "2"})
	assert.DeepEqual(t, p.ServiceClocker("web").Placement.Strategies, []hosts.Strategy{{Name: "depth-first"}})
}

func TestWarningsStayOffTheProcessLog(t *testing.T) {
	var log strings.Builder
	out := logrus.StandardLogger().Out
	logrus.SetOutput(&log)
	defer logrus.SetOutput(out)
	p := loaded(t, project.Options{}, "version: '3'\nservices: {web: {image: 'x${NONE}', environment: {A: '${NONE}'}}}")
	assert.Equal(t, log.String(), "")
	assert.Equal(t, len(p.Warnings()), 2)
	assert.Assert(t, strings.Contains(p.Warnings()[1], "the attribute `version` is obsolete"))
	assert.Assert(t, logrus.StandardLogger().Out == &log)
}

func TestLoadsAtOnceKeepTheirWarningsApart(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yaml", "services: {web: {image: 'x${A}'}}")
	write(t, dir, "b.yaml", "services: {web: {image: 'x${B}'}}")
	var all sync.WaitGroup
	for range 4 {
		for _, name := range []string{"a", "b"} {
			all.Go(func() {
				p, err := project.Load(context.Background(), project.Options{WorkingDir: dir, Files: []string{name + ".yaml"}})
				assert.Check(t, err)
				assert.Check(t, len(p.Warnings()) == 1 && strings.Contains(p.Warnings()[0], `"`+strings.ToUpper(name)+`"`))
			})
		}
	}
	all.Wait()
}

func TestLists(t *testing.T) {
	o := project.Options{Name: "p"}
	const content = "services: {b: {build: .}, a: {image: 'i:${TAG:-1}', pre_start: [{image: hook, command: x}]}}\n"
	p := loaded(t, o, content)
	assert.DeepEqual(t, p.Images(), []string{"i:1", "hook", "p-b"})
	assert.Equal(t, loaded(t, project.Options{Name: "p", Environ: []string{"COMPOSE_COMPATIBILITY=true"}}, content).Image("b"), "p_b")
	_, err := p.Hashes([]string{"c"})
	assert.ErrorContains(t, err, "no such service: c")
	_, err = p.Variables()
	assert.ErrorContains(t, err, "interpolated already")

	raw := loaded(t, project.Options{Name: "p", NoInterpolate: true, NoValidation: true}, content)
	variables, err := raw.Variables()
	assert.NilError(t, err)
	assert.Equal(t, variables["TAG"].DefaultValue, "1")
	assert.DeepEqual(t, raw.ServicesInOrder(), []string{"a", "b"})
	_, err = project.Render(p, "xml")
	assert.ErrorContains(t, err, `unsupported format "xml"`)
}
