package wire

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
)

// MAC derives a container's hardware address from its IPv4 address, so that
// whoever takes an address over answers to what neighbours remember of it.
func MAC(a netip.Addr) net.HardwareAddr {
	b := a.As4()
	return net.HardwareAddr{0x02, 0x42, b[0], b[1], b[2], b[3]}
}

// randomMAC is locally administered; its second byte keeps it apart from MAC's.
func randomMAC() (net.HardwareAddr, error) {
	mac := make(net.HardwareAddr, 6)
	if _, err := rand.Read(mac); err != nil {
		return nil, fmt.Errorf("choose a hardware address: %w", err)
	}
	mac[0], mac[1] = 0x02, mac[1]|0x80
	return mac, nil
}
