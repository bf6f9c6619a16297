package courier

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier/depot"
)

// through brings an image to a host by way of this machine, from one after the
// other of those that have it: no more of it than by the direct way, and this
// machine reads none of it.
func (c *Couriers) through(ctx context.Context, target *station, ref string, o hosts.CarryOptions) error {
	err := fmt.Errorf("%w: no other host is known", hosts.ErrApart)
	for _, name := range o.From {
		source, failed := c.open(ctx, name)
		if failed != nil {
			err = fmt.Errorf("%w: %w", hosts.ErrApart, failed)
			continue
		}
		if err = relayed(ctx, source, target, ref, o); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func relayed(ctx context.Context, source, target *station, ref string, o hosts.CarryOptions) error {
	r, err := openRelay(ctx, source, target)
	if err != nil {
		return fmt.Errorf("%w: %w", hosts.ErrApart, err)
	}
	defer r.close()
	order := depot.Fetch{Ref: ref, Image: digest.Digest(o.ID), Peers: []string{r.address}, Relayed: true}
	err = target.bring(ctx, order, o)
	select {
	case broken := <-r.failed:
		if err != nil && ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", hosts.ErrApart, broken)
		}
	default:
	}
	return err
}

// relay is the way from one depot to another through this machine: a command in
// each one's container, whose streams are joined here. What they say to each
// other they alone can read.
type relay struct {
	// address is where the depot that fetches finds the other.
	address string
	stop    context.CancelFunc
	// ends are of the pipes between the two commands.
	ends []io.Closer
	work sync.WaitGroup
	// failed has why a command ended before it was told to.
	failed chan error
}

func openRelay(ctx context.Context, source, target *station) (*relay, error) {
	ctx, stop := context.WithCancel(ctx)
	asked, asking := io.Pipe()       // what the target says
	answered, answering := io.Pipe() // and what the source says
	passed, passing := io.Pipe()     // what the target says after its port
	r := &relay{stop: stop, ends: []io.Closer{asked, asking, answered, answering, passed, passing}, failed: make(chan error, 2)}
	r.run(ctx, target, []string{"await"}, answered, asking)
	lines := bufio.NewReader(asked)
	port, err := firstLine(ctx, lines, r.failed)
	if err != nil {
		r.close()
		return nil, err
	}
	r.address = net.JoinHostPort("127.0.0.1", port)
	r.work.Go(func() {
		_, err := io.Copy(passing, lines)
		passing.CloseWithError(err)
	})
	r.run(ctx, source, []string{"reach", strconv.Itoa(source.port)}, passed, answering)
	return r, nil
}

// run runs one of the two commands. When it ends, so does what it says.
func (r *relay) run(ctx context.Context, s *station, arguments []string, in io.ReadCloser, out *io.PipeWriter) {
	r.work.Go(func() {
		var complaint tail
		command := append([]string{"/" + binary, "depot"}, arguments...)
		code, err := s.engine.RunExec(ctx, s.id, hosts.ExecOptions{Command: command}, hosts.Streams{In: in, Out: out, Err: &complaint})
		if err == nil && code != 0 {
			err = errors.New(strings.TrimSpace(complaint.String()))
		}
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		r.failed <- err
		out.Close()
	})
}

// firstLine is what a command says first, or why it doesn't.
func firstLine(ctx context.Context, lines *bufio.Reader, failed <-chan error) (string, error) {
	said := make(chan string, 1)
	go func() {
		line, err := lines.ReadString('\n')
		if err == nil {
			said <- strings.TrimSpace(line)
		}
	}()
	select {
	case line := <-said:
		return line, nil
	case err := <-failed:
		return "", fmt.Errorf("open a way through this machine: %w", err)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// close ends both commands.
func (r *relay) close() {
	r.stop()
	for _, end := range r.ends {
		_ = end.Close()
	}
	r.work.Wait()
}
