package docker_test

import (
	"net/netip"

	"github.com/google/go-cmp/cmp"
)

// compareNetip compares addresses as they are compared everywhere else.
var compareNetip = cmp.Options{
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}
