// Package ec2 makes machines in Amazon's EC2: one instance each, found by its
// tags.
package ec2

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// What a template that doesn't say gets. Amazon finds the newest image of the
// region by the name that its makers, Canonical, publish it under.
const (
	defaultImage  = "resolve:ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
	defaultUser   = "root" // whom the boot lets in with our key
	defaultDevice = "/dev/sda1"
)

// patience bounds one call of the provider, with all its waiting and asking again.
const patience = 3 * time.Minute

// Kind is the provider as locations name it.
func Kind() hosts.ProviderKind {
	return hosts.ProviderKind{
		Name: "ec2",
		Options: []hosts.Option{
			{Name: "profile", Type: hosts.OptionText, Help: "The profile of AWS's configuration whose credentials are taken, whatever the environment says."},
			{Name: "instance-role", Type: hosts.OptionBool, Help: "Whether the role of the instance that the command runs on is taken where there are no other credentials."},
			{Name: "network", Type: hosts.OptionText, Help: "The ID of the subnet that the machines are in."},
			{Name: "security-groups", Type: hosts.OptionList, Help: "IDs of security groups that the machines are in."},
			{Name: "firewall", Type: hosts.OptionBool, Help: "Whether the machines get a security group of the location's, through which SSH, and from each other the fabric, may reach them."},
			{Name: "disk", Type: hosts.OptionNumber, Help: "The size of the root disk in GiB; else it is the image's."},
			{Name: "root-device", Type: hosts.OptionText, Help: "What the image calls its root disk, for `disk`."},
			{Name: "spot", Type: hosts.OptionBool, Help: "Whether the machines are spot instances, which cost less and which Amazon may end."},
		},
		Open: func(s hosts.ProviderSetup) (hosts.Provider, error) {
			p, err := open(s, time.Second)
			if err != nil {
				return nil, err
			}
			return hosts.Functions{OnCreate: p.Create, OnList: p.List, OnDelete: p.Delete, OnSizes: p.Sizes}, nil
		},
	}
}

// open makes a provider that waits for pause at first before it asks again.
func open(s hosts.ProviderSetup, pause time.Duration) (*provider, error) {
	account, err := findAccount(s)
	if err != nil {
		return nil, err
	}
	client := ec2.NewFromConfig(account, func(o *ec2.Options) { o.Retryer = retryer(pause) })
	return newProvider(client, pause), nil
}

// retryer sends a request again that is throttled, meets a fault of Amazon's or
// gets no answer: all that are sent here may be. What EC2 calls its own fault and
// is a lack of room doesn't end in seconds. Each request has all its attempts,
// however many others there are.
func retryer(pause time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff, o.RateLimiter = 6, 20*pause, ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			if lacksRoom(err) {
				return aws.FalseTernary
			}
			return aws.UnknownTernary
		})}, o.Retryables...)
	})
}
