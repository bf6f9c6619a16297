package fake

import (
	"strconv"
	"strings"
	"time"
)

// script is what a container does, in order of time.
type script []action

// action is a line of output, or the end.
type action struct {
	// After is the time since the start.
	After  time.Duration
	Line   string
	Stderr bool
	// Unended says that the line goes on.
	Unended bool
	Exit    *int
}

// interpret makes the script of a command. One that it does not know, or none,
// runs for ever.
func interpret(command []string, files map[string][]byte) script {
	p := process{files: files}
	for _, words := range statements(command) {
		if !p.run(words) {
			break
		}
	}
	if !p.forever && !p.ended {
		p.exit(p.status)
	}
	return p.script
}

// statements takes a shell's -c apart; other commands are one statement.
func statements(command []string) [][]string {
	if len(command) < 3 || !strings.HasSuffix(command[0], "sh") || command[1] != "-c" {
		return [][]string{command}
	}
	var all [][]string
	for s := range strings.SplitSeq(strings.NewReplacer("&&", ";", "\n", ";").Replace(command[2]), ";") {
		if words := strings.Fields(s); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// process is a shell that runs ahead of time.
type process struct {
	script  script
	files   map[string][]byte
	now     time.Duration
	status  int
	ended   bool
	forever bool
}

// run is false where nothing comes after.
func (p *process) run(words []string) bool {
	if len(words) == 0 {
		p.forever = true
		return false
	}
	if words[0] == "exec" {
		words = words[1:]
	}
	p.status = 0
	switch name, args := words[0], words[1:]; name {
	case "true", "trap", ":":
	case "false":
		p.status = 1
	case "echo":
		p.echo(args)
	case "printf":
		p.printf(args)
	case "cat":
		p.cat(args)
	case "sleep":
		p.sleep(args)
	case "exit":
		p.exit(number(args))
	default:
		p.forever = true
	}
	return !p.forever && !p.ended
}

func (p *process) echo(args []string) {
	stderr := len(args) > 0 && args[len(args)-1] == ">&2"
	if stderr {
		args = args[:len(args)-1]
	}
	p.script = append(p.script, action{After: p.now, Line: unquoted(args), Stderr: stderr})
}

// printf writes a text that has no end of line, and no directives.
func (p *process) printf(args []string) {
	p.script = append(p.script, action{After: p.now, Line: unquoted(args), Unended: true})
}

func unquoted(words []string) string {
	return strings.NewReplacer(`"`, "", `'`, "").Replace(strings.Join(words, " "))
}

func (p *process) cat(args []string) {
	for _, path := range args {
		content, ok := p.files[path]
		if !ok {
			p.status = 1
			p.script = append(p.script, action{After: p.now, Line: "cat: can't open '" + path + "': No such file or directory", Stderr: true})
			continue
		}
		for _, line := range strings.Split(strings.TrimSuffix(string(content), "\n"), "\n") {
			p.script = append(p.script, action{After: p.now, Line: line})
		}
	}
}

func (p *process) sleep(args []string) {
	seconds, err := strconv.ParseFloat(strings.Join(args, ""), 64)
	if err != nil {
		p.forever = true
		return
	}
	p.now += time.Duration(seconds * float64(time.Second))
}

func (p *process) exit(code int) {
	p.ended = true
	p.script = append(p.script, action{After: p.now, Exit: &code})
}

func number(args []string) int {
	n, _ := strconv.Atoi(strings.Join(args, ""))
	return n
}
