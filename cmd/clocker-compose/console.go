package main

import (
	"errors"
	"io"
	"sync"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// consoleOptions are how the user is joined to a process.
type consoleOptions struct {
	// detachKeys leave the process alone; "" is the default.
	detachKeys string
	// signals passes the program's signals on.
	signals bool
	// out is where output goes; nil is standard output.
	out io.Writer
}

// console is the user's side of a process in a container.
func (s *session) console(o consoleOptions) compose.Console {
	c := compose.Console{Join: func(stdin, tty bool) (hosts.Streams, func(), error) { return s.join(o, stdin, tty) }}
	if o.signals {
		c.Signals = s.passedSignals
	}
	return c
}

// join prepares the streams of this process for one in a container. Leave gives
// the terminal back.
func (s *session) join(o consoleOptions, stdin, tty bool) (hosts.Streams, func(), error) {
	s.renderer.Flush()
	streams := hosts.Streams{Out: s.out, Err: s.err}
	if o.out != nil {
		streams.Out = o.out
	}
	leave := &leaving{}
	if stdin {
		keyboard := terminal.NewKeyboard(s.in)
		leave.then(keyboard.Release)
		if err := s.prepare(keyboard, o, tty, leave); err != nil {
			leave.do()
			return hosts.Streams{}, nil, err
		}
		streams.In = keyboard
	}
	if tty {
		sizes, stop := s.sizes()
		leave.then(stop)
		streams.Sizes = sizes
	}
	return streams, leave.do, nil
}

// prepare makes a terminal that of the process.
func (s *session) prepare(keyboard *terminal.Keyboard, o consoleOptions, tty bool, leave *leaving) error {
	if !tty {
		return nil
	}
	if !terminal.Is(s.in) {
		return errors.New("the input device is not a TTY")
	}
	if err := keyboard.Detaching(o.detachKeys); err != nil {
		return err
	}
	restore, err := terminal.Raw(s.in)
	if err != nil {
		return err
	}
	s.restore.Store(&restore)
	leave.then(restore)
	return nil
}

// sizes has the terminal's size now, and after each change until stop is called.
func (s *session) sizes() (<-chan hosts.TerminalSize, func()) {
	sizes := make(chan hosts.TerminalSize, 1)
	s.tellSize(sizes)
	list := terminal.Resized()
	if s.watch == nil || len(list) == 0 {
		return sizes, func() {}
	}
	changed, stop := s.watch(list...)
	over := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		for {
			select {
			case <-changed:
				s.tellSize(sizes)
			case <-over:
				return
			}
		}
	})
	return sizes, func() {
		stop()
		close(over)
		work.Wait()
	}
}

// tellSize replaces a size that nobody has taken yet.
func (s *session) tellSize(sizes chan hosts.TerminalSize) {
	columns, rows := terminal.Size(s.out)
	if columns <= 0 || rows <= 0 {
		return
	}
	select {
	case <-sizes:
	default:
	}
	sizes <- hosts.TerminalSize{Columns: uint(columns), Rows: uint(rows)}
}

// leaving is what is to be undone, last first and once.
type leaving struct {
	once sync.Once
	undo []func()
}

func (l *leaving) then(f func()) { l.undo = append(l.undo, f) }

func (l *leaving) do() {
	l.once.Do(func() {
		for i := len(l.undo) - 1; i >= 0; i-- {
			l.undo[i]()
		}
	})
}
