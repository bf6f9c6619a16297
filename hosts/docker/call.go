package docker

import (
	"context"
	"time"

	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/versions"
)

// do makes one call: it agrees on the API version where that is not done yet,
// bounds the call by limit (0 is by ctx alone), and explains its error.
func (e *Engine) do(ctx context.Context, op string, limit time.Duration, call func(context.Context) error) error {
	start := time.Now()
	bounded := ctx
	if limit > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	err := e.negotiate(bounded)
	if err == nil {
		err = call(bounded)
	}
	return e.explain(op, time.Since(start), err)
}

// short makes a call that the engine answers by itself.
func (e *Engine) short(ctx context.Context, op string, call func(context.Context) error) error {
	return e.do(ctx, op, e.o.CallTimeout, call)
}

// negotiate agrees on the API version, once. Doing it here and not in the
// client's first request keeps its failure: the client goes on with a version
// that the engine may not know.
func (e *Engine) negotiate(ctx context.Context) error {
	if err := e.negotiation.take(ctx); err != nil {
		return err
	}
	defer e.negotiation.give()
	if e.negotiated || e.o.Environment.APIVersion != "" {
		return nil
	}
	_, err := e.api.Ping(withFirstFailure(ctx), client.PingOptions{NegotiateAPIVersion: true})
	e.negotiated = err == nil
	return err
}

// before tells whether the agreed API version is lower.
func (e *Engine) before(version string) bool {
	return versions.LessThan(e.api.ClientVersion(), version)
}
