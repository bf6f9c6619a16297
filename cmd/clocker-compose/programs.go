package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// longestAnswer bounds what a program may say, in bytes.
const longestAnswer = 64 << 20

// askProgram calls a program of the config file.
func (s *session) askProgram(ctx context.Context, name string, question []byte) ([]byte, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	p, err := config.Program(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	c := exec.CommandContext(ctx, executable(p), p.Command[1:]...)
	c.Dir, c.Env, c.Stdin = p.Directory, s.environ, bytes.NewReader(question)
	c.WaitDelay = time.Second
	answer, complaint := &limited{limit: longestAnswer}, &limited{limit: 1 << 16}
	c.Stdout, c.Stderr = answer, complaint
	switch err := c.Run(); {
	case ctx.Err() != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("no answer in %s", p.Timeout)
	case answer.over:
		return nil, fmt.Errorf("its answer is longer than %d bytes", longestAnswer)
	case err != nil:
		return nil, fmt.Errorf("%w: %s", err, lastLine(complaint.kept.String()))
	}
	return answer.kept.Bytes(), nil
}

// executable is the program's file: one with a path may be relative to the
// config file.
func executable(p project.Program) string {
	file := p.Command[0]
	if strings.Contains(file, "/") && !filepath.IsAbs(file) {
		return filepath.Join(p.Directory, file)
	}
	return file
}

// lastLine is what a program said last, where programs say what went wrong.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return "it said nothing on standard error"
}

// limited keeps so much of what is written to it, and forgets the rest.
type limited struct {
	kept  bytes.Buffer
	limit int
	over  bool
}

func (l *limited) Write(b []byte) (int, error) {
	if room := l.limit - l.kept.Len(); len(b) > room {
		l.over = true
		l.kept.Write(b[:room])
		return len(b), nil
	}
	return l.kept.Write(b)
}
