package pin

import (
	"bytes"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"gotest.tools/v3/assert"
)

// box is a port on a bridge, whose other end the test holds and may send
// anything from.
type box struct {
	name string
	mac  net.HardwareAddr
	ip   netip.Addr
}

// street is a bridge with boxes and an uplink.
func street(t *testing.T, boxes ...box) {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "br0"
	bridge := &netlink.Bridge{LinkAttrs: attrs}
	assert.NilError(t, netlink.LinkAdd(bridge))
	assert.NilError(t, netlink.LinkSetUp(bridge))
	for _, b := range boxes {
		attrs := netlink.NewLinkAttrs()
		attrs.Name = b.name
		assert.NilError(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "x" + b.name}))
		for _, name := range []string{b.name, "x" + b.name} {
			l, err := netlink.LinkByName(name)
			assert.NilError(t, err)
			if name == b.name {
				assert.NilError(t, netlink.LinkSetMaster(l, bridge))
			}
			assert.NilError(t, netlink.LinkSetUp(l))
		}
	}
}

// open is a raw socket on the box's end.
func open(t *testing.T, b box) int {
	t.Helper()
	all := int(htons(syscall.ETH_P_ALL))
	s, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW, all)
	assert.NilError(t, err)
	t.Cleanup(func() { assert.NilError(t, syscall.Close(s)) })
	l, err := netlink.LinkByName("x" + b.name)
	assert.NilError(t, err)
	assert.NilError(t, syscall.Bind(s, &syscall.SockaddrLinklayer{Protocol: htons(syscall.ETH_P_ALL), Ifindex: l.Attrs().Index}))
	wait := syscall.NsecToTimeval((100 * time.Millisecond).Nanoseconds())
	assert.NilError(t, syscall.SetsockoptTimeval(s, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &wait))
	return s
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

// shortest is an Ethernet and an IPv4 header, in bytes.
const shortest = 34

// arrives sends the frame from one socket and tells whether another sees it.
func arrives(t *testing.T, from, to int, frame []byte) bool {
	t.Helper()
	_, err := syscall.Write(from, frame)
	assert.NilError(t, err)
	for buffer := make([]byte, 2048); ; {
		n, err := syscall.Read(to, buffer)
		if err != nil {
			return false
		}
		if n >= shortest && bytes.HasPrefix(frame, buffer[:n]) { // kernels cut padding off
			return true
		}
	}
}

func ether(to, from net.HardwareAddr, kind uint16, rest ...byte) []byte {
	f := append(append(append([]byte{}, to...), from...), big(kind)...)
	for f = append(f, rest...); len(f) < 60; {
		f = append(f, 0)
	}
	return f
}

// ipv4 is a header alone, with a checksum: kernels drop bridged packets without.
func ipv4(from, to netip.Addr) []byte {
	h := []byte{0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0, 0}
	h = append(append(h, from.AsSlice()...), to.AsSlice()...)
	var sum uint32
	for i := 0; i < len(h); i += 2 {
		sum += uint32(h[i])<<8 | uint32(h[i+1])
	}
	copy(h[10:], big(^uint16(sum+sum>>16)))
	return h
}

func arp(mac net.HardwareAddr, from, to netip.Addr) []byte {
	h := append([]byte{0, 1, 8, 0, 6, 4, 0, 1}, mac...)
	h = append(append(h, from.AsSlice()...), 0, 0, 0, 0, 0, 0)
	return append(h, to.AsSlice()...)
}

func TestTraffic(t *testing.T) {
	namespace(t)
	addr := netip.MustParseAddr
	all := net.HardwareAddr{255, 255, 255, 255, 255, 255}
	web := box{"clkp1", net.HardwareAddr{2, 0x42, 10, 32, 0, 5}, addr("10.32.0.5")}
	db := box{"clkp2", net.HardwareAddr{2, 0x42, 10, 32, 0, 6}, addr("10.32.0.6")}
	evil := box{"clkp3", net.HardwareAddr{2, 0x42, 10, 33, 0, 5}, addr("10.33.0.5")}
	loose := box{"clkp4", net.HardwareAddr{2, 0x42, 10, 32, 0, 9}, addr("10.32.0.9")}
	up := box{"up0", net.HardwareAddr{2, 0x42, 10, 32, 0, 70}, addr("10.32.0.70")}
	street(t, web, db, evil, loose, up)
	port := func(b box, subnet string) Port {
		return Port{Link: b.name, MAC: b.mac, Address: b.ip, Subnet: netip.MustParsePrefix(subnet)}
	}
	rules := Rules{Prefix: "clkp", Uplink: "up0", Ports: []Port{port(web, "10.32.0.0/24"), port(db, "10.32.0.0/24"), port(evil, "10.33.0.0/24")}}
	assert.NilError(t, rules.Apply())
	socket := map[string]int{}
	for _, b := range []box{web, db, evil, loose, up} {
		socket[b.name] = open(t, b)
	}

	for _, c := range []struct {
		title    string
		from, to box
		frame    []byte
		want     bool
	}{
		{"a neighbour", web, db, ether(db.mac, web.mac, typeIPv4, ipv4(web.ip, db.ip)...), true},
		{"a neighbour on another host", web, up, ether(up.mac, web.mac, typeIPv4, ipv4(web.ip, up.ip)...), true},
		{"from another host", up, web, ether(web.mac, up.mac, typeIPv4, ipv4(up.ip, web.ip)...), true},
		{"a question for an address", web, db, ether(all, web.mac, typeARP, arp(web.mac, web.ip, db.ip)...), true},
		{"to a group", web, db, ether(net.HardwareAddr{1, 0, 0x5e, 0, 0, 1}, web.mac, typeIPv4, ipv4(web.ip, addr("224.0.0.1"))...), true},
		{"with another's IP address", web, db, ether(db.mac, web.mac, typeIPv4, ipv4(loose.ip, db.ip)...), false},
		{"with another's hardware address", web, db, ether(db.mac, loose.mac, typeIPv4, ipv4(web.ip, db.ip)...), false},
		{"with both of another", web, up, ether(up.mac, db.mac, typeIPv4, ipv4(db.ip, up.ip)...), false},
		{"claiming another's address", web, up, ether(all, web.mac, typeARP, arp(web.mac, db.ip, up.ip)...), false},
		{"claiming for another's hardware", web, up, ether(all, web.mac, typeARP, arp(db.mac, web.ip, up.ip)...), false},
		{"a stolen address in its own subnet", evil, web, ether(web.mac, evil.mac, typeIPv4, ipv4(loose.ip, web.ip)...), false},
		{"its own address into another subnet", evil, web, ether(web.mac, evil.mac, typeIPv4, ipv4(evil.ip, web.ip)...), false},
		{"its own address into another subnet elsewhere", evil, up, ether(up.mac, evil.mac, typeIPv4, ipv4(evil.ip, up.ip)...), false},
		{"from elsewhere into another subnet", up, web, ether(web.mac, up.mac, typeIPv4, ipv4(evil.ip, web.ip)...), false},
		{"a question from another subnet", up, web, ether(all, up.mac, typeARP, arp(up.mac, evil.ip, web.ip)...), false},
		{"a broadcast to another subnet", evil, web, ether(all, evil.mac, typeIPv4, ipv4(evil.ip, addr("255.255.255.255"))...), false},
		{"IPv6", web, db, ether(db.mac, web.mac, 0x86dd), false},
		{"a VLAN", web, db, ether(db.mac, web.mac, 0x8100, append([]byte{0, 5, 8, 0}, ipv4(web.ip, db.ip)...)...), false},
		{"from a port without pins", loose, up, ether(up.mac, loose.mac, typeIPv4, ipv4(loose.ip, up.ip)...), false},
		{"to a port without pins", up, loose, ether(loose.mac, up.mac, typeIPv4, ipv4(up.ip, loose.ip)...), false},
	} {
		t.Run(c.title, func(t *testing.T) {
			assert.Equal(t, arrives(t, socket[c.from.name], socket[c.to.name], c.frame), c.want)
		})
	}
}
