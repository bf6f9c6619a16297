package main

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestHostFilterByRouter(t *testing.T) {
	router := hosts.Container{Labels: map[string]string{hosts.LabelFabric: "router"}, State: hosts.Exited}
	joined := hostLine{seen: hosts.Observation{Containers: []hosts.Container{{State: hosts.Running}, router}}}
	for word, kept := range map[string][2]bool{"fabric=exited": {true, false}, "fabric=running": {false, false}, "fabric=-": {false, true}} {
		f, err := parseHostFilter([]string{word})
		assert.NilError(t, err)
		assert.Equal(t, f.keepsObserved(joined), kept[0], word)
		assert.Equal(t, f.keepsObserved(hostLine{}), kept[1], word)
	}
}
