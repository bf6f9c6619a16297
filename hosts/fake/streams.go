package fake

import (
	"bufio"
	"context"
	"io"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// RunExec runs a command in a running container: cat copies what it reads, and
// any other is as in [Engine.Exec].
func (e *Engine) RunExec(ctx context.Context, name string, o hosts.ExecOptions, s hosts.Streams) (int, error) {
	defer closeInput(s.In)
	result, err := e.Exec(ctx, name, o.Command)
	if err != nil {
		return 0, err
	}
	if isCopier(o.Command) && s.In != nil {
		_, err := io.Copy(orDiscard(s.Out), s.In)
		return 0, err
	}
	stderr := s.Err
	if o.Tty {
		stderr = s.Out
	}
	for w, text := range map[io.Writer][]byte{orDiscard(s.Out): result.Stdout, orDiscard(stderr): result.Stderr} {
		if _, err := w.Write(text); err != nil {
			return 0, err
		}
	}
	return result.ExitCode, nil
}

// StartExec runs a command whose result nobody sees.
func (e *Engine) StartExec(ctx context.Context, name string, o hosts.ExecOptions) error {
	_, err := e.Exec(ctx, name, o.Command)
	return err
}

// AttachContainer passes on what a container writes from now until it ends. One
// whose command is cat and that has its input open writes what it reads, and
// ends with it.
func (e *Engine) AttachContainer(ctx context.Context, name string, o hosts.AttachOptions, s hosts.Streams) error {
	defer closeInput(s.In)
	var id string
	var read, seen int
	err := e.call(ctx, "AttachContainer", name, func(st *state) error {
		r, err := st.container(name)
		if err != nil {
			return err
		}
		id, read, seen = r.ID, len(r.Log), len(st.Events)
		return nil
	})
	if err == nil && o.Attached != nil {
		err = o.Attached()
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	typed := make(chan struct{})
	go func() {
		defer close(typed)
		if err := e.feed(ctx, id, s.In); err != nil {
			cancel(err)
		}
	}()
	err = e.watchOutput(ctx, id, read, seen, s)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	closeInput(s.In)
	<-typed
	return err
}

// watchOutput writes a container's lines until an event tells that it has died.
func (e *Engine) watchOutput(ctx context.Context, id string, read, seen int, s hosts.Streams) error {
	for died := false; !died; {
		var fresh []written
		err := e.poll(ctx, func(st *state) bool {
			if r, err := st.container(id); err == nil {
				fresh = r.Log[read:]
			} else if last := st.Last[id]; len(last) > read {
				fresh = last[read:]
			}
			died = slices.ContainsFunc(st.Events[seen:], func(event hosts.ContainerEvent) bool {
				return event.ID == id && (event.Action == "die" || event.Action == "destroy")
			})
			return died || len(fresh) > 0
		})
		if err != nil {
			return err
		}
		read += len(fresh)
		for _, l := range fresh {
			w := s.Out
			if l.Stderr {
				w = s.Err
			}
			text := slices.Clone(l.Text)
			if !l.Unended {
				text = append(text, '\n')
			}
			if _, err := orDiscard(w).Write(text); err != nil {
				return err
			}
		}
	}
	return nil
}

// feed makes lines of a copier's log from what it reads. Nobody else reads.
func (e *Engine) feed(ctx context.Context, id string, in io.Reader) error {
	if in == nil {
		return nil
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		text := slices.Clone(lines.Bytes())
		_ = e.update(func(s *state) error {
			if r, err := s.container(id); err == nil && r.copier() {
				r.write(hosts.LogLine{Time: time.Now(), Text: text})
			}
			return nil
		})
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return e.poll(ctx, func(s *state) bool {
		r, err := s.container(id)
		if err == nil && r.copier() && r.running() {
			s.exit(r, 0, time.Now())
		}
		return err != nil || !r.copier() || r.State == hosts.Exited
	})
}

// ExpectExit has a value once the container has ended as the condition says.
func (e *Engine) ExpectExit(ctx context.Context, name string, until hosts.WaitCondition) (<-chan hosts.ContainerExit, error) {
	exit := make(chan hosts.ContainerExit, 1)
	var id string
	var seen int
	var over bool
	err := e.call(ctx, "ExpectExit", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		id, seen = r.ID, len(s.Events)
		if over = until == hosts.NotRunning && !r.running(); over {
			exit <- hosts.ContainerExit{Code: r.ExitCode}
		}
		return nil
	})
	if err == nil && !over {
		go func() {
			code, err := e.expect(ctx, id, seen, until)
			exit <- hosts.ContainerExit{Code: code, Err: e.explain("ExpectExit", name, err)}
		}()
	}
	return exit, err
}

func (e *Engine) expect(ctx context.Context, id string, seen int, until hosts.WaitCondition) (code int, err error) {
	last := "die"
	if until == hosts.Removed {
		last = "destroy"
	}
	err = e.poll(ctx, func(s *state) (done bool) {
		for _, event := range s.Events[seen:] {
			if event.ID == id && event.Action == "die" {
				code = event.ExitCode
			}
			done = done || event.ID == id && event.Action == last
		}
		return done
	})
	return code, err
}

// isCopier tells a command that writes what it reads.
func isCopier(command []string) bool { return len(command) == 1 && command[0] == "cat" }

func (r *record) copier() bool { return isCopier(r.command()) && r.Spec.Config.OpenStdin }

// autoRemoved tells that the engine removes the container when it has ended.
func (r *record) autoRemoved() bool { return r.Spec.HostConfig != nil && r.Spec.HostConfig.AutoRemove }

func closeInput(in io.ReadCloser) {
	if in != nil {
		_ = in.Close()
	}
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}
