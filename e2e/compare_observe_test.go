//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// engine is asked over its API, without any program between.
type engine struct {
	host   string
	client *http.Client
	// version of the API that is spoken, such as "1.41".
	version string
}

// laterAPI is the oldest that engine 29 speaks; engine 20.10 speaks none as new.
const laterAPI = "1.44"

func connect(t *testing.T, host string) *engine {
	t.Helper()
	where, err := url.Parse(host)
	assert.NilError(t, err)
	network, address := where.Scheme, cmp.Or(where.Host, where.Path)
	e := &engine{host: host, version: laterAPI, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}}}
	var has struct{ APIVersion string }
	e.ask(t, "GET", "/version", nil, &has)
	if strings.Compare(has.APIVersion, laterAPI) < 0 { // all are 1.XX
		e.version = has.APIVersion
	}
	t.Cleanup(e.client.CloseIdleConnections)
	return e
}

func (e *engine) isLater() bool { return e.version == laterAPI }

// ask calls the engine's API; a thing that isn't there is no answer.
func (e *engine) ask(t *testing.T, method, path string, body, answer any) {
	t.Helper()
	content, err := json.Marshal(body)
	assert.NilError(t, err)
	if path != "/version" {
		path = "/v" + e.version + path
	}
	request, err := http.NewRequestWithContext(context.Background(), method, "http://engine"+path, bytes.NewReader(content))
	assert.NilError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := e.client.Do(request)
	assert.NilError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	assert.NilError(t, err)
	if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusConflict {
		return
	}
	assert.Assert(t, response.StatusCode < 300, "%s %s: %s", method, path, text)
	if answer != nil {
		assert.NilError(t, json.Unmarshal(text, answer))
	}
}

// ofProject is the query for what has the project's label.
func ofProject(project string) string {
	return "filters=" + url.QueryEscape(`{"label":["com.docker.compose.project=`+project+`"]}`)
}

func (e *engine) containers(t *testing.T, query string) (all []map[string]any) {
	t.Helper()
	var listed []map[string]any
	e.ask(t, "GET", "/containers/json?all=1&"+query, nil, &listed)
	for _, o := range listed {
		var c map[string]any
		e.ask(t, "GET", "/containers/"+text(o, "Id")+"/json", nil, &c)
		if c != nil {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, byName)
	return all
}

// settled are the containers once those have ended that say so by a label, and
// those are gone that are being removed.
func (e *engine) settled(t *testing.T, query string) []map[string]any {
	t.Helper()
	for range 100 {
		all := e.containers(t, query)
		if !slices.ContainsFunc(all, moves) {
			return all
		}
		time.Sleep(100 * time.Millisecond)
	}
	return e.containers(t, query)
}

// moves tells whether a container will be in another state by itself.
func moves(o map[string]any) bool {
	_, ends := labels(o)["ends"]
	status := state(o)
	return status == "removing" || ends && (status == "running" || status == "restarting")
}

func (e *engine) networks(t *testing.T, query string) (all []map[string]any) {
	t.Helper()
	e.ask(t, "GET", "/networks?"+query, nil, &all)
	return all
}

func (e *engine) volumes(t *testing.T, query string) []map[string]any {
	t.Helper()
	var answer struct{ Volumes []map[string]any }
	e.ask(t, "GET", "/volumes?"+query, nil, &answer)
	return answer.Volumes
}

func byName(a, b map[string]any) int {
	return cmp.Or(strings.Compare(text(a, "Name"), text(b, "Name")), strings.Compare(text(a, "Id"), text(b, "Id")))
}

// sweep removes what is the project's by label or by name.
func (e *engine) sweep(t *testing.T, project string) {
	t.Helper()
	isOurs := func(o map[string]any) bool {
		label, _ := labels(o)["com.docker.compose.project"].(string)
		return label == project || strings.HasPrefix(strings.TrimPrefix(text(o, "Name"), "/"), project+"-") ||
			strings.HasPrefix(text(o, "Name"), project+"_")
	}
	for _, o := range e.containers(t, "") {
		if isOurs(o) {
			e.ask(t, "DELETE", "/containers/"+text(o, "Id")+"?force=1&v=1", nil, nil)
		}
	}
	for _, o := range e.networks(t, "") {
		if isOurs(o) {
			e.ask(t, "DELETE", "/networks/"+text(o, "Id"), nil, nil)
		}
	}
	for _, o := range e.volumes(t, "") {
		if isOurs(o) {
			e.ask(t, "DELETE", "/volumes/"+text(o, "Name")+"?force=1", nil, nil)
		}
	}
}

// labels of a container, a network or a volume.
func labels(o map[string]any) map[string]any {
	if config, ok := o["Config"].(map[string]any); ok {
		o = config
	}
	l, _ := o["Labels"].(map[string]any)
	return l
}

// ordinary are the settings that a container has for which nothing was asked.
func (e *engine) ordinary(t *testing.T) map[string]string {
	t.Helper()
	var made struct{ ID string }
	e.ask(t, "POST", "/containers/create", map[string]any{"Image": "busybox", "AttachStdout": true, "AttachStderr": true, "Labels": map[string]string{
		"com.docker.compose.version": "VERSION", "com.docker.compose.image": "IMAGE", "com.docker.compose.oneoff": "False",
		"com.docker.compose.project.working_dir": "FOLDER", "com.docker.compose.project.config_files": "FOLDER/compose.yaml",
	}}, &made)
	var o map[string]any
	e.ask(t, "GET", "/containers/"+made.ID+"/json", nil, &o)
	e.ask(t, "DELETE", "/containers/"+made.ID, nil, nil)
	settings := (&comparison{folder: "/nowhere", engine: e}).settings("", pick(containerParts(o), "Config", "HostConfig"))
	delete(settings, " Config Image")
	delete(settings, " HostConfig NetworkMode")
	return settings
}

// observe tells what has changed of what the engine has of the project: of
// what is new, all that the files decide.
func (c *comparison) observe(t *testing.T) string {
	t.Helper()
	var lines []string
	found, volumes, idle := map[string]map[string]string{}, map[string]bool{}, map[string]bool{}
	add := func(kind, id, state string, o, parts map[string]any) {
		thing := kind + " " + c.nameOf(o)
		if found[thing] == nil {
			found[thing] = map[string]string{}
		}
		found[thing][id] = state
		was, stays := c.seen[thing][id]
		switch {
		case stays && was == state:
		case stays:
			lines = append(lines, thing+" is now "+state)
		default:
			lines = append(lines, strings.TrimSpace(thing+" is new "+state))
			lines = append(lines, c.unusual(kind, thing, c.settings("", parts))...)
		}
	}
	query := ofProject(c.project)
	for _, o := range c.engine.settled(t, query) {
		add("container", text(o, "Id"), state(o), o, containerParts(o))
		idle[c.nameOf(o)] = !strings.HasPrefix(state(o), "running")
		for _, m := range list(o["Mounts"]) {
			volumes[text(m.(map[string]any), "Name")] = true
		}
	}
	for _, o := range c.engine.networks(t, query) {
		add("network", text(o, "Id"), "", o, pick(o, "Driver", "Internal", "Attachable", "EnableIPv6", "Labels", "Options", "IPAM"))
	}
	for _, o := range c.engine.volumes(t, query) {
		add("volume", text(o, "CreatedAt"), "", o, pick(o, "Driver", "Labels", "Options"))
	}
	lines = append(lines, c.gone(found)...)
	c.seen, c.volumes, c.idle = found, volumes, idle
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// nameOf a thing, without what is chance in it.
func (c *comparison) nameOf(o map[string]any) string {
	if hook, is := labels(o)["com.docker.compose.hook"]; is {
		return fmt.Sprintf("of a %s hook", hook)
	}
	return c.plain(strings.TrimPrefix(text(o, "Name"), "/"))
}

// gone is what was there and isn't any more.
func (c *comparison) gone(found map[string]map[string]string) []string {
	var lines []string
	for thing, before := range c.seen {
		for id := range before {
			if _, stays := found[thing][id]; !stays {
				lines = append(lines, thing+" is gone")
			}
		}
	}
	return lines
}

// state of a container, with the exit code of one that failed.
func state(o map[string]any) string {
	state, _ := o["State"].(map[string]any)
	status := text(state, "Status")
	if code, _ := state["ExitCode"].(float64); code != 0 && status == "exited" {
		status += fmt.Sprintf(" with code %v", code)
	}
	return status
}

// containerParts are the parts of an inspection that a file decides.
func containerParts(o map[string]any) map[string]any {
	parts := pick(o, "Config", "HostConfig")
	if config, ok := parts["Config"].(map[string]any); ok {
		if hex.MatchString(text(config, "Hostname")) {
			delete(config, "Hostname") // the engine's own
		}
		if hashesChance(o) {
			labels(o)["com.docker.compose.config-hash"] = "CHANCE"
		}
	}
	if host, ok := parts["HostConfig"].(map[string]any); ok {
		delete(host, "MaskedPaths")
		delete(host, "ReadonlyPaths")
	}
	var mounts []any
	for _, m := range list(o["Mounts"]) {
		mount := pick(m.(map[string]any), "Type", "Name", "Source", "Destination", "RW")
		if text(mount, "Type") == "volume" {
			delete(mount, "Source") // a folder of the engine
		}
		mounts = append(mounts, mount)
	}
	slices.SortFunc(mounts, func(a, b any) int {
		return strings.Compare(text(a.(map[string]any), "Destination"), text(b.(map[string]any), "Destination"))
	})
	parts["Mounts"] = mounts
	networks := map[string]any{}
	settings, _ := o["NetworkSettings"].(map[string]any)
	attached, _ := settings["Networks"].(map[string]any)
	for name, n := range attached {
		place := pick(n.(map[string]any), "IPAMConfig", "Links", "DriverOpts")
		place["Aliases"] = slices.DeleteFunc(list(n.(map[string]any)["Aliases"]), func(a any) bool {
			return hex.MatchString(a.(string)) // the engine's own
		})
		networks[name] = place
	}
	parts["Networks"] = networks
	return parts
}

// hashesChance tells whether chance is in the hash of the configuration: the
// name of a one-off container, or the ID of another one.
func hashesChance(o map[string]any) bool {
	host, _ := o["HostConfig"].(map[string]any)
	if len(list(host["VolumesFrom"])) > 0 {
		return true
	}
	for _, mode := range []string{"NetworkMode", "IpcMode", "PidMode"} {
		if strings.HasPrefix(text(host, mode), "container:") {
			return true
		}
	}
	return labels(o)["com.docker.compose.oneoff"] == "True" && slug.MatchString(text(o, "Name"))
}

func list(v any) []any { l, _ := v.([]any); return l }

func text(o map[string]any, key string) string { s, _ := o[key].(string); return s }

func pick(o map[string]any, keys ...string) map[string]any {
	parts := map[string]any{}
	for _, key := range keys {
		parts[key] = o[key]
	}
	return parts
}

// unusual are the settings that aren't what every container has, and those
// that every container has but this one.
func (c *comparison) unusual(kind, thing string, settings map[string]string) []string {
	ordinary := map[string]string{}
	if kind == "container" {
		ordinary = c.ordinary
	}
	var lines []string
	for path, value := range settings {
		if ordinary[path] != value {
			lines = append(lines, thing+path+" = "+value)
		}
	}
	for path := range ordinary {
		if _, has := settings[path]; !has {
			lines = append(lines, thing+path+" isn't set")
		}
	}
	return lines
}

// settings are the values at the paths of all that isn't empty.
func (c *comparison) settings(prefix string, value any) map[string]string {
	all := map[string]string{}
	merge := func(prefix string, part any) {
		for path, value := range c.settings(prefix, part) {
			all[path] = value
		}
	}
	switch v := value.(type) {
	case map[string]any:
		for key, part := range v {
			if key != "com.docker.compose.project" { // it was found by this
				merge(prefix+" "+key, known(key, inOrder(key, part)))
			}
		}
	case []any:
		for i, part := range v {
			merge(fmt.Sprintf("%s %d", prefix, i), part)
		}
	case nil:
	default:
		if v != false && v != 0.0 && v != "" {
			all[prefix] = c.value(prefix, fmt.Sprint(v))
		}
	}
	return all
}

// inOrder sorts a list whose order Docker Compose leaves to chance.
func inOrder(key string, value any) any {
	l, is := value.([]any)
	if !is || !slices.Contains([]string{"Env", "ExtraHosts", "Ulimits", "Mounts", "Links", "Binds"}, key) {
		return value
	}
	l = slices.SortedFunc(slices.Values(l), func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return slices.CompactFunc(l, func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
}

// known puts a word in the place of a value that differs from machine to machine.
func known(key string, value any) any {
	switch key {
	case "com.docker.compose.version":
		return "VERSION"
	case "com.docker.compose.image":
		return "IMAGE"
	case "Runtime":
		if value == "runc" {
			return "" // what there is where nothing was asked for; older engines write it down
		}
	case "Subnet", "Gateway":
		if address, _ := value.(string); !strings.HasPrefix(address, "10.") && !strings.HasPrefix(address, "fd") {
			return "" // of the engine's own choice
		}
	}
	return value
}

func (c *comparison) value(path, value string) string {
	switch {
	case strings.HasSuffix(path, "config-hash"):
		return value
	case strings.Contains(path, "VolumesFrom"):
		return "a container" // by its name or its ID
	case !longID.MatchString(value) || !strings.HasPrefix(path, " Mounts"):
		return c.plain(value)
	case c.volumes[value]:
		return "an anonymous volume that was there before"
	}
	return "a new anonymous volume"
}
