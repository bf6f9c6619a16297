package fake

import (
	"context"
	"errors"
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// failure is what the engine says, of a kind that errors.Is finds.
type failure struct {
	kind error
	text string
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.kind }

func notFound(format string, a ...any) error {
	return &failure{hosts.ErrNotFound, fmt.Sprintf(format, a...)}
}

func conflict(format string, a ...any) error {
	return &failure{hosts.ErrConflict, fmt.Sprintf(format, a...)}
}

// explain frames an error as the real adapter does.
func (e *Engine) explain(method, object string, err error) error {
	if err == nil {
		return nil
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = errors.Join(&failure{hosts.ErrUnreachable, "no answer in time"}, err)
	case errors.Is(err, context.Canceled):
		err = fmt.Errorf("interrupted: %w", err)
	}
	return &hosts.Error{Host: e.host, Op: operation(method, object), Err: err}
}

// operation is "create container web" for CreateContainer, "web".
func operation(method, object string) string {
	var words []rune
	for i, r := range method {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				words = append(words, ' ')
			}
			r += 'a' - 'A'
		}
		words = append(words, r)
	}
	if object == "" {
		return string(words)
	}
	return string(words) + " " + object
}
