//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// TestCompare runs the cases of testdata/compare on one engine of generation
// 20, and compares what each command said and left behind with what Docker
// Compose did there, which NAME.golden keeps.
//
// A case is an archive: first the commands, one a line, then compose.yaml and
// what it refers to. A line is
//
//	up -d              words for clocker-compose and docker-compose
//	~ up -d            the same, but what it says isn't compared
//	! docker rm -f X   a command of Docker's client, which both runs need
//	> FILE < OTHER     FILE becomes a copy of OTHER
//	y| rm web          the command reads y from its standard input
//
// X-1 in the files and commands stays as it is: the project's name is cmp-NAME.
// With COMPOSE_BIN, Docker Compose's recorded deeds are compared with those it
// does now, and -update records them anew. COMPARE_HOST is an engine to use in
// place of a lab's.
func TestCompare(t *testing.T) {
	engine := os.Getenv("COMPARE_HOST")
	if engine == "" {
		engine = theLab(t, "20").Host(1).Socket()
	}
	files, err := filepath.Glob("testdata/compare/*.txtar")
	assert.NilError(t, err)
	assert.Assert(t, len(files) > 0)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			assert.NilError(t, err)
			record, err := filepath.Abs(filepath.Join("testdata/compare", name+".golden"))
			assert.NilError(t, err)
			c := &comparison{engine: engine, project: "cmp-" + name, archive: archive}
			switch original := os.Getenv("COMPOSE_BIN"); {
			case original != "":
				golden.Assert(t, c.run(t, original), record)
			case golden.FlagUpdate():
				t.Fatal("-update takes COMPOSE_BIN: only Docker Compose's own deeds are recorded")
			default:
				t.Log("COMPOSE_BIN names no Docker Compose: comparing with what was recorded of it")
			}
			if golden.FlagUpdate() {
				// what the program does is still compared, with what was written just now
				assert.NilError(t, flag.Set("update", "false"))
				defer func() { _ = flag.Set("update", "true") }()
			}
			golden.Assert(t, c.run(t, program(t)), record)
		})
	}
}

// comparison is one case.
type comparison struct {
	engine, project string
	archive         *txtar.Archive

	folder string
	// seen are the IDs of what the last command left, by kind and name.
	seen map[string]string
}

// run carries the commands out with a program, and tells what they did.
func (c *comparison) run(t *testing.T, program string) string {
	t.Helper()
	c.folder, c.seen = filepath.Join("/tmp/clocker-compare", c.project), map[string]string{} // it goes into hashes
	assert.NilError(t, os.RemoveAll(c.folder))
	assert.NilError(t, os.MkdirAll(c.folder, 0o755))
	defer os.RemoveAll(c.folder)
	for _, f := range c.archive.Files {
		path := filepath.Join(c.folder, f.Name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, f.Data, 0o644))
	}
	c.sweep(t)
	defer c.sweep(t)
	var told strings.Builder
	for line := range strings.Lines(string(c.archive.Comment)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fmt.Fprintf(&told, "$ %s\n", line)
		c.act(t, &told, program, line)
	}
	return told.String()
}

// act does one line of the case.
func (c *comparison) act(t *testing.T, told *strings.Builder, program, line string) {
	t.Helper()
	input, silent := "", false
	if in, rest, piped := strings.Cut(line, "| "); piped && !strings.Contains(in, " ") {
		input, line = in+"\n", rest
	}
	line, silent = strings.CutPrefix(line, "~ ")
	switch words := strings.Fields(line); words[0] {
	case "!":
		c.docker(t, words[2:]...)
	case ">":
		content, err := os.ReadFile(filepath.Join(c.folder, words[3]))
		assert.NilError(t, err)
		assert.NilError(t, os.WriteFile(filepath.Join(c.folder, words[1]), content, 0o644))
		return
	default:
		r := c.call(t, program, input, words...)
		fmt.Fprintf(told, "exit %d\n", r.Code)
		if !silent {
			writeIndented(told, "out", c.plain(r.Stdout))
			writeIndented(told, "err", said(c.plain(r.Stderr)))
		}
	}
	writeIndented(told, "has", c.observe(t))
}

func (c *comparison) call(t *testing.T, program, input string, words ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{"-p", c.project, "--project-directory", ".", "-f", "compose.yaml"}, words...)...)
	cmd.Dir = c.folder
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+c.engine, "DOCKER_CONTEXT=", "DOCKER_CONFIG="+c.folder,
		"CLOCKER_CONFIG="+filepath.Join(c.folder, "none"), "COMPOSE_BIN=")
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s did not end within a minute: %v\n%s%s", strings.Join(words, " "), err, out.String(), complaint.String())
	}
	return Result{Stdout: out.String(), Stderr: complaint.String(), Code: cmd.ProcessState.ExitCode()}
}

func (c *comparison) docker(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("docker", args...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+c.engine, "DOCKER_CONTEXT=")
	out, err := cmd.CombinedOutput()
	assert.NilError(t, err, "docker %s: %s", strings.Join(args, " "), out)
	return string(out)
}

// sweep removes what is the project's by label or by name.
func (c *comparison) sweep(t *testing.T) {
	t.Helper()
	for _, kind := range []string{"container", "network", "volume"} {
		list := []string{kind, "ls", "-q", "--filter", "label=com.docker.compose.project=" + c.project}
		remove := []string{kind, "rm"}
		if kind == "container" {
			list, remove = append(list, "-a"), append(remove, "-f", "-v")
		}
		if ids := strings.Fields(c.docker(t, list...)); len(ids) > 0 {
			c.docker(t, append(remove, ids...)...)
		}
	}
}

var (
	longID   = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	shortID  = regexp.MustCompile(`\b[0-9a-f]{12}_`)
	age      = regexp.MustCompile(`\b(Less than a second|About a minute|\d+ (second|minute)s?)( ago)?\b`)
	pulls    = regexp.MustCompile(`(?m)^ (Image .*|[0-9a-f]{12} .*)\n`)
	removals = regexp.MustCompile(goingToRemove + `.*`)
	problem  = regexp.MustCompile(`(?m)^(time="[^"]*" level=\w+ msg="(.*)"|Warning: (.*))$`)
)

// plain leaves out of a text what differs each time.
func (c *comparison) plain(text string) string {
	text = strings.ReplaceAll(text, c.folder, "FOLDER")
	text = longID.ReplaceAllString(text, "ID")
	text = shortID.ReplaceAllString(text, "ID_")
	text = removals.ReplaceAllStringFunc(text, sortedNames)
	return age.ReplaceAllString(text, "AGE")
}

// sortedNames sorts the names of "Going to remove a, b", which come as they may.
func sortedNames(sentence string) string {
	names := strings.Split(strings.TrimPrefix(sentence, goingToRemove), ", ")
	slices.Sort(names)
	return goingToRemove + strings.Join(names, ", ")
}

const goingToRemove = "Going to remove "

// said are the lines of progress and errors, each once and in the order of the
// alphabet, since steps run side by side. What images are pulled depends on
// what the engine had.
func said(text string) string {
	text = problem.ReplaceAllString(pulls.ReplaceAllString(text, ""), "$2$3")
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			lines = append(lines, strings.ReplaceAll(line, `\"`, `"`))
		}
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}

func writeIndented(b *strings.Builder, what, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(b, "  %s %s\n", what, strings.TrimRight(line, " \n"))
	}
}

// observe tells what the engine has of the project: of what is new, all that
// the files decide.
func (c *comparison) observe(t *testing.T) string {
	t.Helper()
	var lines []string
	found := map[string]string{}
	filter := "label=com.docker.compose.project=" + c.project
	add := func(kind, id string, o, parts map[string]any) {
		thing := kind + " " + c.plain(strings.TrimPrefix(text(o, "Name"), "/"))
		state, _ := o["State"].(map[string]any)
		status := text(state, "Status")
		if code, _ := state["ExitCode"].(float64); code != 0 {
			status += fmt.Sprintf(" with code %v", code)
		}
		found[thing] = id
		sameness := c.sameness(thing, id)
		lines = append(lines, strings.TrimSpace(thing+" "+sameness+" "+status))
		if sameness != "stays" {
			lines = append(lines, c.settings(thing, parts)...)
		}
	}
	for _, o := range c.inspect(t, "container", "ls", "-aq", "--no-trunc", "--filter", filter) {
		add("container", text(o, "Id"), o, containerParts(o))
	}
	for _, o := range c.inspect(t, "network", "ls", "-q", "--filter", filter) {
		add("network", text(o, "Id"), o, pick(o, "Driver", "Internal", "Attachable", "EnableIPv6", "Labels", "Options"))
	}
	for _, o := range c.inspect(t, "volume", "ls", "-q", "--filter", filter) {
		add("volume", text(o, "CreatedAt"), o, pick(o, "Driver", "Labels", "Options"))
	}
	c.seen = found
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// sameness tells whether a thing is the one that it was before the command.
func (c *comparison) sameness(thing, id string) string {
	switch c.seen[thing] {
	case id:
		return "stays"
	case "":
		return "is new"
	}
	return "is another"
}

func (c *comparison) inspect(t *testing.T, kind string, list ...string) []map[string]any {
	t.Helper()
	ids := strings.Fields(c.docker(t, append([]string{kind}, list...)...))
	if len(ids) == 0 {
		return nil
	}
	var all []map[string]any
	assert.NilError(t, json.Unmarshal([]byte(c.docker(t, append([]string{kind, "inspect"}, ids...)...)), &all))
	return all
}

// containerParts are the parts of an inspection that a file decides.
func containerParts(o map[string]any) map[string]any {
	parts := pick(o, "Config", "HostConfig")
	if config, ok := parts["Config"].(map[string]any); ok {
		delete(config, "Hostname") // the first digits of the ID
	}
	if host, ok := parts["HostConfig"].(map[string]any); ok {
		delete(host, "MaskedPaths")
		delete(host, "ReadonlyPaths")
	}
	var mounts []any
	for _, m := range list(o["Mounts"]) {
		mounts = append(mounts, pick(m.(map[string]any), "Type", "Name", "Destination", "RW"))
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
			return strings.HasPrefix(text(o, "Id"), a.(string)) // the engine's own
		})
		networks[name] = place
	}
	parts["Networks"] = networks
	return parts
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

// settings are lines "PREFIX PATH = VALUE" for all that isn't empty.
func (c *comparison) settings(prefix string, value any) []string {
	switch v := value.(type) {
	case map[string]any:
		var lines []string
		for key, part := range v {
			switch key {
			case "com.docker.compose.version":
				part = "VERSION"
			case "com.docker.compose.image":
				part = "IMAGE"
			case "com.docker.compose.config-hash":
				lines = append(lines, fmt.Sprintf("%s %s = %s", prefix, key, part))
				continue
			}
			lines = append(lines, c.settings(prefix+" "+key, part)...)
		}
		return lines
	case []any:
		var lines []string
		for i, part := range v {
			lines = append(lines, c.settings(fmt.Sprintf("%s %d", prefix, i), part)...)
		}
		return lines
	case nil, bool:
		if v != true {
			return nil
		}
	case float64, string:
		if v == 0.0 || v == "" {
			return nil
		}
	}
	return []string{c.plain(fmt.Sprintf("%s = %v", prefix, value))}
}
