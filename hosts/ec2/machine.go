package ec2

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func machine(i types.Instance, l hosts.Location) hosts.Machine {
	m := hosts.Machine{
		ID: aws.ToString(i.InstanceId), Name: tagged(i, hosts.TagName), Location: tagged(i, hosts.TagLocation), HostKey: tagged(i, hosts.TagHostKey),
		Address: aws.ToString(i.PublicIpAddress), PrivateAddress: aws.ToString(i.PrivateIpAddress),
		User:    cmp.Or(l.Template.Text("user"), defaultUser),
		Size:    string(i.InstanceType),
		Created: aws.ToTime(i.LaunchTime),
	}
	m.State, m.Fault = state(i)
	if m.State == hosts.MachineRunning && m.Address == "" {
		m.Address = m.PrivateAddress // in a subnet that is reached another way
	}
	return m
}

func state(i types.Instance) (hosts.MachineState, string) {
	switch is := stateName(i); is {
	case types.InstanceStateNameRunning:
		return hosts.MachineRunning, ""
	case types.InstanceStateNameShuttingDown, types.InstanceStateNameTerminated:
		return hosts.MachineDeleting, ""
	case types.InstanceStateNameStopping, types.InstanceStateNameStopped:
		reason := ""
		if i.StateReason != nil {
			reason = aws.ToString(i.StateReason.Message)
		}
		return hosts.MachineBroken, cmp.Or(reason, "the instance is "+string(is))
	}
	return hosts.MachineMaking, ""
}

// living are the states of instances that are somebody's machines.
func living() []types.InstanceStateName {
	return []types.InstanceStateName{
		types.InstanceStateNamePending, types.InstanceStateNameRunning, types.InstanceStateNameStopping, types.InstanceStateNameStopped,
	}
}

func stateName(i types.Instance) types.InstanceStateName {
	if i.State == nil {
		return ""
	}
	return i.State.Name
}

func tagged(i types.Instance, key string) string {
	for _, t := range i.Tags {
		if aws.ToString(t.Key) == key {
			return aws.ToString(t.Value)
		}
	}
	return ""
}
