package main

import (
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"

	mobysignal "github.com/moby/sys/signal"
)

// watchSystem tells of signals that the process gets, all of them without a list.
func watchSystem(list ...os.Signal) (<-chan os.Signal, func()) {
	signals := make(chan os.Signal, 16)
	if len(list) == 0 {
		mobysignal.CatchAll(signals)
	} else {
		signal.Notify(signals, list...)
	}
	return signals, func() { signal.Stop(signals) }
}

// patience is how many times a user asks a process to end before the program
// ends without it.
const patience = 3

// passedSignals are the names of signals that a process in a container is to
// have, from now until stop is called. Those that ask this program to end are
// among them, up to the third.
func (s *session) passedSignals() (<-chan string, func()) {
	names := make(chan string, 16)
	asked := 0
	restore := s.interrupts.divert(func(signal os.Signal) {
		asked++
		if asked == patience {
			s.interrupts.giveUp()
		}
		pass(names, signal)
	})
	end := s.passOthers(names)
	return names, func() {
		restore()
		end()
	}
}

// passOthers passes on signals that ask for something else than the end.
func (s *session) passOthers(names chan<- string) (end func()) {
	if s.watch == nil {
		return func() {}
	}
	all, stop := s.watch()
	over := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		for {
			select {
			case signal := <-all:
				if !slices.Contains(ownSignals(), nameOf(signal)) {
					pass(names, signal)
				}
			case <-over:
				return
			}
		}
	})
	return func() {
		stop()
		close(over)
		work.Wait()
	}
}

// ownSignals are not another process's business: those that ask this one to
// end, which come another way, and those about its own children, pipes,
// terminal and threads.
func ownSignals() []string {
	return []string{"INT", "TERM", "CHLD", "CLD", "PIPE", "URG", "WINCH", "TTIN", "TTOU", "TSTP", "CONT", ""}
}

// pass drops a signal where nobody takes them any more.
func pass(names chan<- string, signal os.Signal) {
	select {
	case names <- nameOf(signal):
	default:
	}
}

// nameOf is a signal's name as engines know it, "" for one that has none.
func nameOf(signal os.Signal) string {
	var found []string
	for name, number := range mobysignal.SignalMap {
		if os.Signal(number) == signal {
			found = append(found, strings.TrimPrefix(name, "SIG"))
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.Min(found)
}
