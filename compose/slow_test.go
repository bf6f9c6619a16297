package compose_test

import (
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// TestSlowHostsAreTold: who waits long is told for whom, and how that ended.
func TestSlowHostsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop("h1", "h2", "h3")
		s.engines["h2"].Inject(fake.Fault{Method: "Observe", Delay: 2 * time.Second})
		s.engines["h3"].Inject(fake.Fault{Method: "Observe", Delay: time.Hour})
		_, err := compose.Observe(t.Context(), &s.Env)
		assert.NilError(t, err)
		assert.DeepEqual(t, s.told(), map[string]string{"Host h2": "Answered", "Host h3": "Silent"})
	})
}
