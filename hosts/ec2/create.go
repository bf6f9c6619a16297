package ec2

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// tries are how often something is asked for that may take a moment to be so.
const tries = 5

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
	what := fmt.Sprintf("run instance %s (%s, %s)", o.Name, wanted.Get("InstanceType"), wanted.Get("ImageId"))
	for try := 1; ; try++ {
		wanted.Set("ClientToken", token(o, last))
		var made struct {
			Instances []instance `xml:"instancesSet>item"`
		}
		err = p.api.call(ctx, "RunInstances", wanted, &made)
		switch {
		case err == nil && len(made.Instances) == 1:
			return machine(made.Instances[0], o.Location), nil
		case err == nil:
			return hosts.Machine{}, fmt.Errorf("%s: EC2 answers with %d instances", what, len(made.Instances))
		case isCode(err, "IdempotentInstanceTerminated") && try < tries:
			last = token(o, last)
		case isCode(err, "IdempotentParameterMismatch"):
			return p.existing(ctx, o, failed(what, err))
		default:
			return hosts.Machine{}, failed(what, err)
		}
	}
}

// existing waits for the instance that another order of the same name has just
// made: EC2 refuses a second one before it lists the first.
func (p *provider) existing(ctx context.Context, o hosts.Order, refused error) (hosts.Machine, error) {
	for try := range tries {
		select {
		case <-ctx.Done():
			return hosts.Machine{}, refused
		case <-time.After(p.pause << try):
		}
		if there, _, err := p.find(ctx, o); there != nil || err != nil {
			return orNone(there), err
		}
	}
	return hosts.Machine{}, refused
}

// find returns the machine of the order, or nil, and the ID of the last one that it had.
func (p *provider) find(ctx context.Context, o hosts.Order) (there *hosts.Machine, last string, err error) {
	all, err := p.instances(ctx, filter{"tag:" + hosts.TagLocation, []string{o.Location.Name}}, filter{"tag:" + hosts.TagName, []string{o.Name}})
	if err != nil {
		return nil, "", failed("look for instance "+o.Name, err)
	}
	var ended time.Time
	for _, i := range all {
		if !i.terminating() {
			m := machine(i, o.Location)
			return &m, "", nil
		}
		if last == "" || i.Launched.After(ended) {
			last, ended = i.ID, i.Launched
		}
	}
	return nil, last, nil
}

// token is the same for all orders of a machine that has the same one before it.
func token(o hosts.Order, last string) string {
	sum := sha256.Sum256([]byte(o.Location.Name + "\x00" + o.Name + "\x00" + last))
	return hex.EncodeToString(sum[:])
}

// wanted is the instance as the order and the template want it.
func (p *provider) wanted(ctx context.Context, o hosts.Order) (url.Values, error) {
	t := o.Location.Template
	size := cmp.Or(o.Size, t.Text("size"))
	if size == "" {
		return nil, fmt.Errorf("location %s: the template names no size, such as t3.small", o.Location.Name)
	}
	v := url.Values{
		"MinCount": {"1"}, "MaxCount": {"1"},
		"InstanceType": {size},
		"ImageId":      {cmp.Or(t.Text("image"), defaultImage)},
		"UserData":     {base64.StdEncoding.EncodeToString([]byte(o.UserData))},
		// The user data hold a key: containers, which are a hop away, must not read them.
		"MetadataOptions.HttpTokens":              {"required"},
		"MetadataOptions.HttpPutResponseHopLimit": {"1"},
		"TagSpecification.1.ResourceType":         {"instance"},
	}
	for i, tag := range [][2]string{{"Name", o.Name}, {hosts.TagLocation, o.Location.Name}, {hosts.TagName, o.Name}, {hosts.TagHostKey, o.HostKey}} {
		v.Set(fmt.Sprintf("TagSpecification.1.Tag.%d.Key", i+1), tag[0])
		v.Set(fmt.Sprintf("TagSpecification.1.Tag.%d.Value", i+1), tag[1])
	}
	optional(v, "Placement.AvailabilityZone", t.Text("zone"))
	optional(v, "SubnetId", t.Text("network"))
	if disk := t.Number("disk"); disk > 0 {
		v.Set("BlockDeviceMapping.1.DeviceName", cmp.Or(t.Text("root-device"), defaultDevice))
		v.Set("BlockDeviceMapping.1.Ebs.VolumeSize", strconv.Itoa(int(disk)))
	}
	groups, err := p.groups(ctx, o.Location)
	for i, id := range groups {
		v.Set(fmt.Sprintf("SecurityGroupId.%d", i+1), id)
	}
	return v, err
}

func optional(v url.Values, key, value string) {
	if value != "" {
		v.Set(key, value)
	}
}

func orNone(m *hosts.Machine) hosts.Machine {
	if m == nil {
		return hosts.Machine{}
	}
	return *m
}
