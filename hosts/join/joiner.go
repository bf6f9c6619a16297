package join

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Shell runs commands on a machine.
type Shell interface {
	// RunShell gives a command to the shell of the machine's user, and returns its exit code.
	RunShell(ctx context.Context, command string, s hosts.ShellStreams) (code int, err error)
	// Reconnect makes the next command log in anew.
	Reconnect(ctx context.Context) error
}

// Options are what joins act through.
type Options struct {
	// Shell returns the shell of a machine.
	Shell func(hosts.Host) (Shell, error)
	// Now is this machine's clock.
	Now func() time.Time
	// Patience is how long a join waits for another program that is at the
	// machine's packages, such as its first boot; 0 is 3 minutes. A context that
	// ends later is waited for.
	Patience time.Duration
}

// Joiner makes machines hosts, and examines them.
type Joiner struct{ o Options }

// New returns a Joiner.
func New(o Options) *Joiner {
	if o.Patience == 0 {
		o.Patience = 3 * time.Minute
	}
	return &Joiner{o}
}

// Join does on a machine all that is missing for a host, and tells each thing
// as it is found or done. The error has what a person has to do.
func (j *Joiner) Join(ctx context.Context, h hosts.Host, s Setup, tell func(Finding)) error {
	e, err := j.run(ctx, h, modeJoin, arguments{setup: s, now: j.o.Now(), patience: j.patience(ctx)}, tell)
	if err != nil {
		return err
	}
	if err := e.fault(); err != nil {
		return err
	}
	if e.changed { // its user may have become a member of the group docker
		return e.shell.Reconnect(ctx)
	}
	return nil
}

func (j *Joiner) patience(ctx context.Context) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return max(j.o.Patience, time.Until(end))
	}
	return j.o.Patience
}

// Examine looks at a machine and changes nothing.
func (j *Joiner) Examine(ctx context.Context, h hosts.Host, s Setup, tell func(Finding)) (Examination, error) {
	return j.run(ctx, h, modeCheck, arguments{setup: s, now: j.o.Now(), patience: j.o.Patience}, tell)
}

// Examination is what a run of the script told of a machine.
type Examination struct {
	Host hosts.Host
	// Findings are in the order in which they were told, but for Wait.
	Findings []Finding
	// MachineID and EngineID are "" where the machine has none.
	MachineID, EngineID string
	// System is the distribution and its version, as it names itself.
	System string

	shell   Shell
	changed bool
	ended   bool
}

func (e *Examination) add(f Finding) {
	switch {
	case f.Status == Wait:
		return
	case f.Status != fact:
		e.changed = e.changed || f.Status == Did
		e.Findings = append(e.Findings, f)
	case f.Check == "machine-id":
		e.MachineID = f.Text
	case f.Check == "engine-id":
		e.EngineID = f.Text
	case f.Check == "system":
		e.System = f.Text
	case f.Check == "end":
		e.ended = true
	}
}

// fault is an error with all faults of the machine.
func (e *Examination) fault() error {
	var faults []error
	for _, f := range e.Findings {
		if f.Status == Fault {
			faults = append(faults, &hosts.Error{Host: e.Host.Name, Op: f.Check, Err: errors.New(f.Text), Hint: f.Fix})
		}
	}
	return errors.Join(faults...)
}

// run has a machine read the script, and its lines told.
func (j *Joiner) run(ctx context.Context, h hosts.Host, m mode, a arguments, tell func(Finding)) (Examination, error) {
	e := Examination{Host: h}
	shell, err := j.o.Shell(h)
	if err != nil {
		return e, err
	}
	e.shell = shell
	code, complaint, err := converse(ctx, shell, command(m, a), strings.NewReader(script), h.Name, func(f Finding) {
		e.add(f)
		if tell != nil && f.Status != fact {
			tell(f)
		}
	})
	if err != nil {
		return e, err
	}
	if !e.ended {
		return e, &hosts.Error{
			Host: h.Name, Op: "join", Err: fmt.Errorf("its shell ended with exit code %d: %s", code, complaint),
			Hint: "run it again: it goes on where this run ended",
		}
	}
	return e, nil
}

// converse runs a command and reads its lines. The complaint is what it said
// last on standard error.
func converse(ctx context.Context, shell Shell, command string, in io.Reader, host string, each func(Finding)) (code int, complaint string, err error) {
	r, w := io.Pipe()
	read := make(chan error, 1)
	go func() {
		err := readLines(r, host, each)
		r.CloseWithError(err)
		read <- err
	}()
	said := &tail{}
	code, err = shell.RunShell(ctx, command, hosts.ShellStreams{In: in, Out: w, Err: said})
	_ = w.Close()
	if unread := <-read; err == nil {
		err = unread
	}
	return code, said.line(), err
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	t.kept = t.kept[max(0, len(t.kept)-4096):]
	return len(b), nil
}

// line is the last one.
func (t *tail) line() string {
	text := bytes.TrimSpace(t.kept)
	if len(text) == 0 {
		return "it said nothing"
	}
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}
