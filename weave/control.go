package weave

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// errSilent is a router that does not answer yet.
var errSilent = errors.New("the router doesn't answer")

// control speaks to a host's router, by the curl in its container: its HTTP
// interface answers on the host alone.
type control struct{ engine Containers }

// connect makes peers the only ones that the router calls up.
func (c control) connect(ctx context.Context, peers []string) error {
	_, err := c.post(ctx, "/connect", url.Values{"replace": {"true"}, "peer": peers})
	return err
}

// forget makes the router call a peer up no more.
func (c control) forget(ctx context.Context, peer string) error {
	_, err := c.post(ctx, "/forget", url.Values{"peer": {peer}})
	return err
}

func (c control) post(ctx context.Context, path string, form url.Values) ([]byte, error) {
	return c.curl(ctx, "-X", "POST", "-d", form.Encode(), "http://"+httpAddr+path)
}

// report is what the router tells of itself.
type report struct {
	Router struct {
		Name        string
		Connections []connection
	}
}

// connection is one with another router.
type connection struct {
	Address, State, Info string
	Outbound             bool
}

// reason says why it is not established, without when it is tried again.
func (c connection) reason() string {
	info, _, _ := strings.Cut(c.Info, ", retry")
	return clean(c.Address + " is " + c.State + ": " + info)
}

func (c control) report(ctx context.Context) (report, error) {
	raw, err := c.curl(ctx, "-H", "Accept: application/json", "http://"+httpAddr+"/report")
	if err != nil {
		return report{}, err
	}
	var r report
	if err := json.Unmarshal(raw, &r); err != nil {
		return report{}, fmt.Errorf("read the router's report: %w", err)
	}
	return r, nil
}

// Exit codes of curl, and the engine's where a container ends just then.
const (
	curlRefused = 7
	curlTimeout = 28
	curlEmpty   = 52
	curlReset   = 56
	notRun      = 126
)

func (c control) curl(ctx context.Context, arguments ...string) ([]byte, error) {
	command := append([]string{"curl", "-sSf", "--max-time", "5"}, arguments...)
	result, err := c.engine.Exec(ctx, RouterName, command)
	switch {
	case errors.Is(err, hosts.ErrConflict): // stopped or restarting
		return nil, errors.Join(errSilent, err)
	case err != nil:
		return nil, err
	}
	switch result.ExitCode {
	case 0:
		return result.Stdout, nil
	case curlRefused, curlTimeout, curlEmpty, curlReset, notRun:
		return nil, errSilent
	}
	return nil, fmt.Errorf("ask the router: curl ended with %d: %s%s", result.ExitCode, result.Stderr, result.Stdout)
}

// answering waits until the router does, for at most the given time.
func (c control) answering(ctx context.Context, atMost time.Duration) error {
	return poll(ctx, atMost, func() (bool, error) {
		_, err := c.curl(ctx, "http://"+httpAddr+"/status")
		if errors.Is(err, errSilent) {
			return false, nil
		}
		return err == nil, err
	})
}

// poll calls done until it is true or fails; errSilent when time is up.
func poll(ctx context.Context, atMost time.Duration, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, atMost, errSilent)
	defer cancel()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		ok, err := done()
		if ok || err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// clean keeps a router's words to one line of plain characters.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
}
