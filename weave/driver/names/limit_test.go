package names

import (
	"net/netip"
	"testing"

	"gotest.tools/v3/assert"
)

func TestLimitKeepsRoomForOthers(t *testing.T) {
	greedy, modest := netip.MustParseAddr("10.32.0.5"), netip.MustParseAddr("10.32.0.6")
	l := &Limit{Total: 3, Each: 2}
	for range l.Each {
		assert.Assert(t, l.enter(greedy))
	}
	assert.Assert(t, !l.enter(greedy), "more than its share")
	assert.Assert(t, l.enter(modest))
	assert.Assert(t, !l.enter(modest), "more than there is")
	l.leave(greedy)
	assert.Assert(t, l.enter(modest))
	l.leave(greedy)
	l.leave(modest)
	l.leave(modest)
	assert.Equal(t, len(l.active), 0)
}
