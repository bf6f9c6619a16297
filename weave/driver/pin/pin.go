// Package pin keeps every container to its own address. A frame leaves a
// container's port only with the container's own hardware and IPv4 address,
// and reaches one only from an address of the port's own subnet; so a
// container that may change its interfaces (NET_ADMIN) still cannot enter
// another network, and a name server may trust the address of who asks.
//
// The rules are nftables of the bridge family, in a table of the fabric's own
// that is replaced as a whole in one transaction: applying twice is the same
// as once, and no moment passes without rules.
package pin

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

// TableName is the table's name, for `nft list table bridge clocker`.
const TableName = "clocker"

// Port is one container's port and what it may send.
type Port struct {
	// Link is the host's end of the container's veth pair.
	Link    string
	MAC     net.HardwareAddr
	Address netip.Addr
	Subnet  netip.Prefix
}

// Rules are the rules for all ports of a host.
type Rules struct {
	// Prefix starts the names of all containers' links, pinned or not: a port
	// that is not in Ports sends and receives nothing.
	Prefix string
	// Uplink is the link to the other hosts, which never reaches this host itself.
	Uplink string
	Ports  []Port
}

// Apply puts the rules in force, in place of all earlier ones.
func (r Rules) Apply() error {
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	t := &nftables.Table{Name: TableName, Family: nftables.TableFamilyBridge}
	conn.AddTable(t) // so that there is one to delete
	conn.DelTable(t)
	conn.AddTable(t)
	if err := r.build(&builder{conn: conn, table: t}); err != nil {
		return err
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("apply rules: %w", err)
	}
	return nil
}

// Remove takes all rules away.
func Remove() error {
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	t := &nftables.Table{Name: TableName, Family: nftables.TableFamilyBridge}
	conn.AddTable(t) // so that there is one to delete
	conn.DelTable(t)
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("remove rules: %w", err)
	}
	return nil
}

// build adds, in nft's words:
//
//	set pins     { typeof iifname . ether saddr . ip saddr }
//	map senders  { typeof iifname : verdict }
//	map receivers{ typeof oifname : verdict }
//	chain sent     { type filter hook prerouting  … }
//	chain host     { type filter hook input       … }
//	chain received { type filter hook postrouting … }
//	chain from-SUBNET, chain to-SUBNET for each subnet
func (r Rules) build(b *builder) error {
	pins, err := b.pins(r.Ports)
	if err != nil {
		return err
	}
	senders, err := b.jumps("senders", r.Ports, b.senderChains(r.Ports))
	if err != nil {
		return err
	}
	receivers, err := b.jumps("receivers", r.Ports, b.receiverChains(r.Ports))
	if err != nil {
		return err
	}
	r.sent(b, pins, senders)
	r.host(b)
	r.received(b, receivers)
	return nil
}

// sent judges what containers send, before anything else sees it.
func (r Rules) sent(b *builder, pins, senders *nftables.Set) {
	c := b.hook("sent", nftables.ChainHookPrerouting)
	b.rule(c, notFrom(r.Prefix), accept())
	b.rule(c, etherType(typeIPv4), pinned(pins, etherSource, ipSource), jumpBy(senders, expr.MetaKeyIIFNAME))
	b.rule(c, etherType(typeARP), arpIPv4(), pinned(pins, etherSource, arpSenderIP), pinned(pins, arpSenderMAC, arpSenderIP), accept())
	b.rule(c, drop())
}

// host judges what is for the host itself: names, and finding who answers them.
func (r Rules) host(b *builder) {
	c := b.hook("host", nftables.ChainHookInput)
	b.rule(c, from(r.Uplink), drop())
	b.rule(c, notFrom(r.Prefix), accept())
	b.rule(c, etherType(typeARP), accept())
	b.rule(c, etherType(typeIPv4), ipProtocol(protocolUDP), destinationPort(53), accept())
	b.rule(c, etherType(typeIPv4), ipProtocol(protocolTCP), destinationPort(53), accept())
	b.rule(c, drop())
}

// received judges what containers are given, from this host or another.
func (r Rules) received(b *builder, receivers *nftables.Set) {
	c := b.hook("received", nftables.ChainHookPostrouting)
	b.rule(c, notTo(r.Prefix), accept())
	b.rule(c, jumpBy(receivers, expr.MetaKeyOIFNAME))
	b.rule(c, drop())
}
