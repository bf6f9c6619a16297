package docker

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/moby/moby/api/types/container"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ExpectExit returns once the engine waits; the channel then has one value,
// when the condition is met, the wait fails or ctx ends.
func (e *Engine) ExpectExit(ctx context.Context, name string, until hosts.WaitCondition) (<-chan hosts.ContainerExit, error) {
	op, start := "wait for container "+name, time.Now()
	exit := make(chan hosts.ContainerExit, 1)
	err := e.do(ctx, op, 0, func(ctx context.Context) error {
		query := url.Values{"condition": {string(until)}}
		answer, err := e.post(ctx, "/containers/"+url.PathEscape(name)+"/wait?"+query.Encode(), nil)
		if err != nil {
			return err
		}
		go func() {
			defer answer.Close()
			var ended container.WaitResponse
			err := json.NewDecoder(answer).Decode(&ended)
			if err == nil && ended.Error != nil && ended.Error.Message != "" {
				err = errors.New(ended.Error.Message)
			}
			err = e.explain(op, time.Since(start), cmp.Or(ctx.Err(), err))
			exit <- hosts.ContainerExit{Code: int(ended.StatusCode), Err: err}
		}()
		return nil
	})
	return exit, err
}
