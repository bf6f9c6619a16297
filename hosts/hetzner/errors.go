package hetzner

import (
	"errors"
	"fmt"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// failed says what was tried, and what to do about it where we know; nil stays nil.
func failed(what string, err error) error {
	var refusal hcloud.Error
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &refusal):
		return fmt.Errorf("%s: %w", what, err)
	}
	switch refusal.Code {
	case hcloud.ErrorCodeResourceLimitExceeded, hcloud.ErrorCodeResourceUnavailable, hcloud.ErrorCodePlacementError:
		return fmt.Errorf("%s: %w: %w", what, hosts.ErrCapacity, err)
	case hcloud.ErrorCodeUnauthorized:
		return fmt.Errorf("%s: %w: Hetzner doesn't know the token: see HCLOUD_TOKEN and \"hcloud context list\"", what, err)
	case hcloud.ErrorCodeForbidden:
		return fmt.Errorf("%s: %w: the token may only read: make one that may write", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
