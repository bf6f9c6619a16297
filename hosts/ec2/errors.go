package ec2

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// isCode tells whether the error is a refusal with one of the codes.
func isCode(err error, codes ...string) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && slices.Contains(codes, refusal.ErrorCode())
}

func lacksRoom(err error) bool {
	return isCode(err, "InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientCapacity", "InstanceLimitExceeded",
		"VcpuLimitExceeded", "InsufficientFreeAddressesInSubnet", "MaxSpotInstanceCountExceeded", "VolumeLimitExceeded")
}

// failed says what was tried, and what to do about it where we know; nil stays nil.
func failed(what string, err error) error {
	said := plain(err)
	switch {
	case err == nil:
		return nil
	case lacksRoom(err):
		return fmt.Errorf("%s: %w: %w", what, hosts.ErrCapacity, said)
	case isCode(err, "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch"):
		return fmt.Errorf("%s: %w: AWS doesn't take the credentials: see \"aws sts get-caller-identity\"", what, said)
	case isCode(err, "RequestExpired"):
		return fmt.Errorf("%s: %w: is the clock of this machine right?", what, said)
	case isCode(err, "UnauthorizedOperation"):
		return fmt.Errorf("%s: %w: the credentials may not do that: docs/providers/ec2.md lists what they need", what, said)
	}
	return fmt.Errorf("%s: %w", what, said)
}

// plain leaves out of an error of the SDK's what only its makers want to know.
func plain(err error) error {
	var refusal smithy.APIError
	var answer *awshttp.ResponseError
	var operation *smithy.OperationError
	switch {
	case errors.As(err, &refusal):
		return fmt.Errorf("%s: %s", refusal.ErrorCode(), strings.TrimSuffix(refusal.ErrorMessage(), "."))
	case errors.As(err, &answer) && answer.HTTPStatusCode() >= http.StatusMultipleChoices:
		return fmt.Errorf("EC2 answers with status %d", answer.HTTPStatusCode())
	case errors.As(err, &operation):
		return operation.Err
	}
	return err
}
