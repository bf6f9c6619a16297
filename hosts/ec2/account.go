package ec2

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/smithy-go/logging"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// findAccount takes credentials, region and endpoint from where AWS's own tools
// would: the environment, or a profile of their configuration, which may lead on
// to single sign-on, a role or a program.
func findAccount(s hosts.ProviderSetup) (aws.Config, error) {
	t := s.Location.Template
	found, err := config.LoadDefaultConfig(context.Background(), loadOptions(s)...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("read AWS's configuration: %w", err)
	}
	if aws.IsCredentialsProvider(found.Credentials, &ec2rolecreds.Provider{}) && !t.Bool("instance-role") {
		return aws.Config{}, errors.New("no credentials for EC2: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or let \"aws configure\" or \"aws configure sso\" keep them; on an instance with a role, say instance-role: true in the template")
	}
	found.Region = cmp.Or(t.Text("region"), found.Region)
	if found.Region == "" {
		return aws.Config{}, fmt.Errorf("location %s: no region for EC2: name one in the template, in AWS_REGION or in the profile", s.Location.Name)
	}
	if endpoint := cmp.Or(s.Variable("AWS_ENDPOINT_URL_EC2"), s.Variable("AWS_ENDPOINT_URL")); endpoint != "" {
		found.BaseEndpoint = &endpoint
	}
	return found, nil
}

func loadOptions(s hosts.ProviderSetup) []func(*config.LoadOptions) error {
	folder := filepath.Join(s.Home, ".aws")
	options := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}), // its words belong to nobody's terminal
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(time.Minute)),
		config.WithSharedConfigFiles([]string{cmp.Or(s.Variable("AWS_CONFIG_FILE"), filepath.Join(folder, "config"))}),
		config.WithSharedCredentialsFiles([]string{cmp.Or(s.Variable("AWS_SHARED_CREDENTIALS_FILE"), filepath.Join(folder, "credentials"))}),
	}
	if region := cmp.Or(s.Variable("AWS_REGION"), s.Variable("AWS_DEFAULT_REGION")); region != "" {
		options = append(options, config.WithRegion(region))
	}
	wanted := s.Location.Template.Text("profile")
	if id, secret := s.Variable("AWS_ACCESS_KEY_ID"), s.Variable("AWS_SECRET_ACCESS_KEY"); wanted == "" && id != "" && secret != "" {
		static := credentials.NewStaticCredentialsProvider(id, secret, s.Variable("AWS_SESSION_TOKEN"))
		return append(options, config.WithCredentialsProvider(static))
	}
	if profile := cmp.Or(wanted, s.Variable("AWS_PROFILE"), s.Variable("AWS_DEFAULT_PROFILE")); profile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	return options
}
