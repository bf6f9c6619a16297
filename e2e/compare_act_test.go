//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattn/go-shellwords"
	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"
	"gotest.tools/v3/assert"
)

// comparison is a scenario on an engine.
type comparison struct {
	scenario
	project string
	engine  *engine
	// ordinary is what every container has, which isn't told again.
	ordinary map[string]string

	folder string
	// seen is what the last command left: the state of each thing, by kind, name and ID.
	seen map[string]map[string]string
	// volumes are those that containers had mounted before the last command.
	volumes map[string]bool
	// idle are the containers that didn't run before it.
	idle map[string]bool
}

// folders are where the projects of comparisons are. A project's folder goes into
// its hashes and labels, so it is the same in each run.
const folders = "/tmp/clocker-compare"

// claim waits until no other run on this machine uses the scenario's folder, and
// keeps it until the end of the test.
func (c *comparison) claim(t *testing.T) {
	t.Helper()
	assert.NilError(t, os.MkdirAll(folders, 0o755))
	lock, err := os.OpenFile(filepath.Join(folders, c.project+".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	assert.NilError(t, err)
	t.Cleanup(func() { _ = lock.Close() })
	assert.NilError(t, unix.Flock(int(lock.Fd()), unix.LOCK_EX))
}

// run carries the cases out with a program, and tells what each did.
func (c *comparison) run(t *testing.T, program string) []txtar.File {
	t.Helper()
	c.folder = filepath.Join(folders, c.project)
	c.seen, c.volumes, c.idle = nil, nil, nil
	assert.NilError(t, os.RemoveAll(c.folder))
	defer os.RemoveAll(c.folder)
	for _, f := range c.files {
		path := filepath.Join(c.folder, f.Name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		mode := os.FileMode(0o644)
		if bytes.HasPrefix(f.Data, []byte("#!")) {
			mode = 0o755
		}
		assert.NilError(t, os.WriteFile(path, f.Data, mode))
	}
	c.engine.sweep(t, c.project)
	defer c.engine.sweep(t, c.project)
	var deeds []txtar.File
	for _, b := range c.cases {
		var told strings.Builder
		for _, line := range b.lines {
			fmt.Fprintf(&told, "$ %s\n", line)
			c.act(t, &told, program, line)
		}
		deeds = append(deeds, txtar.File{Name: b.name, Data: []byte(told.String())})
	}
	return deeds
}

// act does one line of a case.
func (c *comparison) act(t *testing.T, told *strings.Builder, program, line string) {
	t.Helper()
	words, err := shellwords.Parse(unspecial(line))
	assert.NilError(t, err, line)
	switch words[0] {
	case "!":
		docker(t, c.engine.host, words[2:]...)
	case ">":
		content, err := os.ReadFile(filepath.Join(c.folder, words[3]))
		assert.NilError(t, err)
		assert.NilError(t, os.WriteFile(filepath.Join(c.folder, words[1]), content, 0o644))
		return
	default:
		a := parseCall(words)
		c.call(t, told, program, a)
	}
	writeIndented(told, "has", c.observe(t))
}

// unspecial takes their meaning from the characters that end a command in a
// shell, where they aren't quoted.
func unspecial(line string) string {
	var b strings.Builder
	var quote rune
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == 0 && strings.ContainsRune("<>|();&", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// call is one call of the program.
type call struct {
	words, environment                       []string
	input                                    string
	silent, brief, sorted, exact, interrupts bool
}

func parseCall(words []string) call {
	var c call
	for len(words) > 0 {
		word := words[0]
		name, _, assigns := strings.Cut(word, "=")
		input, pipes := strings.CutSuffix(word, "|")
		switch {
		case word == "~":
			c.silent = true
		case word == "?":
			c.brief = true
		case word == "^":
			c.sorted = true
		case word == "=":
			c.exact = true
		case word == "C-c":
			c.interrupts = true
		case pipes:
			c.input = input + "\n"
		case assigns && name == strings.ToUpper(name) && !strings.HasPrefix(name, "-"):
			c.environment = append(c.environment, word)
		default:
			c.words = words
			return c
		}
		words = words[1:]
	}
	return c
}

// ordinaryPath is where both programs look for others: the same on every
// machine, because "config --environment" prints it.
const ordinaryPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func (c *comparison) call(t *testing.T, told *strings.Builder, program string, a call) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, a.words...)
	cmd.Dir, cmd.WaitDelay = c.folder, 5*time.Second
	cmd.Stdin = strings.NewReader(a.input)
	cmd.Env = append([]string{
		"PATH=" + ordinaryPath, "HOME=" + c.folder, "DOCKER_CONFIG=" + c.folder, "DOCKER_HOST=" + c.engine.host,
		"CLOCKER_CONFIG=" + filepath.Join(c.folder, "none"),
	}, a.environment...)
	ready := &awaited{text: "ready", heard: func() { _ = cmd.Process.Signal(os.Interrupt) }}
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if a.interrupts {
		cmd.Stdout = io.MultiWriter(&out, ready)
	}
	started := time.Now()
	err := cmd.Run()
	if took := time.Since(started); took > 4*time.Second {
		t.Logf("%s took %s", strings.Join(cmd.Args, " "), took.Round(time.Second/10))
	}
	if ctx.Err() != nil {
		t.Fatalf("%s did not end within a minute: %v\n%s%s", strings.Join(a.words, " "), err, out.String(), complaint.String())
	}
	fmt.Fprintf(told, "exit %d\n", cmd.ProcessState.ExitCode())
	if !a.silent {
		writeExactly(told, "out", c.output(out.String(), a))
		complaint := c.plain(complaint.String())
		if a.brief {
			complaint = steps(complaint)
		}
		writeIndented(told, "err", said(complaint, c.idle))
	}
}

// output is what is compared of the standard output.
func (c *comparison) output(text string, a call) string {
	if a.exact {
		return strings.ReplaceAll(text, c.folder, "FOLDER")
	}
	text = c.plain(text)
	if a.sorted {
		lines := slices.Sorted(strings.Lines(text))
		text = strings.Join(lines, "")
	}
	return text
}

// awaited calls heard when a text was written for the first time.
type awaited struct {
	text  string
	heard func()

	written bytes.Buffer
	once    sync.Once
}

func (a *awaited) Write(p []byte) (int, error) {
	a.written.Write(p)
	if strings.Contains(a.written.String(), a.text) {
		a.once.Do(a.heard)
	}
	return len(p), nil
}

func docker(t *testing.T, host string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "docker", args...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+host, "DOCKER_CONTEXT=")
	out, err := cmd.CombinedOutput()
	assert.NilError(t, err, "docker %s: %s", strings.Join(args, " "), out)
}

var (
	longID   = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
	hex      = regexp.MustCompile(`^[0-9a-f]{12}$`)
	erasing  = regexp.MustCompile("(?m)^\r\x1b\\[K")
	padding  = regexp.MustCompile(`(?m)^(\S+) +\| `)
	abort    = regexp.MustCompile(`(?m)^ Compose Stopping +(.*)`)
	shortID  = regexp.MustCompile(`\b[0-9a-f]{12}_`)
	slug     = regexp.MustCompile(`-run-[0-9a-f]{12}\b`)
	age      = regexp.MustCompile(`\b(Less than a second|About a minute|\d+ (second|minute)s?)( ago)?\b`)
	moment   = regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z?`)
	pulls    = regexp.MustCompile(`(?m)^ [0-9a-f]{12} .*\n`)
	stops    = regexp.MustCompile(`^ Container (\S+) Stopp(ing|ed)\s*$`)
	step     = regexp.MustCompile(`(?m)^ \S+ \S+ \S+`)
	removals = regexp.MustCompile(goingToRemove + `.*`)
	problem  = regexp.MustCompile(`(?m)^(time="[^"]*" level=\w+ msg="(.*)"|Warning: (.*))$`)
)

// plain leaves out of a text what differs each time.
func (c *comparison) plain(text string) string {
	text = strings.ReplaceAll(text, c.folder, "FOLDER")
	text = strings.ReplaceAll(text, c.engine.host, "HOST")
	text = longID.ReplaceAllString(text, "ID")
	text = shortID.ReplaceAllString(text, "ID_")
	text = slug.ReplaceAllString(text, "-run-SLUG")
	text = moment.ReplaceAllString(text, "MOMENT")
	text = erasing.ReplaceAllString(text, "")      // of a menu that isn't there
	text = padding.ReplaceAllString(text, "$1 | ") // as wide as what was seen so far
	text = abort.ReplaceAllString(text, "$1")
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
// alphabet, since steps run side by side. Which layers are pulled depends on
// what the engine had; and Docker Compose stops those that don't run once more,
// as scripts can't tell.
func said(text string, idle map[string]bool) string {
	text = problem.ReplaceAllString(pulls.ReplaceAllString(text, ""), "$2$3")
	var lines []string
	for line := range strings.Lines(text) {
		stopped := stops.FindStringSubmatch(line)
		if line = strings.TrimRight(line, " \n"); line != "" && (stopped == nil || !idle[stopped[1]]) {
			lines = append(lines, strings.ReplaceAll(line, `\"`, `"`))
		}
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}

// steps are the lines of progress alone, without why one failed.
func steps(text string) string {
	return strings.Join(step.FindAllString(text, -1), "\n")
}

func writeIndented(b *strings.Builder, what, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(b, "  %s %s\n", what, strings.TrimRight(line, " \n"))
	}
}

// writeExactly shows blanks at the end of lines, and a last line that has no end.
func writeExactly(b *strings.Builder, what, text string) {
	for line := range strings.Lines(text) {
		bare, ended := strings.CutSuffix(strings.NewReplacer("\r", "␍", "\x1b", "␛").Replace(line), "\n")
		if trimmed := strings.TrimRight(bare, " \t"); trimmed != bare {
			bare = trimmed + strings.Repeat("·", len(bare)-len(trimmed))
		}
		if !ended {
			bare += " (and no new line)"
		}
		fmt.Fprintf(b, "  %s %s\n", what, bare)
	}
}
