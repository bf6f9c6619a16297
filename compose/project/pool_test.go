package project_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

const twoLocations = `
x-clocker:
  locations:
    eu: {hosts: ["ssh://root@10.0.0.2", "ssh://root@10.0.0.1"], labels: {region: eu, disk: hdd}}
    us: {hosts: [{name: far, endpoint: "tcp://10.1.0.1:2376", tls: {ca: tls/ca.pem, key: /abs/key.pem}, labels: {disk: ssd}}]}
`

func loaded(t *testing.T, o project.Options, content string) *project.Project {
	t.Helper()
	o.WorkingDir = t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(o.WorkingDir, "compose.yaml"), []byte(content), 0o600))
	p, err := project.Load(context.Background(), o)
	assert.NilError(t, err)
	return p
}

func config(t *testing.T, content string) project.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
	c, err := project.ReadConfig(path)
	assert.NilError(t, err)
	return c
}

// poolNames are the hosts of a pool as "location/name", or the error.
func poolNames(p *project.Project, c project.Config, choice string, current hosts.Endpoint) string {
	pool, err := project.Pool(p, c, choice, current)
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, h := range pool {
		names = append(names, h.Location+"/"+h.Name)
	}
	return strings.Join(names, " ")
}

func TestPoolIsChosenInThisOrder(t *testing.T) {
	const (
		service  = "services: {web: {image: x}}\n"
		homeOnly = "locations: {home: {hosts: ['ssh://h1', {context: ctx}, unix:///x.sock]}}\n"
		homeAnd  = "locations: {home: {hosts: [ssh://h1]}, office: {hosts: [ssh://o1]}, none: {}}\n"
	)
	for _, c := range []struct {
		name, compose, config, choice, want string
	}{
		{"nothing is said", service, "", "", "default/default"},
		{"the config's only location", service, homeOnly, "", "home/ctx home/h1 home/local"},
		{"the config's default", service, "default: office\n" + homeAnd, "", "office/o1"},
		{"no default", service, homeAnd, "", "CONFIG declares home, none and office, and none of them is the default: set `default:` there, or choose one with --location"},
		{"declared in the compose file", service + twoLocations, "default: office\n" + homeAnd, "", "eu/10.0.0.1 eu/10.0.0.2 us/far"},
		{"the project's default", service + twoLocations + "  location: us", homeAnd, "", "us/far"},
		{"a service's", "services: {web: {image: x, x-clocker: {location: eu}}, db: {image: x}}" + twoLocations, "", "", "eu/10.0.0.1 eu/10.0.0.2"},
		{"both, one in the config", "services: {web: {image: x, x-clocker: {location: office}}}" + twoLocations + "  location: us", homeAnd, "", "us/far office/o1"},
		{"a choice", service + twoLocations + "  location: us", homeAnd, "home,eu", "eu/10.0.0.1 eu/10.0.0.2 home/h1"},
		{"the current context by name", service, homeAnd, "default", "default/default"},
		{"a choice that isn't there", service + twoLocations, homeAnd, "offise", `there is no location "offise"; did you mean "office"?`},
		{"a choice without any", service, "", "eu", `there is no location "eu"; declare it under x-clocker.locations or in the config file`},
		{"no hosts", service, homeAnd, "none", "location none has no hosts; add one with `hosts add`"},
		{"the compose file wins", service + "x-clocker: {locations: {home: {hosts: [ssh://mine]}}}", homeOnly, "home", "home/mine"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := config(t, c.config)
			got := poolNames(loaded(t, project.Options{}, c.compose), conf, c.choice, hosts.Endpoint{URL: "unix:///var/run/docker.sock"})
			if i := strings.Index(got, "config.yaml declares"); i > 0 {
				got = "CONFIG" + got[i+len("config.yaml"):]
			}
			assert.Equal(t, got, c.want)
		})
	}
}

func TestPoolWithoutProject(t *testing.T) {
	c := config(t, "locations: {home: {hosts: [ssh://h1]}}")
	assert.Equal(t, poolNames(nil, c, "", hosts.Endpoint{}), "home/h1")
	assert.Equal(t, poolNames(nil, project.Config{}, "", hosts.Endpoint{Context: "mine"}), "default/mine")
}

func TestHostsHaveWhatTheirDeclarationSays(t *testing.T) {
	p := loaded(t, project.Options{}, "services: {web: {image: x}}\n"+twoLocations)
	pool, err := project.Pool(p, project.Config{}, "", hosts.Endpoint{})
	assert.NilError(t, err)
	assert.DeepEqual(t, pool[0], hosts.Host{
		Name: "10.0.0.1", Location: "eu", Address: "10.0.0.1", Availability: hosts.Active,
		Endpoint: hosts.Endpoint{URL: "ssh://root@10.0.0.1"},
		Labels:   map[string]string{"region": "eu", "disk": "hdd"},
	})
	assert.DeepEqual(t, pool[2], hosts.Host{
		Name: "far", Location: "us", Address: "10.1.0.1", Availability: hosts.Active,
		Endpoint: hosts.Endpoint{URL: "tcp://10.1.0.1:2376", TLS: &hosts.TLS{CA: filepath.Join(p.WorkingDir, "tls/ca.pem"), Key: "/abs/key.pem"}},
		Labels:   map[string]string{"disk": "ssd"},
	})
}

func TestFilesOfTLSAreRelativeToTheFileThatNamesThem(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "compose.yaml", "services: {web: {image: x}}")
	write(t, dir, "deep/hosts.yaml", "x-clocker: {locations: {eu: {hosts: [{endpoint: 'tcp://a:1', tls: {ca: ca.pem}}]}}}")
	p, err := project.Load(context.Background(), project.Options{WorkingDir: dir, Files: []string{"compose.yaml", "deep/hosts.yaml"}})
	assert.NilError(t, err)
	assert.Equal(t, p.Clocker.Locations["eu"].Hosts[0].Endpoint.TLS.CA, filepath.Join(dir, "deep/ca.pem"))

	write(t, dir, "conf/config.yaml", "locations: {us: {hosts: [{endpoint: 'tcp://b:1', tls: {cert: c.pem}}]}}")
	c, err := project.ReadConfig(filepath.Join(dir, "conf/config.yaml"))
	assert.NilError(t, err)
	assert.Equal(t, c.Locations["us"].Hosts[0].Endpoint.TLS.Cert, filepath.Join(dir, "conf/c.pem"))
}

func TestHostsOfOneNameAreRefusedWithBothPlaces(t *testing.T) {
	p := loaded(t, project.Options{}, "services: {web: {image: x}}\nx-clocker:\n  location: [eu, home]\n  locations:\n    eu: {hosts: [ssh://a, 'ssh://root@a']}\n")
	c := config(t, "locations:\n  home:\n    hosts:\n      - ssh://a\n")
	got := poolNames(p, c, "eu", hosts.Endpoint{})
	assert.Equal(t, got, `two hosts are called "a": compose.yaml:5:18 and compose.yaml:5:27; give one of them another name`)
	got = poolNames(nil, config(t, "locations: {x: {hosts: [ssh://a]}, y: {hosts: [ssh://a]}}"), "x,y", hosts.Endpoint{})
	assert.Assert(t, strings.Contains(got, "config.yaml:1:25 and ") && strings.Contains(got, "config.yaml:1:48;"), got)
	got = poolNames(p, c, "", hosts.Endpoint{})
	assert.Assert(t, strings.Contains(got, "compose.yaml:5:"), got)
}

func TestHostsThatWereMadeAreInThePoolOfTheirLocation(t *testing.T) {
	c := config(t, "default: burst\nlocations:\n  burst: {provider: any, max: 3, template: {size: 4, own: [x]}}\n  other: {provider: any, max: 0}\n")
	pool, err := project.Pool(nil, c, "", hosts.Endpoint{})
	assert.NilError(t, err, "a location that can grow may be empty")
	assert.Equal(t, len(pool), 0)
	pool, err = project.Pool(nil, c, "", hosts.Endpoint{}, hosts.Host{Name: "b-1", Location: "burst"}, hosts.Host{Name: "o-1", Location: "other"})
	assert.NilError(t, err)
	assert.Equal(t, len(pool), 1)
	assert.Equal(t, pool[0].Name, "b-1")

	locations, err := project.Locations(nil, c, "")
	assert.NilError(t, err)
	assert.Equal(t, len(locations), 1)
	burst := locations[0]
	assert.Equal(t, burst.Template.Text("size"), "4")
	assert.Equal(t, burst.StartTimeout(), 10*time.Minute)
	assert.Assert(t, filepath.IsAbs(burst.Directory))
	_, err = project.Locations(nil, c, "brust")
	assert.ErrorContains(t, err, `there is no location "brust"; did you mean "burst"?`)
}

func TestConfigFile(t *testing.T) {
	c, err := project.ReadConfig(filepath.Join(t.TempDir(), "none.yaml"))
	assert.NilError(t, err)
	assert.Equal(t, len(c.Locations), 0)
	for _, bad := range []struct{ content, want string }{
		{"defualt: x", `config.yaml:1:1: the file has no key "defualt"; did you mean "default"?`},
		{"default: x\nlocations: {y: {}}", `config.yaml:1:10: there is no location "x"`},
		{"locations:\n  eu:\n    host: []", `config.yaml:3:5: locations.eu has no key "host"; did you mean "hosts"?`},
		{"locations: {eu: {min: 3}}", `config.yaml:1:18: min is for locations with a provider, and locations.eu has none`},
		{"a: [", `config.yaml:2:1: isn't valid YAML`},
		{"text", `config.yaml:1:1: the file must be a mapping, not "text"`},
	} {
		path := filepath.Join(t.TempDir(), "config.yaml")
		assert.NilError(t, os.WriteFile(path, []byte(bad.content), 0o600))
		_, err := project.ReadConfig(path)
		assert.ErrorContains(t, err, bad.want)
	}
	_, err = project.ReadConfig(t.TempDir())
	assert.ErrorContains(t, err, "is a directory")
}

func TestStrategiesOfTheConfigAreChecked(t *testing.T) {
	c := config(t, "locations:\n  eu:\n    strategies: [randon]\n")
	dir := t.TempDir()
	write(t, dir, "compose.yaml", "services: {web: {image: x}}")
	_, err := project.Load(context.Background(), project.Options{WorkingDir: dir, Config: &c, Strategies: catalog{}})
	assert.ErrorContains(t, err, `config.yaml:3:18: there is no strategy "randon"; did you mean "random"?`)
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
}
