package gce

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"google.golang.org/api/compute/v1"
	"google.golang.org/api/googleapi"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// outcome is the error that a finished operation ended with.
func outcome(o *compute.Operation) error {
	if o.Error == nil || len(o.Error.Errors) == 0 {
		return nil
	}
	first := o.Error.Errors[0]
	return &googleapi.Error{
		Code: int(o.HttpErrorStatusCode), Message: first.Message,
		Errors: []googleapi.ErrorItem{{Reason: first.Code, Message: first.Message}},
	}
}

func isReason(err error, reasons ...string) bool {
	var refusal *googleapi.Error
	return errors.As(err, &refusal) && len(refusal.Errors) > 0 && slices.Contains(reasons, refusal.Errors[0].Reason)
}

func isStatus(err error, status int) bool {
	var refusal *googleapi.Error
	return errors.As(err, &refusal) && refusal.Code == status
}

// failed says what was tried, and what to do about it where we know; nil stays nil.
func failed(what string, err error) error {
	var token *oauth2.RetrieveError
	said := plain(err)
	switch {
	case err == nil:
		return nil
	case isReason(err, "quotaExceeded", "QUOTA_EXCEEDED", "ZONE_RESOURCE_POOL_EXHAUSTED", "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS",
		"resourcesNotAvailable", "stockout", "IP_SPACE_EXHAUSTED", "IP_SPACE_EXHAUSTED_WITH_DETAILS"):
		return fmt.Errorf("%s: %w: %w", what, hosts.ErrCapacity, said)
	case isStatus(err, http.StatusUnauthorized), errors.As(err, &token):
		return fmt.Errorf("%s: %w: Google doesn't take the credentials: \"gcloud auth application-default login\" gets new ones", what, said)
	case isReason(err, "accessNotConfigured"):
		return fmt.Errorf("%s: %w: \"gcloud services enable compute.googleapis.com\" enables it", what, said)
	case isStatus(err, http.StatusForbidden):
		return fmt.Errorf("%s: %w: docs/providers/gce.md lists what the credentials have to be allowed", what, said)
	}
	return fmt.Errorf("%s: %w", what, said)
}

// plain leaves out of an error of the client's what only its makers want to know.
func plain(err error) error {
	var refusal *googleapi.Error
	switch {
	case !errors.As(err, &refusal):
		return err
	case len(refusal.Errors) == 0: // a gateway's page
		return fmt.Errorf("the Compute Engine answers with status %d", refusal.Code)
	}
	return fmt.Errorf("%s: %s", refusal.Errors[0].Reason, strings.TrimSuffix(refusal.Message, "."))
}
