package gce

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// refusal is an answer that says no, at once or as the end of an operation.
type refusal struct {
	status  int
	reason  string
	message string
}

func (r *refusal) Error() string {
	if r.reason == "" {
		return fmt.Sprintf("Compute Engine answers with status %d", r.status)
	}
	return r.reason + ": " + strings.TrimSuffix(r.message, ".")
}

func refusalOf(status int, body []byte) error {
	var answer struct {
		Error struct {
			Message string
			Errors  []struct{ Reason string }
		}
	}
	r := &refusal{status: status}
	if json.Unmarshal(body, &answer) == nil && len(answer.Error.Errors) > 0 { // else it is a gateway's page
		r.reason, r.message = answer.Error.Errors[0].Reason, answer.Error.Message
	}
	return r
}

func isReason(err error, reasons ...string) bool {
	var r *refusal
	return errors.As(err, &r) && slices.Contains(reasons, r.reason)
}

func isStatus(err error, status int) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == status
}

// failed says what was tried, and what to do about it where we know; nil stays nil.
func failed(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case isReason(err, "quotaExceeded", "QUOTA_EXCEEDED", "ZONE_RESOURCE_POOL_EXHAUSTED", "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", "IP_SPACE_EXHAUSTED"):
		return fmt.Errorf("%s: %w: %w", what, hosts.ErrCapacity, err)
	case isStatus(err, http.StatusUnauthorized):
		return fmt.Errorf("%s: %w: Google doesn't take the token: \"gcloud auth application-default login\" gets new credentials", what, err)
	case isReason(err, "accessNotConfigured"):
		return fmt.Errorf("%s: %w: \"gcloud services enable compute.googleapis.com\" enables it", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
