package ec2

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// groups are the security groups of the location's machines, by ID. Its own is
// made where the template wants one and it isn't there.
func (p *provider) groups(ctx context.Context, l hosts.Location) ([]string, error) {
	groups := slices.Clone(l.Template.List("security-groups"))
	if !l.Template.Bool("firewall") {
		return groups, nil
	}
	name := "clocker-" + l.Name
	vpc, err := p.vpc(ctx, l)
	if err != nil {
		return nil, err
	}
	id, open, err := p.group(ctx, name, vpc)
	if err == nil && id == "" {
		id, err = p.createGroup(ctx, name, vpc, l)
	}
	if err == nil && !open {
		err = p.openGroup(ctx, id, name)
	}
	return append(groups, id), err
}

// vpc is that of the template's subnet, or the account's own.
func (p *provider) vpc(ctx context.Context, l hosts.Location) (string, error) {
	if subnet := l.Template.Text("network"); subnet != "" {
		found, err := p.client.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{subnet}})
		if err == nil && len(found.Subnets) != 1 {
			err = hosts.ErrNotFound
		}
		if err != nil {
			return "", failed("look for subnet "+subnet, err)
		}
		return aws.ToString(found.Subnets[0].VpcId), nil
	}
	found, err := p.client.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: []types.Filter{filter("is-default", "true")}})
	if err != nil {
		return "", failed("look for the default VPC", err)
	}
	if len(found.Vpcs) == 0 {
		return "", fmt.Errorf("location %s: the account has no default VPC in %s: name a subnet as the template's network", l.Name, p.client.Options().Region)
	}
	return aws.ToString(found.Vpcs[0].VpcId), nil
}

// group is the security group of the name, "" where there is none; open is
// whether somebody may pass through it.
func (p *provider) group(ctx context.Context, name, vpc string) (id string, open bool, err error) {
	found, err := p.client.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{
		Filters: []types.Filter{filter("group-name", name), filter("vpc-id", vpc)},
	})
	if err != nil || len(found.SecurityGroups) == 0 {
		return "", false, failed("look for security group "+name, err)
	}
	group := found.SecurityGroups[0]
	return aws.ToString(group.GroupId), len(group.IpPermissions) > 0, nil
}

func (p *provider) createGroup(ctx context.Context, name, vpc string, l hosts.Location) (string, error) {
	made, err := p.client.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName: &name, Description: aws.String("Hosts of Clocker's location " + l.Name), VpcId: &vpc,
		TagSpecifications: tags(types.ResourceTypeSecurityGroup, hosts.TagLocation, l.Name),
	})
	if isCode(err, "InvalidGroup.Duplicate") { // another run was faster
		id, _, err := p.group(ctx, name, vpc)
		return id, err
	}
	if err != nil {
		return "", failed("create security group "+name, err)
	}
	return aws.ToString(made.GroupId), nil
}

// openGroup lets everybody in by SSH, and the members to the fabric and to each
// other's images.
func (p *provider) openGroup(ctx context.Context, id, name string) error {
	ssh, fabric := ports("tcp", 22, 22), []types.UserIdGroupPair{{GroupId: &id}}
	ssh.IpRanges = []types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}
	ssh.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: aws.String("::/0")}}
	tcp, udp := ports("tcp", 6783, 6795), ports("udp", 6783, 6795)
	tcp.UserIdGroupPairs, udp.UserIdGroupPairs = fabric, fabric
	_, err := p.client.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: &id, IpPermissions: []types.IpPermission{ssh, tcp, udp},
	})
	if isCode(err, "InvalidPermission.Duplicate") {
		return nil
	}
	return failed("open security group "+name, err)
}

func ports(protocol string, from, to int32) types.IpPermission {
	return types.IpPermission{IpProtocol: &protocol, FromPort: &from, ToPort: &to}
}

// tags are what is written on something that is made: keys, each with its value.
func tags(on types.ResourceType, pairs ...string) []types.TagSpecification {
	s := types.TagSpecification{ResourceType: on}
	for pair := range slices.Chunk(pairs, 2) {
		s.Tags = append(s.Tags, types.Tag{Key: &pair[0], Value: &pair[1]})
	}
	return []types.TagSpecification{s}
}
