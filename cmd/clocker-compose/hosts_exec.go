package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type hostsExecOptions struct {
	names   []string
	command []string
}

func newHostsExec(s *session) *cli.Command {
	return &cli.Command{
		Name:      "exec",
		Usage:     "Run a command on hosts, outside of containers",
		ArgsUsage: "HOST... [--] COMMAND [ARGS...]",
		Description: "`hosts exec h1 docker ps` runs it on one host, `hosts exec h1 h2 -- docker ps` on several at once, with " +
			"the host's name before each line. A command of one word is a line for the host's shell. Hosts are reached by SSH.",
		Action: func(c *cli.Context) error {
			o, err := parseHostsExec(c.Args().Slice())
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

// parseHostsExec parts the hosts from the command: by "--", else the first word is the host.
func parseHostsExec(words []string) (hostsExecOptions, error) {
	i := slices.Index(words, "--")
	o := hostsExecOptions{}
	switch {
	case i >= 0:
		o = hostsExecOptions{words[:i], words[i+1:]}
	case len(words) > 0:
		o = hostsExecOptions{words[:1], words[1:]}
	}
	if len(o.names) == 0 || len(o.command) == 0 {
		return o, errors.New("name a host and a command, such as h1 docker ps; several hosts stand before --, as in h1 h2 -- docker ps")
	}
	return o, nil
}

// line is the command for a shell. One word is taken as a line already.
func (o hostsExecOptions) line() string {
	if len(o.command) == 1 {
		return o.command[0]
	}
	words := make([]string, len(o.command))
	for i, w := range o.command {
		words[i] = shellWord(w)
	}
	return strings.Join(words, " ")
}

// shellWord quotes what a shell would take apart.
func shellWord(w string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=,@%+", r)
	}
	if w != "" && !strings.ContainsFunc(w, func(r rune) bool { return !plain(r) }) {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

func (o hostsExecOptions) run(ctx context.Context, s *session) error {
	chosen, err := s.chosenHosts(ctx, o.names, "")
	if err != nil {
		return err
	}
	if s.root.dryRun {
		for _, h := range chosen {
			fmt.Fprint(s.out, cleanLines(fmt.Sprintf("would run on %s: %s", h.Name, o.line())))
		}
		return nil
	}
	if len(chosen) == 1 {
		streams := hosts.ShellStreams{Out: s.out, Err: s.err}
		if !terminal.Is(s.in) {
			streams.In = s.in
		}
		return o.on(ctx, s, chosen[0], streams)
	}
	return o.onAll(ctx, s, chosen)
}

// on runs the command on one host; its exit code is an error that says nothing.
func (o hostsExecOptions) on(ctx context.Context, s *session, h hosts.Host, streams hosts.ShellStreams) error {
	e, err := s.connections.connect(h)
	if err != nil {
		return err
	}
	code, err := e.RunShell(ctx, o.line(), streams)
	if err == nil && code != 0 {
		err = status(code)
	}
	return err
}

// onAll runs it on several at once. The first host's failure, in the order in
// which they were named, is the program's.
func (o hostsExecOptions) onAll(ctx context.Context, s *session, chosen []hosts.Host) error {
	width := 0
	for _, h := range chosen {
		width = max(width, len(h.Name))
	}
	failures := make([]error, len(chosen))
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, h := range chosen {
		all.Go(func() {
			prefix := fmt.Sprintf("%-*s | ", width, terminal.Clean(h.Name))
			out, complaint := &prefixed{to: s.out, mu: &mu, prefix: prefix}, &prefixed{to: s.err, mu: &mu, prefix: prefix}
			failures[i] = o.on(ctx, s, h, hosts.ShellStreams{Out: out, Err: complaint})
			out.flush()
			complaint.flush()
		})
	}
	all.Wait()
	var worst error
	for i, err := range failures {
		if _, silent := errors.AsType[status](err); silent {
			s.warn(fmt.Sprintf("host %s: %s", chosen[i].Name, err))
		} else if err != nil {
			s.warn(err.Error())
			err = status(codeError)
		}
		worst = cmp.Or(worst, err)
	}
	return worst
}

// prefixed writes whole lines, each behind a prefix, and without what would
// drive a terminal.
type prefixed struct {
	to     io.Writer
	mu     *sync.Mutex
	prefix string
	rest   []byte
}

func (p *prefixed) Write(b []byte) (int, error) {
	p.rest = append(p.rest, b...)
	for {
		line, rest, ok := bytes.Cut(p.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		p.print(line)
		p.rest = rest
	}
}

func (p *prefixed) flush() {
	if len(p.rest) > 0 {
		p.print(p.rest)
	}
}

func (p *prefixed) print(line []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.to, p.prefix+terminal.Clean(string(line)))
}
