package ec2

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/time/rate"

	"github.com/clocker-compose/clocker-compose/hosts"
)

type provider struct {
	client *ec2.Client
	pause  time.Duration
	// orders keeps to what Amazon allows an account: five orders at once, and two more a second.
	orders *rate.Limiter
	// late is how long EC2 may take to know an instance.
	late time.Duration
}

func newProvider(client *ec2.Client, pause time.Duration) *provider {
	return &provider{client: client, pause: pause, late: 60 * pause, orders: rate.NewLimiter(rate.Every(pause/2), 5)}
}

// List asks for the instances that have the location's tag.
func (p *provider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	states := append(living(), types.InstanceStateNameShuttingDown)
	there, err := p.instances(ctx, filter("tag:"+hosts.TagLocation, l.Name), filter("instance-state-name", states...))
	if err != nil {
		return nil, failed("list instances", err)
	}
	machines := make([]hosts.Machine, len(there))
	for i, instance := range there {
		machines[i] = machine(instance, l)
	}
	slices.SortFunc(machines, func(a, b hosts.Machine) int { return strings.Compare(a.Name, b.Name) })
	return machines, nil
}

// Delete terminates the instance. EC2 doesn't know an instance everywhere as soon
// as it has made it: of one that is new it is asked again, for a while.
func (p *provider) Delete(ctx context.Context, m hosts.Machine) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		_, err := p.client.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{m.ID}})
		unknown := isCode(err, "InvalidInstanceID.NotFound")
		switch {
		case unknown && time.Since(m.Created) > p.late:
			return nil
		case !unknown:
			return failed("terminate instance "+m.ID+" of "+m.Name, err)
		}
		select {
		case <-ctx.Done():
			return failed("terminate instance "+m.ID+" of "+m.Name, ctx.Err())
		case <-time.After(p.pause):
		}
	}
}

// filter is what EC2 lists go by: any of the values.
func filter[T ~string](name string, values ...T) types.Filter {
	f := types.Filter{Name: &name}
	for _, v := range values {
		f.Values = append(f.Values, string(v))
	}
	return f
}

// instances gathers all pages.
func (p *provider) instances(ctx context.Context, filters ...types.Filter) (found []types.Instance, err error) {
	pages := ec2.NewDescribeInstancesPaginator(describer(p.client.DescribeInstances), &ec2.DescribeInstancesInput{Filters: filters, MaxResults: aws.Int32(1000)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		found = append(found, inside(page.Reservations)...)
	}
	return found, nil
}

// describer and typeDescriber are the client without its other methods, for the
// reason that hosts.Functions has.
type (
	describer     func(context.Context, *ec2.DescribeInstancesInput, ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error)
	typeDescriber func(context.Context, *ec2.DescribeInstanceTypesInput, ...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error)
)

func (d describer) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput, o ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	return d(ctx, in, o...)
}

func (d typeDescriber) DescribeInstanceTypes(ctx context.Context, in *ec2.DescribeInstanceTypesInput, o ...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error) {
	return d(ctx, in, o...)
}

// inside are the instances of reservations, which are one order each.
func inside(reservations []types.Reservation) (found []types.Instance) {
	for _, r := range reservations {
		found = append(found, r.Instances...)
	}
	return found
}
