package gce

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// longest is the most that is read of an answer: a page of 500 instances is
// some four MiB.
const longest = 64 << 20

// api speaks Compute Engine's REST API.
type api struct {
	account account
	http    *retryablehttp.Client
}

func newAPI(a account, pause time.Duration) *api {
	c := retryablehttp.NewClient()
	c.Logger = nil
	c.HTTPClient.Timeout = 150 * time.Second // to wait for an operation is a request of two minutes
	c.RetryMax, c.RetryWaitMin, c.RetryWaitMax = 4, pause, 30*pause
	c.CheckRetry = mayPass
	c.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &api{account: a, http: c}
}

// call sends a request about something of the project. What is throttled, meets
// a fault of Google's or gets no answer is sent again: names are unique, so that
// nothing is made twice.
func (a *api) call(ctx context.Context, method, path string, query url.Values, body, answer any) error {
	request, err := a.request(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	response, err := a.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, longest))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return refusalOf(response.StatusCode, data)
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

func (a *api) request(ctx context.Context, method, path string, query url.Values, body any) (*retryablehttp.Request, error) {
	address := strings.TrimSuffix(a.account.endpoint, "/") + "/projects/" + url.PathEscape(a.account.project) + "/" + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var raw any // that there is none must be an untyped nil
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		raw = data
	}
	request, err := retryablehttp.NewRequestWithContext(ctx, method, address, raw)
	if err != nil {
		return nil, err
	}
	token, err := a.account.tokens.Token()
	if err != nil {
		return nil, fmt.Errorf("get a token of Google's: %w (\"gcloud auth application-default login\" gets new credentials)", err)
	}
	token.SetAuthHeader(request.Request)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}

// mayPass is the usual policy, and knows that Google throttles with a status of its own.
func mayPass(ctx context.Context, r *http.Response, err error) (bool, error) {
	if err == nil && r.StatusCode == http.StatusForbidden && ctx.Err() == nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, longest))
		r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(body))
		return err == nil && isReason(refusalOf(r.StatusCode, body), "rateLimitExceeded", "userRateLimitExceeded"), nil
	}
	return retryablehttp.DefaultRetryPolicy(ctx, r, err)
}
