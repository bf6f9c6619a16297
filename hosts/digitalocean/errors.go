package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// failed says what was tried, and what to do about it where we know; nil stays nil.
func failed(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case status(err) == http.StatusUnauthorized:
		return fmt.Errorf("%s: %w: DigitalOcean doesn't know the token: see DIGITALOCEAN_ACCESS_TOKEN and \"doctl auth list\"", what, err)
	case lacksRoom(err):
		return fmt.Errorf("%s: %w: %w", what, hosts.ErrCapacity, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// status is that of an answer, 0 where there was none.
func status(err error) int {
	var refusal *godo.ErrorResponse
	if errors.As(err, &refusal) && refusal.Response != nil {
		return refusal.Response.StatusCode
	}
	return 0
}

func isNotFound(err error) bool { return status(err) == http.StatusNotFound }

func isConflict(err error) bool { return status(err) == http.StatusConflict }

// isBusy is true of what can be done once the cloud is done with a droplet.
func isBusy(err error) bool {
	var refusal *godo.ErrorResponse
	return errors.As(err, &refusal) && status(err) == http.StatusUnprocessableEntity &&
		strings.Contains(strings.ToLower(refusal.Message), "pending event")
}

// lacksRoom is true of the refusals that DigitalOcean tells apart by their words alone.
func lacksRoom(err error) bool {
	var refusal *godo.ErrorResponse
	if !errors.As(err, &refusal) || status(err) != http.StatusUnprocessableEntity && status(err) != http.StatusForbidden {
		return false
	}
	said := strings.ToLower(refusal.Message)
	for _, words := range []string{"droplet limit", "not available in", "currently unavailable", "at capacity"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}

// passing is true of what may be otherwise when it is tried again: throttling,
// faults of the cloud's own, and answers that never came.
func passing(ctx context.Context, err error) bool {
	s := status(err)
	return ctx.Err() == nil && (s == 0 || s == http.StatusTooManyRequests || s >= http.StatusInternalServerError)
}

// pauseAfter is how long to wait: as long as the cloud asks for, and at least d.
func pauseAfter(err error, d time.Duration) time.Duration {
	var refusal *godo.ErrorResponse
	if errors.As(err, &refusal) && refusal.Response != nil {
		seconds, _ := strconv.Atoi(refusal.Response.Header.Get("Retry-After"))
		d = max(d, time.Duration(seconds)*time.Second)
	}
	return d
}
