package weave

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// routerStart is how long a router may take until it answers.
const routerStart = time.Minute

// States of a connection, in the router's words.
const (
	established = "established"
	pending     = "pending"
)

// introduce tells the router its peers, as soon as it answers. It remembers them.
func (f *Fabric) introduce(ctx context.Context, e Containers, host hosts.Host, peers []string) error {
	c := control{e}
	if err := c.answering(ctx, routerStart); err != nil {
		return unstarted(host, err)
	}
	if err := c.connect(ctx, peers); err != nil {
		return failure(host, "tell router its peers", err, "")
	}
	return nil
}

func unstarted(host hosts.Host, err error) error {
	return failure(host, "start router", err, fmt.Sprintf("look at `docker logs %s` there: is port %d taken?", RouterName, Port))
}

func others(peers []string, own string) []string {
	return slices.DeleteFunc(slices.Clone(peers), func(p string) bool { return p == "" || p == own })
}

// patience is how long another key is borne: while the key of a pool changes,
// routers that have the old one are being replaced.
const patience = 8 * time.Second

// settle waits for as many connections as there are peers.
func (f *Fabric) settle(ctx context.Context, e Containers, host hosts.Host, peers int) error {
	c := control{e}
	var last report
	answers, strange := false, time.Now()
	look := func() (bool, error) {
		r, err := c.report(ctx)
		if answers = !errors.Is(err, errSilent); !answers {
			return false, nil
		}
		last = r
		problem := strangers(r)
		if problem == nil {
			strange = time.Now()
		}
		if time.Since(strange) > min(patience, f.o.Settle/2) {
			return false, problem
		}
		return len(connected(r)) >= peers, err
	}
	err := poll(ctx, f.o.Settle, look)
	if errors.Is(err, errSilent) && unanswered(last) {
		err = poll(ctx, f.o.Settle, look)
	}
	switch {
	case !errors.Is(err, errSilent):
		return explain(host, err)
	case !answers: // it has got another datapath, or has ended
		return unstarted(host, err)
	}
	return explain(host, unsettled(last, peers))
}

func connected(r report) []connection {
	return slices.DeleteFunc(slices.Clone(r.Router.Connections), func(c connection) bool { return c.State != established })
}

// unanswered tells that all that lacks is connections whose packets get no answer
// yet. Routers give such a one up after a minute, and make another, which mends
// it if it was by chance.
func unanswered(r report) bool {
	lacking := slices.DeleteFunc(slices.Clone(r.Router.Connections), func(c connection) bool { return c.State == established })
	return len(lacking) > 0 && !slices.ContainsFunc(lacking, func(c connection) bool { return c.State != pending })
}

var (
	errPassword = errors.New("another host's router uses another key")
	errPorts    = errors.New("no connection between routers")
)

// strangers are peers with another password.
func strangers(r report) error {
	for _, c := range r.Router.Connections {
		if strings.Contains(c.Info, "decrypt") || strings.Contains(c.Info, "assword") {
			return fmt.Errorf("%w: %s", errPassword, c.reason())
		}
	}
	return nil
}

// unsettled names the connections that failed, with the router's reasons.
func unsettled(r report, peers int) error {
	var reasons []string
	for _, c := range r.Router.Connections {
		if c.State != established {
			reasons = append(reasons, c.reason())
		}
	}
	slices.Sort(reasons)
	return fmt.Errorf("%w: %d of %d: %s", errPorts, len(connected(r)), peers, strings.Join(slices.Compact(reasons), "; "))
}

func explain(host hosts.Host, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errPassword):
		return failure(host, "join fabric", err, "give every user of the pool the same fabric key")
	case errors.Is(err, errPorts):
		return failure(host, "join fabric", err, fmt.Sprintf("open ports %d/tcp, %d/udp and %d/udp between the hosts", Port, Port, Port+1))
	}
	return failure(host, "join fabric", err, "")
}
