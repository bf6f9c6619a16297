package gce

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
)

// client sends requests with a token. What is throttled, meets a fault of
// Google's or gets no answer is sent again, which Google's own client leaves to
// its users: names are unique, so that nothing is made twice.
func (a account) client(pause time.Duration) *http.Client {
	again := retryablehttp.NewClient()
	again.Logger = nil
	again.HTTPClient.Timeout = 150 * time.Second // to wait for an operation is a request of two minutes
	again.RetryMax, again.RetryWaitMin, again.RetryWaitMax = 5, pause, 30*pause
	again.CheckRetry = mayPass
	again.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &http.Client{Transport: &oauth2.Transport{Source: a.tokens, Base: again.StandardClient().Transport}}
}

// mayPass is the usual policy, and knows that Google throttles with a status of its own.
func mayPass(ctx context.Context, r *http.Response, err error) (bool, error) {
	if err == nil && r.StatusCode == http.StatusForbidden && ctx.Err() == nil {
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(body))
		refused := googleapi.CheckResponseWithBody(r, body)
		return err == nil && isReason(refused, "rateLimitExceeded", "userRateLimitExceeded"), nil
	}
	return retryablehttp.DefaultRetryPolicy(ctx, r, err)
}
