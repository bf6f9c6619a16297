package main

import (
	"fmt"
	"sync"

	"github.com/mattn/go-runewidth"
	"github.com/morikuni/aec"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// menu shows which keys an attached up listens to, below the output, and hears
// of them.
type menu struct {
	session *session
	colour  bool
	// pressed gets each key of the menu.
	pressed chan byte

	bottom   *terminal.Bottom
	leave    leaving
	mu       sync.Mutex
	watching bool
}

// The keys of the menu.
const (
	keyDetach = 'd'
	keyWatch  = 'w'
	keyEnter  = '\n'
)

// openMenu is nil where there is to be none, or can't be. From now on output of
// the session stays above it; it is shown once [menu.show] is called.
func (s *session) openMenu(wanted bool) *menu {
	if !wanted || !s.drawable(s.out) || !s.drawable(s.err) || !terminal.Is(s.in) || !s.root.progress.Drawn() {
		return nil
	}
	restore, err := terminal.Keys(s.in)
	if err != nil {
		return nil
	}
	s.restore.Store(&restore)
	m := &menu{session: s, colour: s.colours(s.out), pressed: make(chan byte)}
	m.leave.then(restore)
	m.listen()
	out, complaints := s.out, s.err
	m.bottom = terminal.NewBottom(out, func() int {
		columns, _ := terminal.Size(out)
		return columns
	})
	s.out, s.err = m.bottom.Over(out), m.bottom.Over(complaints)
	m.leave.then(func() { m.bottom.Show(nil) })
	return m
}

// listen passes keys on until the menu is closed.
func (m *menu) listen() {
	keyboard := terminal.NewKeyboard(m.session.in)
	over := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		var typed [32]byte
		for {
			n, err := keyboard.Read(typed[:])
			if err != nil {
				return
			}
			for _, key := range keysOf(typed[:n]) {
				select {
				case m.pressed <- key:
				case <-over:
					return
				}
			}
		}
	})
	m.leave.then(func() {
		close(over)
		_ = keyboard.Close()
		work.Wait()
		keyboard.Release()
	})
}

// keysOf are the keys of the menu in what was typed.
func keysOf(typed []byte) []byte {
	var keys []byte
	for len(typed) > 0 {
		if n := escape(typed); n > 0 {
			typed = typed[n:]
			continue
		}
		switch typed[0] {
		case keyDetach, keyWatch, keyEnter:
			keys = append(keys, typed[0])
		}
		typed = typed[1:]
	}
	return keys
}

// escape is how many bytes a key sent that isn't a letter, such as an arrow:
// letters are among them. It is 0 for others.
func escape(typed []byte) int {
	if typed[0] != '\x1b' {
		return 0
	}
	n := 2
	if len(typed) > 1 && typed[1] == 'O' {
		n = 3
	}
	if len(typed) > 1 && typed[1] == '[' {
		for n < len(typed) && typed[n] < '@' {
			n++
		}
		n++
	}
	return min(n, len(typed))
}

// show draws the menu.
func (m *menu) show() {
	if m != nil {
		m.bottom.Show(m.line)
	}
}

// setWatching tells the menu what its key would do.
func (m *menu) setWatching(on bool) {
	if m == nil {
		return
	}
	m.mu.Lock()
	m.watching = on
	m.mu.Unlock()
	m.show()
}

// close gives the terminal back.
func (m *menu) close() {
	if m != nil {
		m.leave.do()
	}
}

// keys are those that were pressed; nil, on which nothing comes, without a menu.
func (m *menu) keys() <-chan byte {
	if m == nil {
		return nil
	}
	return m.pressed
}

// space parts the output from what comes, as Enter does at a prompt.
func (m *menu) space() { fmt.Fprintln(m.session.out) }

// line is "w Enable Watch   d Detach", as much of it as there is room for.
func (m *menu) line(columns int) terminal.Line {
	m.mu.Lock()
	watch := "Enable Watch"
	if m.watching {
		watch = "Disable Watch"
	}
	m.mu.Unlock()
	var l terminal.Line
	for _, item := range [][2]string{{"w", watch}, {"d", "Detach"}} {
		gap := ""
		if l.Width > 0 {
			gap = "   "
		}
		width := runewidth.StringWidth(gap + item[0] + " " + item[1])
		if l.Width+width > columns {
			break
		}
		l.Text += gap + m.item(item[0], item[1])
		l.Width += width
	}
	return l
}

func (m *menu) item(key, label string) string {
	if !m.colour {
		return key + " " + label
	}
	return aec.Bold.With(aec.Inverse).Apply(key) + aec.Faint.Apply(" "+label)
}

// wantsMenu tells whether an attached up listens to keys: the flag says so, or
// COMPOSE_MENU, or nothing says otherwise.
func (s *session) wantsMenu(flag *bool) bool {
	switch {
	case flag != nil:
		return *flag
	case s.getenv("COMPOSE_MENU") != "":
		return s.enabled("COMPOSE_MENU")
	}
	return true
}
