package plan

import (
	"fmt"
	"hash/fnv"
	"math/bits"
	"net/netip"
)

const (
	// minSlices is how many hosts a subnet has room for at least, so that a
	// small pool can grow without its networks being made again.
	minSlices = 8
	// defaultSliceBits is the longest prefix of a host's slice where the user
	// names no size: 32 addresses.
	defaultSliceBits = 27
	// defaultSubnetBits is the longest prefix of a subnet then.
	defaultSubnetBits = 24
	// maxSliceBits is the longest prefix of a slice: 8 addresses, of which the
	// gateway takes one.
	maxSliceBits = 29
)

// sliceCount is how many slices the subnets of a pool of that many hosts have:
// a power of two with room for the pool to double.
func sliceCount(pool int) int {
	n := max(minSlices, 2*pool)
	return 1 << bits.Len(uint(n-1))
}

// subnetBits is the prefix length of a network's subnet: the user's size, or
// one whose slices hold twice the containers that a host is to have.
func subnetBits(size, pool, containers int) int {
	if size != 0 {
		return size
	}
	slice := min(defaultSliceBits, 32-bits.Len(uint(2*(containers+reservedAddresses)-1)))
	return min(defaultSubnetBits, slice-bits.TrailingZeros(uint(sliceCount(pool))))
}

// reservedAddresses of a slice are no container's: the subnet's own or its
// broadcast address, and the gateway.
const reservedAddresses = 2

// room is how many containers fit into a slice.
func room(part netip.Prefix) int { return 1<<(32-part.Bits()) - reservedAddresses }

// freeSubnet finds a subnet of the given length in the range that overlaps
// nothing used. It starts at a place that depends on the name, so that two
// projects planned at the same time hardly ever choose the same.
func freeSubnet(within netip.Prefix, length int, name string, used []netip.Prefix) (netip.Prefix, error) {
	if !within.Addr().Is4() || length < within.Bits() || length > maxSliceBits-bits.TrailingZeros(minSlices) {
		return netip.Prefix{}, fmt.Errorf("x-clocker.network: a subnet of /%d doesn't fit into %s; choose a size from %d to %d",
			length, within, within.Bits(), maxSliceBits-bits.TrailingZeros(minSlices))
	}
	count := uint64(1) << (length - within.Bits())
	h := fnv.New64a()
	h.Write([]byte(name))
	start := h.Sum64() % count
	for i := range count {
		p := nth(within.Masked().Addr(), length, (start+i)%count)
		if !overlapsAny(p, used) {
			return p, nil
		}
	}
	return netip.Prefix{}, fmt.Errorf("network %s: every subnet of /%d in %s is taken; set x-clocker.network.cidr to a larger range", name, length, within)
}

// slice is the i-th of count equal parts of a subnet.
func slice(subnet netip.Prefix, count, i int) (netip.Prefix, error) {
	length := subnet.Bits() + bits.TrailingZeros(uint(count))
	if length > maxSliceBits {
		return netip.Prefix{}, fmt.Errorf("subnet %s is too small for a pool with room for %d hosts; it must be /%d or larger",
			subnet, count, maxSliceBits-bits.TrailingZeros(uint(count)))
	}
	return nth(subnet.Masked().Addr(), length, uint64(i)), nil
}

// gateway is the first address of a slice that a host may have.
func gateway(subnet, part netip.Prefix) netip.Addr {
	if part.Addr() == subnet.Masked().Addr() {
		return part.Addr().Next() // the subnet's own address
	}
	return part.Addr()
}

// nth is the i-th prefix of that length, counted from an IPv4 address.
func nth(from netip.Addr, length int, i uint64) netip.Prefix {
	b := from.As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	n += uint32(i << (32 - length)) //nolint:gosec // i is below the number of such prefixes
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}), length)
}

func overlapsAny(p netip.Prefix, used []netip.Prefix) bool {
	for _, u := range used {
		if p.Overlaps(u) {
			return true
		}
	}
	return false
}
