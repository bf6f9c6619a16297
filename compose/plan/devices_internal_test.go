package plan

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

func TestDevicesOfAService(t *testing.T) {
	for _, test := range []struct {
		name string
		gpus []types.DeviceRequest
		held *types.Resource
		want hosts.Devices
	}{
		{"none", nil, nil, nil},
		{"gpus: all", []types.DeviceRequest{{Count: -1}}, nil, hosts.Devices{"gpu": 0}},
		{"a number", nil, &types.Resource{Devices: []types.DeviceRequest{{Capabilities: []string{"compute", "gpu"}, Count: 2}}}, hosts.Devices{"gpu": 2}},
		{"by their IDs", nil, &types.Resource{Devices: []types.DeviceRequest{{Capabilities: []string{"gpu"}, IDs: []string{"0", "3"}}}}, hosts.Devices{"gpu": 2}},
		{"another capability", nil, &types.Resource{Devices: []types.DeviceRequest{{Capabilities: []string{"tpu"}, Count: 1}}}, hosts.Devices{"tpu": 1}},
		{"of CDI", nil, &types.Resource{Devices: []types.DeviceRequest{{Driver: "cdi", IDs: []string{"acme.com/net=eth0", "nvidia.com/gpu=all"}}}}, hosts.Devices{"acme.com/net": 1, "nvidia.com/gpu": 0}},
		{
			"generic",
			[]types.DeviceRequest{{Count: 1}},
			&types.Resource{GenericResources: []types.GenericResource{{DiscreteResourceSpec: &types.DiscreteGenericResource{Kind: "gpu", Value: 1}}, {DiscreteResourceSpec: &types.DiscreteGenericResource{Kind: "ssd", Value: 3}}, {}}},
			hosts.Devices{"gpu": 2, "ssd": 3},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := types.ServiceConfig{}
			s.Gpus = test.gpus
			if test.held != nil {
				s.Deploy = &types.DeployConfig{Resources: types.Resources{Reservations: test.held}}
			}
			assert.DeepEqual(t, devices(s), test.want)

			labels := map[string]string{hosts.LabelReserved: reservedLabel(s)}
			_, counted := reserved(hosts.Container{Labels: labels})
			assert.DeepEqual(t, counted, test.want)
		})
	}
}

func TestClaimsAreReadAsTheyWereWritten(t *testing.T) {
	labels := claims(scheduler.Task{Project: "bank", Service: "db", Strategies: []hosts.Strategy{
		{Name: "exclusive"}, {Name: "affinity", Value: []any{"not service shop/web*", "not same"}},
	}})
	labels[hosts.LabelProject], labels[hosts.LabelService] = "bank", "db"
	var c scheduler.Candidate
	claim(&c, hosts.Container{Labels: labels})
	assert.DeepEqual(t, c, scheduler.Candidate{Exclusive: "bank/db", Objections: []scheduler.Objection{
		{Service: "bank/db", Project: "shop", Against: "web*"}, {Service: "bank/db", Project: "bank", Against: "db"},
	}})
	var plain scheduler.Candidate
	claim(&plain, hosts.Container{Labels: map[string]string{hosts.LabelAway: "nonsense"}})
	assert.DeepEqual(t, plain, scheduler.Candidate{})
}
