package store

import (
	"net/netip"

	"github.com/google/go-cmp/cmp"
)

// comparable lets values with addresses be compared.
func comparable() cmp.Option {
	return cmp.Options{
		cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
		cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	}
}
