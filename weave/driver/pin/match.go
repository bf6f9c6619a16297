package pin

import (
	"encoding/binary"
	"net"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// field is a place in a frame.
type field struct {
	base        expr.PayloadBase
	offset, len uint32
}

// The fields that rules look at.
//
//nolint:gochecknoglobals // constants that Go has no constants for
var (
	etherSource   = field{expr.PayloadBaseLLHeader, 6, 6}
	etherKind     = field{expr.PayloadBaseLLHeader, 12, 2}
	ipSource      = field{expr.PayloadBaseNetworkHeader, 12, 4}
	ipDestination = field{expr.PayloadBaseNetworkHeader, 16, 4}
	ipProto       = field{expr.PayloadBaseNetworkHeader, 9, 1}
	arpFormat     = field{expr.PayloadBaseNetworkHeader, 0, 6}
	arpSenderMAC  = field{expr.PayloadBaseNetworkHeader, 8, 6}
	arpSenderIP   = field{expr.PayloadBaseNetworkHeader, 14, 4}
	portTo        = field{expr.PayloadBaseTransportHeader, 2, 2}
)

const (
	typeIPv4    = 0x0800
	typeARP     = 0x0806
	protocolTCP = 6
	protocolUDP = 17
)

// register is where a comparison's left side is loaded: the first of 16 bytes.
// A concatenation continues in the registers of four bytes after it.
const (
	register     = 1  // NFT_REG_1, the link's name
	registerMAC  = 12 // NFT_REG32_04
	registerAddr = 14 // NFT_REG32_06
)

func (f field) load(into uint32) expr.Any {
	return &expr.Payload{DestRegister: into, Base: f.base, Offset: f.offset, Len: f.len}
}

func is(f field, value []byte) []expr.Any {
	return []expr.Any{f.load(register), &expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: value}}
}

// etherType reads the frame rather than the kernel's idea of its protocol,
// which sees through VLAN tags.
func etherType(kind uint16) []expr.Any { return is(etherKind, big(kind)) }

func ipProtocol(protocol byte) []expr.Any { return is(ipProto, []byte{protocol}) }

func destinationPort(port uint16) []expr.Any { return is(portTo, big(port)) }

// arpIPv4 matches ARP for IPv4 over Ethernet, where the other fields stand as named.
func arpIPv4() []expr.Any { return is(arpFormat, []byte{0, 1, 0x08, 0, 6, 4}) }

func ipIn(f field, p netip.Prefix) []expr.Any {
	return []expr.Any{
		f.load(register),
		&expr.Bitwise{SourceRegister: register, DestRegister: register, Len: 4, Mask: net.CIDRMask(p.Bits(), 32), Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: p.Masked().Addr().AsSlice()},
	}
}

// pinned matches where the link, a hardware and an IPv4 address are in the set together.
func pinned(pins *nftables.Set, mac, ip field) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: register}, mac.load(registerMAC), ip.load(registerAddr),
		&expr.Lookup{SourceRegister: register, SetName: pins.Name, SetID: pins.ID},
	}
}

// jumpBy goes where the map says for the link; on where the map has none.
func jumpBy(m *nftables.Set, link expr.MetaKey) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: link, Register: register},
		&expr.Lookup{SourceRegister: register, DestRegister: 0, IsDestRegSet: true, SetName: m.Name, SetID: m.ID},
	}
}

func from(link string) []expr.Any {
	return byName(expr.MetaKeyIIFNAME, expr.CmpOpEq, linkName(link))
}

func notFrom(prefix string) []expr.Any {
	return byName(expr.MetaKeyIIFNAME, expr.CmpOpNeq, []byte(prefix))
}

func notTo(prefix string) []expr.Any {
	return byName(expr.MetaKeyOIFNAME, expr.CmpOpNeq, []byte(prefix))
}

// byName compares as many bytes as are given: a whole name or the start of one.
func byName(key expr.MetaKey, op expr.CmpOp, name []byte) []expr.Any {
	return []expr.Any{&expr.Meta{Key: key, Register: register}, &expr.Cmp{Op: op, Register: register, Data: name}}
}

func accept() []expr.Any { return []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}} }

func drop() []expr.Any { return []expr.Any{&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop}} }

// linkName is a link's name as the kernel compares it: 16 bytes, zeros at the end.
func linkName(name string) []byte {
	b := make([]byte, 16)
	copy(b, name)
	return b
}

func big(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
