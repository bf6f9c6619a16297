// Package hosts is the vocabulary of the pool: a [Host] is one Docker Engine
// that containers can be placed on, a [Location] is a named set of hosts that
// share how they are reached or created, an [Observation] is what one sweep
// saw on one host, and a Spec is what an engine is asked to create.
//
// It holds data only. Adapters (hosts/docker, hosts/fake, weave) turn it into
// calls; everything above (scheduler, compose) decides with it. The Spec types
// carry the Engine API's own request structs (github.com/moby/moby/api, types
// without a client), because a container has more than a hundred settings and
// a second copy of them would only drift.
package hosts
