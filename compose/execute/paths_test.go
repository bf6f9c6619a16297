package execute_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func checked() plan.CheckPaths {
	return plan.CheckPaths{Name: "clocker-check_shop", Image: "app", Paths: []plan.HostPath{
		{Path: "/dev/ttyS9", Service: "modem", Where: "compose.yaml:9:7"}, {Path: "/srv", Service: "web", Where: "compose.yaml:4:9"}, {Path: "/opt", Service: "web"},
	}}
}

func TestPathsThatAHostLacksAreAllTold(t *testing.T) {
	b := newBench("h")
	assert.NilError(t, b.do(checked()))
	b.engines["h"].Lack("/srv", "/dev/ttyS9")
	assert.Error(t, b.do(checked()), "check paths: /dev/ttyS9 doesn't exist on the host, and service modem wants it (compose.yaml:9:7); "+
		"/srv doesn't exist on the host, and service web wants it (compose.yaml:4:9): create it there")
	b.Several = true
	assert.ErrorContains(t, b.do(checked()), "which is brought to the host")
	o, err := b.engines["h"].Observe(t.Context())
	assert.NilError(t, err)
	assert.Equal(t, len(o.Containers), 0)
}

// What an interrupted check has left is removed, and what says nothing of paths
// is left to the real container.
func TestPathsAreCheckedWhateverWasLeft(t *testing.T) {
	b := newBench("h")
	_, err := b.engines["h"].CreateContainer(t.Context(), spec("clocker-check_shop", nil))
	assert.NilError(t, err)
	assert.NilError(t, b.do(checked()))
	assert.Equal(t, strings.Count(b.calls("h"), "CreateContainer clocker-check_shop"), 3)

	a := checked()
	a.Image = "missing"
	assert.NilError(t, b.do(a))
	b.engines["h"].Inject(fake.Fault{Method: "CreateContainer", Kind: fake.Broken, Text: "no space left"})
	assert.NilError(t, b.do(checked()))
}
