package docker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/containerd/errdefs/pkg/errhttp"
	"github.com/moby/moby/api/types/common"
)

// post sends what the client has no way to say: fields of older API versions,
// and streams that it would need a connection of its own for. path starts
// after the version. The caller closes the body.
func (e *Engine) post(ctx context.Context, path string, body any) (io.ReadCloser, error) {
	r, err := e.request(ctx, path, body)
	if err != nil {
		return nil, err
	}
	response, err := e.http.Do(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		defer response.Body.Close()
		return nil, answerError(response)
	}
	return response.Body, nil
}

// request is a POST of JSON; path starts after the version.
func (e *Engine) request(ctx context.Context, path string, body any) (*http.Request, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	url := e.target.scheme() + "://" + e.requestHost() + "/v" + e.api.ClientVersion() + path
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	return r, nil
}

// postJSON sends and decodes one answer.
func (e *Engine) postJSON(ctx context.Context, path string, body, answer any) error {
	r, err := e.post(ctx, path, body)
	if err != nil {
		return err
	}
	defer r.Close()
	return json.NewDecoder(r).Decode(answer)
}

// requestHost is the host and the base path of requests.
func (e *Engine) requestHost() string {
	if e.target.url.Scheme == "tcp" {
		return e.target.dialAddress() + e.target.url.Path
	}
	return "engine.invalid"
}

// answerError is the error that an engine answered with, of the same classes
// as those of the client.
func answerError(response *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return err
	}
	var answer common.ErrorResponse
	if json.Unmarshal(b, &answer) != nil || answer.Message == "" {
		answer.Message = fmt.Sprintf("the engine answered %s", response.Status)
	}
	return &failure{text: answer.Message, cause: errhttp.ToNative(response.StatusCode)}
}
