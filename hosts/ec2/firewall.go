package ec2

import (
	"context"
	"fmt"
	"net/url"
	"slices"

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
	var answer struct {
		IDs []string `xml:"vpcSet>item>vpcId"`
		Of  []string `xml:"subnetSet>item>vpcId"`
	}
	if subnet := l.Template.Text("network"); subnet != "" {
		err := p.api.call(ctx, "DescribeSubnets", url.Values{"SubnetId.1": {subnet}}, &answer)
		if err == nil && len(answer.Of) != 1 {
			err = hosts.ErrNotFound
		}
		if err != nil {
			return "", failed("look for subnet "+subnet, err)
		}
		return answer.Of[0], nil
	}
	if err := p.api.call(ctx, "DescribeVpcs", filtered(filter{"is-default", []string{"true"}}), &answer); err != nil {
		return "", failed("look for the default VPC", err)
	}
	if len(answer.IDs) == 0 {
		return "", fmt.Errorf("location %s: the account has no default VPC in %s: name a subnet as the template's network", l.Name, p.api.account.region)
	}
	return answer.IDs[0], nil
}

// group is the security group of the name, "" where there is none; open is
// whether somebody may pass through it.
func (p *provider) group(ctx context.Context, name, vpc string) (id string, open bool, err error) {
	var answer struct {
		Groups []struct {
			ID    string     `xml:"groupId"`
			Rules []struct{} `xml:"ipPermissions>item"`
		} `xml:"securityGroupInfo>item"`
	}
	err = p.api.call(ctx, "DescribeSecurityGroups", filtered(filter{"group-name", []string{name}}, filter{"vpc-id", []string{vpc}}), &answer)
	if err != nil || len(answer.Groups) == 0 {
		return "", false, failed("look for security group "+name, err)
	}
	return answer.Groups[0].ID, len(answer.Groups[0].Rules) > 0, nil
}

func (p *provider) createGroup(ctx context.Context, name, vpc string, l hosts.Location) (string, error) {
	var made struct {
		ID string `xml:"groupId"`
	}
	err := p.api.call(ctx, "CreateSecurityGroup", url.Values{
		"GroupName": {name}, "GroupDescription": {"Hosts of Clocker's location " + l.Name}, "VpcId": {vpc},
		"TagSpecification.1.ResourceType": {"security-group"},
		"TagSpecification.1.Tag.1.Key":    {hosts.TagLocation}, "TagSpecification.1.Tag.1.Value": {l.Name},
	}, &made)
	if isCode(err, "InvalidGroup.Duplicate") { // another run was faster
		made.ID, _, err = p.group(ctx, name, vpc)
	}
	return made.ID, failed("create security group "+name, err)
}

// openGroup lets everybody in by SSH, and the members to the fabric and to each
// other's images.
func (p *provider) openGroup(ctx context.Context, id, name string) error {
	rules := url.Values{"GroupId": {id}}
	for i, r := range []struct{ protocol, from, to string }{{"tcp", "22", "22"}, {"tcp", "6783", "6795"}, {"udp", "6783", "6795"}} {
		at := fmt.Sprintf("IpPermissions.%d.", i+1)
		rules.Set(at+"IpProtocol", r.protocol)
		rules.Set(at+"FromPort", r.from)
		rules.Set(at+"ToPort", r.to)
		if r.from == "22" {
			rules.Set(at+"IpRanges.1.CidrIp", "0.0.0.0/0")
			rules.Set(at+"Ipv6Ranges.1.CidrIpv6", "::/0")
			continue
		}
		rules.Set(at+"Groups.1.GroupId", id)
	}
	err := p.api.call(ctx, "AuthorizeSecurityGroupIngress", rules, new(struct{}))
	if isCode(err, "InvalidPermission.Duplicate") {
		return nil
	}
	return failed("open security group "+name, err)
}
