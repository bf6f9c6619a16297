package container_test

import (
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/clocker-compose/clocker-compose/compose/container"
)

const unsupported = `
services:
  hooked:
    image: web
    pre_start: [{command: ./migrate}]
    post_start: [{command: ./warm}]
    pre_stop: [{command: ./drain}]
  provided: {provider: {type: awesomecloud, options: {size: s}}}
  modelled: {image: web, models: [llm]}
  refreshed: {image: web, pull_policy: daily, pull_refresh_after: 1d}
  swarm:
    image: web
    credential_spec: {file: my.json}
    deploy:
      labels: {a: b}
      endpoint_mode: vip
      update_config: {parallelism: 1}
      rollback_config: {parallelism: 1}
      placement: {preferences: [{spread: node.labels.zone}]}
      restart_policy: {condition: any, delay: 5s, window: 1m}
      resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 2}}]}}
  owned: {image: web, secrets: [{source: token, uid: "5"}], configs: [{source: inline, uid: "5"}]}
  plain: {image: web, deploy: {endpoint_mode: dnsrr, replicas: 2, resources: {limits: {memory: 1g}}}, networks: [a, b, c]}
jobs: {nightly: {image: web, triggers: {manual: true}}}
models: {llm: {model: ai/model}}
secrets: {token: {file: ./token, labels: {a: b}}}
configs: {inline: {content: x, labels: {a: b}}}
networks:
  a:
    driver_opts: {x: y}
    ipam: {driver: other, options: {x: y}, config: [{subnet: 10.9.0.0/24, gateway: 10.9.0.1, ip_range: 10.9.0.128/25, aux_addresses: {x: 10.9.0.5}}]}
  b: {driver: macvlan, driver_opts: {x: y}}
  c: {}
`

func TestUnsupported(t *testing.T) {
	p := written(t, unsupported)
	var b strings.Builder
	for _, several := range []bool{false, true} {
		fmt.Fprintf(&b, "several hosts: %t\n", several)
		for _, service := range p.ServiceNames() {
			for _, problem := range container.Unsupported(p, service, several) {
				kind := "warning"
				if problem.Fatal {
					kind = "error"
				}
				fmt.Fprintf(&b, "%s: %v\n", kind, problem)
			}
		}
		for _, sentence := range container.UnsupportedResources(p, several) {
			fmt.Fprintf(&b, "warning: %s\n", sentence)
		}
	}
	golden.Assert(t, b.String(), "unsupported.txt")
	assert.Equal(t, len(container.Unsupported(p, "plain", true)), 0)
	assert.Equal(t, len(container.Unsupported(p, "nobody", true)), 0)
}
