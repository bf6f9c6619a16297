package program

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// The most that a program may write, in bytes.
const (
	longestReply     = 16 << 20
	longestComplaint = 64 << 10
)

// ask calls the program once.
func (p *provider) ask(ctx context.Context, r request) (reply, error) {
	r.Version = version
	question, err := json.Marshal(r)
	if err != nil {
		return reply{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, p.timeout, fmt.Errorf("no reply in %s", p.timeout))
	defer cancel()
	answer, complaint, err := p.run(ctx, question)
	if ended := ctx.Err(); ended != nil {
		if cause := context.Cause(ctx); !errors.Is(cause, ended) {
			return reply{}, fmt.Errorf("%w: %w", cause, ended)
		}
		return reply{}, ended
	}
	return read(answer, redact(complaint, r.Order), err)
}

// run gives the question to the program, and ends all of its processes with ctx.
func (p *provider) run(ctx context.Context, question []byte) (answer *limited, complaint string, err error) {
	c := exec.CommandContext(ctx, p.program.Command[0], p.program.Command[1:]...)
	answer = &limited{limit: longestReply}
	said := &tail{limit: longestComplaint}
	c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr = p.program.Directory, p.program.Environ, bytes.NewReader(question), answer, said
	c.WaitDelay = time.Second
	ownGroup(c)
	err = c.Run()
	return answer, said.line(), err
}

var errLong = fmt.Errorf("its reply is longer than %d bytes", longestReply)

// read is what the program said. A reply counts more than an exit code.
func read(answer *limited, complaint string, ended error) (reply, error) {
	var r reply
	if answer.over {
		return r, errLong
	}
	unread := json.Unmarshal(answer.kept.Bytes(), &r)
	switch {
	case unread == nil && r.Error != nil:
		return r, r.Error.err()
	case ended != nil && !errors.Is(ended, exec.ErrWaitDelay):
		return r, fmt.Errorf("%w: %s", ended, complaint)
	case unread != nil:
		return r, fmt.Errorf("its reply isn't JSON: %w", unread)
	case r.Version != version:
		return r, fmt.Errorf("its reply is of version %d; it is to be %d", r.Version, version)
	}
	return r, nil
}

// redact takes lines of the user data out of a text: it holds a private key.
func redact(text string, o *order) string {
	if o == nil {
		return text
	}
	for line := range strings.Lines(o.UserData) {
		if line = strings.TrimSpace(line); len(line) >= 8 && strings.Contains(text, line) {
			return "what it said last repeats the user data"
		}
	}
	return text
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

// tail keeps the end of what is written to it.
type tail struct {
	kept  []byte
	limit int
}

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - t.limit; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(b), nil
}

// line is the last one, where programs say what went wrong.
func (t *tail) line() string {
	text := strings.TrimSpace(string(t.kept))
	if text == "" {
		return "it said nothing on standard error"
	}
	return text[strings.LastIndex(text, "\n")+1:]
}
