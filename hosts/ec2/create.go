package ec2

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// successors are how many machines of a name may have come and gone that EC2
// lists no more and still has in mind.
const successors = 5

// Create asks for an instance. EC2 carries out a client token once, and keeps it
// in mind beyond the instance's end: so each machine of a name has a token of
// its own, which follows from the one before it.
func (p *provider) Create(ctx context.Context, o hosts.Order) (hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	there, last, err := p.find(ctx, o)
	if there != nil || err != nil {
		return orNone(there), err
	}
	wanted, err := p.wanted(ctx, o)
	if err != nil {
		return hosts.Machine{}, err
	}
	what := fmt.Sprintf("run instance %s (%s, %s)", o.Name, wanted.InstanceType, *wanted.ImageId)
	for try := 1; ; try++ {
		wanted.ClientToken = aws.String(token(o, last))
		made, err := p.run(ctx, wanted)
		switch {
		case err == nil && len(made.Instances) == 1:
			return machine(made.Instances[0], o.Location), nil
		case err == nil:
			return hosts.Machine{}, fmt.Errorf("%s: EC2 answers with %d instances", what, len(made.Instances))
		case isCode(err, "IdempotentInstanceTerminated") && try < successors:
			last = token(o, last)
		case isCode(err, "IdempotentParameterMismatch"):
			return p.existing(ctx, o, failed(what, err))
		default:
			return hosts.Machine{}, failed(what, err)
		}
	}
}

// run asks for an instance when its turn has come.
func (p *provider) run(ctx context.Context, wanted *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	if err := p.orders.Wait(ctx); err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	return p.client.RunInstances(ctx, wanted)
}

// existing waits for the instance that another order of the same name has just
// made: EC2 refuses a second one before it lists the first.
func (p *provider) existing(ctx context.Context, o hosts.Order, refused error) (hosts.Machine, error) {
	wait := ec2.NewInstanceExistsWaiter(describer(p.client.DescribeInstances), func(w *ec2.InstanceExistsWaiterOptions) { w.MinDelay, w.MaxDelay = p.pause, 8*p.pause })
	living := filter("instance-state-name", living()...)
	seen, err := wait.WaitForOutput(ctx, &ec2.DescribeInstancesInput{Filters: append(ofOrder(o), living)}, patience)
	if err != nil || len(inside(seen.Reservations)) == 0 {
		return hosts.Machine{}, errors.Join(refused, ctx.Err())
	}
	return machine(inside(seen.Reservations)[0], o.Location), nil
}

// find returns the machine of the order, or nil, and the ID of the last one that it had.
func (p *provider) find(ctx context.Context, o hosts.Order) (there *hosts.Machine, last string, err error) {
	all, err := p.instances(ctx, ofOrder(o)...)
	if err != nil {
		return nil, "", failed("look for instance "+o.Name, err)
	}
	var ended time.Time
	for _, i := range all {
		if m := machine(i, o.Location); m.State != hosts.MachineDeleting {
			return &m, "", nil
		} else if last == "" || m.Created.After(ended) {
			last, ended = m.ID, m.Created
		}
	}
	return nil, last, nil
}

// ofOrder filters the instances that an order has made.
func ofOrder(o hosts.Order) []types.Filter {
	return []types.Filter{filter("tag:"+hosts.TagLocation, o.Location.Name), filter("tag:"+hosts.TagName, o.Name)}
}

// token is the same for all orders of a machine that has the same one before it.
func token(o hosts.Order, last string) string {
	sum := sha256.Sum256([]byte(o.Location.Name + "\x00" + o.Name + "\x00" + last))
	return hex.EncodeToString(sum[:])
}

// wanted is the instance as the order and the template want it.
func (p *provider) wanted(ctx context.Context, o hosts.Order) (*ec2.RunInstancesInput, error) {
	t := o.Location.Template
	size := cmp.Or(o.Size, t.Text("size"))
	if size == "" {
		return nil, fmt.Errorf("location %s: the template names no size, such as t3.small", o.Location.Name)
	}
	own := []string{"Name", o.Name, hosts.TagLocation, o.Location.Name, hosts.TagName, o.Name}
	wanted := &ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		InstanceType:        types.InstanceType(size),
		ImageId:             aws.String(cmp.Or(t.Text("image"), defaultImage)),
		UserData:            aws.String(base64.StdEncoding.EncodeToString([]byte(o.UserData))),
		MetadataOptions:     metadata(t),
		TagSpecifications:   append(tags(types.ResourceTypeInstance, append(own, hosts.TagHostKey, o.HostKey)...), tags(types.ResourceTypeVolume, own...)...),
		BlockDeviceMappings: disks(t),
		SubnetId:            optional(t.Text("network")),
	}
	if zone := t.Text("zone"); zone != "" {
		wanted.Placement = &types.Placement{AvailabilityZone: &zone}
	}
	if t.Bool("spot") {
		wanted.InstanceMarketOptions = &types.InstanceMarketOptionsRequest{MarketType: types.MarketTypeSpot}
	}
	groups, err := p.groups(ctx, o.Location)
	wanted.SecurityGroupIds = groups
	return wanted, err
}

// metadata are the options of the service that tells the user data, with the key
// in them, and roles: containers, which are a hop away, don't reach it unless the
// template says so.
func metadata(t hosts.Template) *types.InstanceMetadataOptionsRequest {
	hops := int32(1)
	if t.Text("metadata") == "containers" {
		hops = 2
	}
	return &types.InstanceMetadataOptionsRequest{HttpTokens: types.HttpTokensStateRequired, HttpPutResponseHopLimit: &hops}
}

// disks is the root disk, where the template says something of it.
func disks(t hosts.Template) []types.BlockDeviceMapping {
	size := int32(t.Number("disk"))
	if size <= 0 {
		return nil
	}
	device := cmp.Or(t.Text("root-device"), defaultDevice)
	return []types.BlockDeviceMapping{{DeviceName: &device, Ebs: &types.EbsBlockDevice{VolumeSize: &size, DeleteOnTermination: aws.Bool(true)}}}
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func orNone(m *hosts.Machine) hosts.Machine {
	if m == nil {
		return hosts.Machine{}
	}
	return *m
}
