package container

import (
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
)

func (r *replica) health() (*container.HealthConfig, error) {
	check := r.HealthCheck
	if check == nil {
		return nil, nil
	}
	if check.StartInterval != nil && check.StartPeriod == nil {
		// An engine would take the interval and never use it.
		return nil, r.refuse("healthcheck.start_interval", "set start_period too", "has no effect without start_period")
	}
	health := &container.HealthConfig{
		Test:          check.Test,
		Interval:      duration(check.Interval),
		Timeout:       duration(check.Timeout),
		StartPeriod:   duration(check.StartPeriod),
		StartInterval: duration(check.StartInterval),
	}
	if check.Retries != nil {
		health.Retries = int(*check.Retries)
	}
	if check.Disable {
		health.Test = []string{"NONE"}
	}
	return health, nil
}

func duration(d *types.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return time.Duration(*d)
}
