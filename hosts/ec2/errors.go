package ec2

import (
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// refusal is an answer that says no.
type refusal struct {
	Code    string `xml:"Errors>Error>Code"`
	Message string `xml:"Errors>Error>Message"`
	status  int
}

func (r *refusal) Error() string {
	if r.Code == "" {
		return fmt.Sprintf("EC2 answers with status %d", r.status)
	}
	return fmt.Sprintf("%s: %s", r.Code, strings.TrimSuffix(r.Message, "."))
}

func refusalOf(status int, body []byte) error {
	r := &refusal{status: status}
	_ = xml.Unmarshal(body, r) // without a code it is a gateway's page
	return r
}

// isCode tells whether the error is a refusal with one of the codes.
func isCode(err error, codes ...string) bool {
	var r *refusal
	return errors.As(err, &r) && slices.Contains(codes, r.Code)
}

func lacksRoom(err error) bool {
	return isCode(err, "InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientCapacity", "InstanceLimitExceeded",
		"VcpuLimitExceeded", "InsufficientFreeAddressesInSubnet", "MaxSpotInstanceCountExceeded")
}

// failed says what was tried, and what to do about it where we know; nil stays nil.
func failed(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case lacksRoom(err):
		return fmt.Errorf("%s: %w: %w", what, hosts.ErrCapacity, err)
	case isCode(err, "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch"):
		return fmt.Errorf("%s: %w: AWS doesn't take the credentials: see \"aws sts get-caller-identity\"", what, err)
	case isCode(err, "RequestExpired"):
		return fmt.Errorf("%s: %w: is the clock of this machine right?", what, err)
	case isCode(err, "UnauthorizedOperation"):
		return fmt.Errorf("%s: %w: the credentials may not do that: docs/providers/ec2.md lists what they need", what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}
