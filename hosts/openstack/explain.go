package openstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// explain says what the cloud answered in its own words, and which kind of
// error that is. What ended because of the context is the context's error.
func explain(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	var answer gophercloud.ErrUnexpectedResponseCode
	if !errors.As(err, &answer) {
		return withoutRequest(err)
	}
	words := message(answer.Body)
	switch {
	case isCapacity(words) && answer.Actual != http.StatusTooManyRequests:
		return fmt.Errorf("%w: %s", hosts.ErrCapacity, words)
	case answer.Actual == http.StatusUnauthorized:
		return fmt.Errorf("the cloud refuses the credentials: %s", words)
	case answer.Actual == http.StatusNotFound:
		return fmt.Errorf("%w: %s", hosts.ErrNotFound, words)
	}
	return fmt.Errorf("the cloud answers %d %s: %s", answer.Actual, http.StatusText(answer.Actual), words)
}

// withoutRequest leaves the address and the cause of a request that got no answer.
func withoutRequest(err error) error {
	var failed *url.Error
	if !errors.As(err, &failed) {
		return err
	}
	where := failed.URL
	if u, bad := url.Parse(failed.URL); bad == nil {
		where = u.Host
	}
	return fmt.Errorf("%s doesn't answer: %w", where, failed.Err)
}

// isCapacity tells quotas and full clouds from other refusals, for which there
// is no code: nova answers 403, neutron 409, and a fault is only words.
func isCapacity(words string) bool {
	words = strings.ToLower(words)
	for _, sign := range []string{"quota", "no valid host", "maximum number of ports", "no more ip addresses", "not enough resources", "insufficient"} {
		if strings.Contains(words, sign) {
			return true
		}
	}
	return false
}

// message is what an answer says: each service has a key of its own around it,
// {"forbidden": {"message": "…"}} and the like, or none.
func message(body []byte) string {
	var keyed map[string]any
	if json.Unmarshal(body, &keyed) == nil {
		if words, ok := keyed["message"].(string); ok {
			return words
		}
		for _, inner := range keyed {
			if fields, ok := inner.(map[string]any); ok {
				if words, ok := fields["message"].(string); ok {
					return words
				}
			}
		}
	}
	words := strings.Join(strings.Fields(string(body)), " ")
	const enough = 200
	if len(words) > enough {
		words = strings.ToValidUTF8(words[:enough], "") + "…"
	}
	return words
}
