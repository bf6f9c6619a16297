package container

import (
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
)

// restartPolicy is deploy.restart_policy where there is one, else `restart`. A
// job is started again where it fails, unless the files say no, and never where
// it has ended well.
func (r *replica) restartPolicy() container.RestartPolicy {
	policy := r.declaredRestartPolicy()
	if !r.job() || policy.Name == container.RestartPolicyDisabled || policy.Name == container.RestartPolicyOnFailure {
		return policy
	}
	return container.RestartPolicy{Name: container.RestartPolicyOnFailure}
}

func (r *replica) job() bool { return r.Deploy != nil && strings.HasSuffix(r.Deploy.Mode, "-job") }

func (r *replica) declaredRestartPolicy() container.RestartPolicy {
	if r.Deploy != nil && r.Deploy.RestartPolicy != nil {
		deploy := r.Deploy.RestartPolicy
		policy := container.RestartPolicy{Name: restartMode(deploy.Condition)}
		if deploy.MaxAttempts != nil {
			policy.MaximumRetryCount = int(*deploy.MaxAttempts)
		}
		return policy
	}
	name, attempts, _ := strings.Cut(r.Restart, ":")
	policy := container.RestartPolicy{Name: restartMode(name)}
	// What is no number is left at 0, unlimited, as Docker Compose leaves it.
	policy.MaximumRetryCount, _ = strconv.Atoi(attempts)
	return policy
}

// restartMode is the engine's word for Swarm's conditions too.
func restartMode(condition string) container.RestartPolicyMode {
	switch condition {
	case "none":
		return container.RestartPolicyDisabled
	case "any":
		return container.RestartPolicyAlways
	}
	return container.RestartPolicyMode(condition)
}
