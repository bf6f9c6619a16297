package ec2

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/hashicorp/go-retryablehttp"
)

// version is that of the API which requests and answers are of.
const version = "2016-11-15"

// longest is the most that is read of an answer: a page of a thousand instances
// is some five MiB.
const longest = 64 << 20

// api carries out EC2's actions: a form that is posted, and XML that comes back.
type api struct {
	account account
	http    *retryablehttp.Client
}

func newAPI(a account, pause time.Duration) *api {
	c := retryablehttp.NewClient()
	c.Logger = nil
	c.HTTPClient.Timeout = time.Minute
	c.RetryMax, c.RetryWaitMin, c.RetryWaitMax = 4, pause, 30*pause
	c.CheckRetry = mayPass
	c.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &api{account: a, http: c}
}

// call carries out the action. What is throttled, meets a fault of Amazon's or
// gets no answer is sent again: all actions that are used here may be.
func (a *api) call(ctx context.Context, action string, parameters url.Values, answer any) error {
	parameters.Set("Action", action)
	parameters.Set("Version", version)
	request, err := a.request(ctx, []byte(parameters.Encode()))
	if err != nil {
		return err
	}
	response, err := a.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longest))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return refusalOf(response.StatusCode, body)
	}
	if err := xml.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// request is signed for five minutes, which is longer than it is sent again.
func (a *api) request(ctx context.Context, body []byte) (*retryablehttp.Request, error) {
	request, err := retryablehttp.NewRequestWithContext(ctx, http.MethodPost, a.account.endpoint+"/", body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	credentials, err := a.account.credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("get AWS's credentials: %w (\"aws sts get-caller-identity\" tells more)", err)
	}
	sum := sha256.Sum256(body)
	err = signer.NewSigner().SignHTTP(ctx, credentials, request.Request, hex.EncodeToString(sum[:]), "ec2", a.account.region, time.Now())
	return request, err
}

// mayPass is the usual policy, but for what EC2 calls its own fault and is a
// lack of room, which doesn't end in seconds.
func mayPass(ctx context.Context, r *http.Response, err error) (bool, error) {
	if err == nil && r.StatusCode >= http.StatusInternalServerError {
		body, err := io.ReadAll(io.LimitReader(r.Body, longest))
		r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err == nil && lacksRoom(refusalOf(r.StatusCode, body)) {
			return false, nil
		}
	}
	return retryablehttp.DefaultRetryPolicy(ctx, r, err)
}
