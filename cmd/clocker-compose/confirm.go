package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// confirm asks on the terminal; anything but yes is no.
func (s *session) confirm(question string) (bool, error) {
	s.renderer.Flush()
	fmt.Fprintf(s.err, "%s [y/N] ", terminal.Clean(question))
	answer, err := readAnswer(s.in)
	if err != nil {
		return false, fmt.Errorf("read answer: %w", err)
	}
	return isYes(answer), nil
}

// consent asks whoever is at the standard input, a pipe too. No answer is no.
func (s *session) consent(question string) (bool, error) {
	if terminal.Is(s.in) {
		return s.confirm(question)
	}
	answer, err := readAnswer(s.in)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read answer: %w", err)
	}
	return isYes(answer), nil
}

func isYes(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// readAnswer reads a line, and nothing of the next one: that answers the next question.
func readAnswer(in io.Reader) (string, error) {
	var line []byte
	for char := make([]byte, 1); len(line) < maxAnswer; {
		n, err := in.Read(char)
		if n > 0 && char[0] == '\n' {
			return string(line), nil
		}
		line = append(line, char[:n]...)
		if err != nil {
			return string(line), err
		}
	}
	return string(line), nil
}

// maxAnswer is more than anybody types who means yes.
const maxAnswer = 100
