package ec2

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cloud answers as Amazon's documentation says of EC2: a client token is
// carried out once and remembered, terminated instances are listed for a while,
// and lists have pages.
type cloud struct {
	instances []*simulated
	tokens    map[string]remembered
	groups    []*securityGroup
	count     int
	limit     int // instances more; negative is any number
	late      int // lists in which a new instance isn't yet
	asked     []url.Values
}

type simulated struct {
	id, state, kind, token string
	tags                   [][2]string
	launched               time.Time
	late                   int
}

type remembered struct {
	instance *simulated
	of       string
}

type securityGroup struct {
	id, name, vpc string
	rules         []string
}

const goodKey = "AKIAIOSFODNN7EXAMPLE"

func newCloud() *cloud { return &cloud{limit: -1, tokens: map[string]remembered{}} }

// requestName is how tests speak of a request: by its action. The form is read
// once, for whoever answers.
func requestName(r *http.Request) string {
	_ = r.ParseForm()
	return r.PostForm.Get("Action")
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signature := r.Header.Get("Authorization")
	if !strings.HasPrefix(signature, "AWS4-HMAC-SHA256 Credential="+goodKey+"/") || !strings.Contains(signature, "/eu-central-1/ec2/aws4_request") {
		refuse(w, http.StatusUnauthorized, "AuthFailure", "AWS was not able to validate the provided access credentials")
		return
	}
	v := r.PostForm
	switch v.Get("Action") {
	case "RunInstances":
		c.run(w, v)
	case "DescribeInstances":
		c.describe(w, v)
	case "TerminateInstances":
		c.terminate(w, v)
	case "DescribeInstanceTypes":
		describeTypes(w, v)
	case "DescribeVpcs":
		answer(w, "DescribeVpcs", "<vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet>")
	case "DescribeSubnets":
		c.describeSubnets(w, v)
	case "DescribeSecurityGroups":
		c.describeGroups(w, v)
	case "CreateSecurityGroup":
		c.createGroup(w, v)
	case "AuthorizeSecurityGroupIngress":
		c.authorize(w, v)
	default:
		refuse(w, http.StatusBadRequest, "InvalidAction", "The action is not valid for this web service.")
	}
}

func (c *cloud) run(w http.ResponseWriter, v url.Values) {
	c.asked = append(c.asked, v)
	if before, ok := c.tokens[v.Get("ClientToken")]; ok {
		switch {
		case before.instance.state == "terminated":
			refuse(w, http.StatusBadRequest, "IdempotentInstanceTerminated", "The instance of this client token has been terminated.")
		case before.of != v.Encode():
			refuse(w, http.StatusBadRequest, "IdempotentParameterMismatch", "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
		default:
			answer(w, "RunInstances", "<instancesSet>"+before.instance.xml()+"</instancesSet>")
		}
		return
	}
	switch {
	case v.Get("InstanceType") != "t3.small":
		refuse(w, http.StatusBadRequest, "InvalidParameterValue", "Invalid value '"+v.Get("InstanceType")+"' for InstanceType.")
		return
	case v.Get("ImageId") == "ami-none":
		refuse(w, http.StatusBadRequest, "InvalidAMIID.NotFound", "The image id '[ami-none]' does not exist")
		return
	case len(v.Get("UserData"))/4*3 > 16<<10:
		refuse(w, http.StatusBadRequest, "InvalidParameterValue", "User data is limited to 16384 bytes")
		return
	case c.limit == 0:
		refuse(w, http.StatusBadRequest, "VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit allows.")
		return
	}
	c.limit--
	c.count++
	s := &simulated{
		id: fmt.Sprintf("i-%017x", c.count), state: "pending", kind: v.Get("InstanceType"), token: v.Get("ClientToken"),
		launched: time.Date(2026, 7, 1, 0, 0, c.count, 0, time.UTC), late: c.late,
	}
	for i := 1; v.Has(fmt.Sprintf("TagSpecification.1.Tag.%d.Key", i)); i++ {
		s.tags = append(s.tags, [2]string{v.Get(fmt.Sprintf("TagSpecification.1.Tag.%d.Key", i)), v.Get(fmt.Sprintf("TagSpecification.1.Tag.%d.Value", i))})
	}
	c.instances = append(c.instances, s)
	c.tokens[s.token] = remembered{s, v.Encode()}
	answer(w, "RunInstances", "<instancesSet>"+s.xml()+"</instancesSet>")
}

func (c *cloud) describe(w http.ResponseWriter, v url.Values) {
	wanted := filters(v)
	var found []*simulated
	for _, s := range c.instances {
		if s.late > 0 {
			s.late--
			continue
		}
		if s.matches(wanted) {
			found = append(found, s)
		}
	}
	size, _ := strconv.Atoi(cmp.Or(v.Get("MaxResults"), "1000"))
	from, _ := strconv.Atoi(v.Get("NextToken"))
	here := found[from:min(from+min(size, 100), len(found))] // EC2 may answer with less than it was asked for
	var b strings.Builder
	for _, s := range here {
		b.WriteString("<item><reservationId>r-1</reservationId><instancesSet>" + s.xml() + "</instancesSet></item>")
		s.advance()
	}
	next := ""
	if from+len(here) < len(found) {
		next = fmt.Sprintf("<nextToken>%d</nextToken>", from+len(here))
	}
	answer(w, "DescribeInstances", "<reservationSet>"+b.String()+"</reservationSet>"+next)
}

func (c *cloud) terminate(w http.ResponseWriter, v url.Values) {
	i := slices.IndexFunc(c.instances, func(s *simulated) bool { return s.id == v.Get("InstanceId.1") })
	if i < 0 {
		refuse(w, http.StatusBadRequest, "InvalidInstanceID.NotFound", "The instance ID does not exist")
		return
	}
	if c.instances[i].state != "terminated" {
		c.instances[i].state = "shutting-down"
	}
	answer(w, "TerminateInstances", "<instancesSet/>")
}

// advance is what time does to an instance.
func (s *simulated) advance() {
	switch s.state {
	case "pending":
		s.state = "running"
	case "shutting-down":
		s.state = "terminated"
	}
}

func (s *simulated) matches(wanted map[string][]string) bool {
	for name, values := range wanted {
		actual := s.state
		if key, ok := strings.CutPrefix(name, "tag:"); ok {
			i := slices.IndexFunc(s.tags, func(t [2]string) bool { return t[0] == key })
			if i < 0 {
				return false
			}
			actual = s.tags[i][1]
		}
		if !slices.Contains(values, actual) {
			return false
		}
	}
	return true
}

func (s *simulated) xml() string {
	var tags strings.Builder
	for _, t := range s.tags {
		fmt.Fprintf(&tags, "<item><key>%s</key><value>%s</value></item>", html.EscapeString(t[0]), html.EscapeString(t[1]))
	}
	address := ""
	if s.state == "running" {
		address = "<ipAddress>198.51.100.7</ipAddress>"
	}
	return fmt.Sprintf("<item><instanceId>%s</instanceId><instanceState><code>16</code><name>%s</name></instanceState><instanceType>%s</instanceType>"+
		"<launchTime>%s</launchTime><privateIpAddress>10.0.0.7</privateIpAddress>%s<clientToken>%s</clientToken><tagSet>%s</tagSet></item>",
		s.id, s.state, s.kind, s.launched.Format(time.RFC3339), address, s.token, tags.String())
}

func filters(v url.Values) map[string][]string {
	wanted := map[string][]string{}
	for i := 1; v.Has(fmt.Sprintf("Filter.%d.Name", i)); i++ {
		for j := 1; v.Has(fmt.Sprintf("Filter.%d.Value.%d", i, j)); j++ {
			name := v.Get(fmt.Sprintf("Filter.%d.Name", i))
			wanted[name] = append(wanted[name], v.Get(fmt.Sprintf("Filter.%d.Value.%d", i, j)))
		}
	}
	return wanted
}

func describeTypes(w http.ResponseWriter, v url.Values) {
	kind := func(name, arch string, cpus, mib int) string {
		return fmt.Sprintf("<item><instanceType>%s</instanceType><vCpuInfo><defaultVCpus>%d</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>%d</sizeInMiB></memoryInfo>"+
			"<processorInfo><supportedArchitectures>%s</supportedArchitectures></processorInfo></item>", name, cpus, mib, arch)
	}
	if v.Get("NextToken") == "" {
		answer(w, "DescribeInstanceTypes", "<instanceTypeSet>"+kind("t3.small", "<item>i386</item><item>x86_64</item>", 2, 2048)+"</instanceTypeSet><nextToken>more</nextToken>")
		return
	}
	answer(w, "DescribeInstanceTypes", "<instanceTypeSet>"+kind("t4g.small", "<item>arm64</item>", 2, 2048)+"</instanceTypeSet>")
}

func (c *cloud) describeSubnets(w http.ResponseWriter, v url.Values) {
	if v.Get("SubnetId.1") != "subnet-1" {
		refuse(w, http.StatusBadRequest, "InvalidSubnetID.NotFound", "The subnet ID '"+v.Get("SubnetId.1")+"' does not exist")
		return
	}
	answer(w, "DescribeSubnets", "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-2</vpcId></item></subnetSet>")
}

func (c *cloud) describeGroups(w http.ResponseWriter, v url.Values) {
	wanted, found := filters(v), ""
	for _, g := range c.groups {
		if g.name != wanted["group-name"][0] || g.vpc != wanted["vpc-id"][0] {
			continue
		}
		found += "<item><groupId>" + g.id + "</groupId><ipPermissions>" + strings.Repeat("<item/>", len(g.rules)) + "</ipPermissions></item>"
	}
	answer(w, "DescribeSecurityGroups", "<securityGroupInfo>"+found+"</securityGroupInfo>")
}

func (c *cloud) createGroup(w http.ResponseWriter, v url.Values) {
	if slices.ContainsFunc(c.groups, func(g *securityGroup) bool { return g.name == v.Get("GroupName") && g.vpc == v.Get("VpcId") }) {
		refuse(w, http.StatusBadRequest, "InvalidGroup.Duplicate", "The security group already exists")
		return
	}
	g := &securityGroup{id: fmt.Sprintf("sg-%d", len(c.groups)+1), name: v.Get("GroupName"), vpc: v.Get("VpcId")}
	c.groups = append(c.groups, g)
	answer(w, "CreateSecurityGroup", "<groupId>"+g.id+"</groupId>")
}

func (c *cloud) authorize(w http.ResponseWriter, v url.Values) {
	i := slices.IndexFunc(c.groups, func(g *securityGroup) bool { return g.id == v.Get("GroupId") })
	if len(c.groups[i].rules) > 0 {
		refuse(w, http.StatusBadRequest, "InvalidPermission.Duplicate", "the specified rule already exists")
		return
	}
	for n := 1; v.Has(fmt.Sprintf("IpPermissions.%d.IpProtocol", n)); n++ {
		get := func(key string) string { return v.Get(fmt.Sprintf("IpPermissions.%d.%s", n, key)) }
		from := cmp.Or(get("Groups.1.GroupId"), get("IpRanges.1.CidrIp")+" "+get("Ipv6Ranges.1.CidrIpv6"))
		c.groups[i].rules = append(c.groups[i].rules, fmt.Sprintf("%s %s-%s %s", get("IpProtocol"), get("FromPort"), get("ToPort"), from))
	}
	answer(w, "AuthorizeSecurityGroupIngress", "<return>true</return>")
}

func answer(w http.ResponseWriter, action, body string) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	_, _ = io.WriteString(w, fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>59dbff89</requestId>%s</%sResponse>`, action, body, action))
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, refusalBody(code, message))
}

func refusalBody(code, message string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>ea966190</RequestID></Response>`, code, html.EscapeString(message))
}
