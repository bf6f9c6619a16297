package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// confirm asks on the terminal; anything but yes is no.
func (s *session) confirm(question string) (bool, error) {
	s.renderer.Flush()
	fmt.Fprintf(s.err, "%s [y/N] ", terminal.Clean(question))
	answer, err := bufio.NewReader(s.in).ReadString('\n')
	if err != nil {
		return false, fmt.Errorf("read answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}
