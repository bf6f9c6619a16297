package buildkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Check asks the frontend what it finds wrong with a Dockerfile, and builds
// nothing. An error is a Dockerfile that can't be built at all.
func (b *Builder) Check(ctx context.Context, spec hosts.BuildSpec) (hosts.BuildFindings, error) {
	found, err := b.check(ctx, spec)
	if err == nil || ctx.Err() != nil {
		return found, ctx.Err()
	}
	return found, b.explain("check image "+spec.Tags[0], err)
}

func (b *Builder) check(ctx context.Context, spec hosts.BuildSpec) (found hosts.BuildFindings, err error) {
	options, err := b.options(spec)
	if err != nil {
		return found, err
	}
	c, err := b.connect(ctx, spec, nil)
	if err != nil {
		return found, err
	}
	defer c.Close()
	options.Exports, options.CacheExports = nil, nil
	ask := options.FrontendAttrs
	ask["requestid"], ask["frontend.caps"] = "frontend.lint", caps(ask["frontend.caps"], "moby.buildkit.frontend.subrequests")
	story := newStory(nil)
	err = story.follow(func(statuses chan *client.SolveStatus) error {
		_, err := c.Build(ctx, options, "", func(ctx context.Context, frontend gateway.Client) (*gateway.Result, error) {
			answer, err := frontend.Solve(ctx, gateway.SolveRequest{Frontend: options.Frontend, FrontendOpt: ask})
			if err != nil {
				return nil, err
			}
			found, err = findings(answer.Metadata, dockerfileOf(options))
			return gateway.NewResult(), err
		}, statuses)
		return err
	})
	if err != nil {
		return found, story.failure(err, dockerfileOf(options))
	}
	return found, nil
}

func caps(known, more string) string {
	return strings.Trim(known+","+more, ",")
}

// findings reads the frontend's answer. A Dockerfile that can't be built is an
// error, in the words of the frontend.
func findings(answer map[string][]byte, of dockerfile) (hosts.BuildFindings, error) {
	var found struct {
		Warnings   []any
		BuildError *struct {
			Message  string
			Location struct {
				Ranges []struct{ Start struct{ Line int } }
			}
		}
	}
	content, ok := answer["result.json"]
	if !ok { // of a frontend that has built instead
		return hosts.BuildFindings{}, errors.New("unsupported request frontend.lint")
	}
	if err := json.Unmarshal(content, &found); err != nil {
		return hosts.BuildFindings{}, fmt.Errorf("read findings: %w", err)
	}
	if wrong := found.BuildError; wrong != nil {
		place, why := of.parsed(wrong.Message)
		if place == "" && len(wrong.Location.Ranges) > 0 {
			place = fmt.Sprintf("%s:%d", of.name, wrong.Location.Ranges[0].Start.Line)
		}
		return hosts.BuildFindings{}, &failure{place: place, why: why, cause: errors.New(wrong.Message)}
	}
	if len(found.Warnings) == 0 {
		return hosts.BuildFindings{}, nil
	}
	return hosts.BuildFindings{Text: strings.TrimSpace(string(answer["result.txt"])), Warnings: len(found.Warnings)}, nil
}
