package pin

import (
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
)

// builder adds to one table of one transaction.
type builder struct {
	conn  *nftables.Conn
	table *nftables.Table
}

// beforeFilters runs ahead of every other table of the host.
const beforeFilters = -310

func (b *builder) hook(name string, hook *nftables.ChainHook) *nftables.Chain {
	policy := nftables.ChainPolicyAccept
	return b.conn.AddChain(&nftables.Chain{
		Name: name, Table: b.table, Type: nftables.ChainTypeFilter, Hooknum: hook,
		Priority: nftables.ChainPriorityRef(beforeFilters), Policy: &policy,
	})
}

func (b *builder) rule(c *nftables.Chain, parts ...[]expr.Any) {
	var all []expr.Any
	for _, p := range parts {
		all = append(all, p...)
	}
	b.conn.AddRule(&nftables.Rule{Table: b.table, Chain: c, Exprs: all})
}

// pins is the set of what each port may send as its own.
func (b *builder) pins(ports []Port) (*nftables.Set, error) {
	set := &nftables.Set{
		Table: b.table, Name: "pins", Concatenation: true,
		KeyType: nftables.MustConcatSetType(nftables.TypeIFName, nftables.TypeEtherAddr, nftables.TypeIPAddr),
	}
	elements := make([]nftables.SetElement, len(ports))
	for i, p := range ports {
		elements[i] = nftables.SetElement{Key: pinKey(p)}
	}
	if err := b.conn.AddSet(set, elements); err != nil {
		return nil, fmt.Errorf("build set of pins: %w", err)
	}
	return set, nil
}

// pinKey is a key of the set: each field in whole registers of four bytes.
func pinKey(p Port) []byte {
	key := linkName(p.Link)
	key = append(append(key, p.MAC...), 0, 0)
	return append(key, p.Address.AsSlice()...)
}

// jumps is a map from link to the chain of the link's subnet.
func (b *builder) jumps(name string, ports []Port, chains map[netip.Prefix]*nftables.Chain) (*nftables.Set, error) {
	set := &nftables.Set{Table: b.table, Name: name, IsMap: true, KeyType: nftables.TypeIFName, DataType: nftables.TypeVerdict, KeyByteOrder: binaryutil.NativeEndian}
	elements := make([]nftables.SetElement, len(ports))
	for i, p := range ports {
		elements[i] = nftables.SetElement{
			Key:         linkName(p.Link),
			VerdictData: &expr.Verdict{Kind: expr.VerdictGoto, Chain: chains[p.Subnet].Name},
		}
	}
	if err := b.conn.AddSet(set, elements); err != nil {
		return nil, fmt.Errorf("build map of %s: %w", name, err)
	}
	return set, nil
}

// senderChains let a port send within its subnet, and to groups.
func (b *builder) senderChains(ports []Port) map[netip.Prefix]*nftables.Chain {
	return b.perSubnet("from", ports, func(c *nftables.Chain, subnet netip.Prefix) {
		b.rule(c, ipIn(ipDestination, subnet), accept())
		b.rule(c, ipIn(ipDestination, multicast()), accept())
		b.rule(c, ipIn(ipDestination, broadcast()), accept())
		b.rule(c, drop())
	})
}

// receiverChains let a port receive from its subnet only.
func (b *builder) receiverChains(ports []Port) map[netip.Prefix]*nftables.Chain {
	return b.perSubnet("to", ports, func(c *nftables.Chain, subnet netip.Prefix) {
		b.rule(c, etherType(typeIPv4), ipIn(ipSource, subnet), accept())
		b.rule(c, etherType(typeARP), arpIPv4(), ipIn(arpSenderIP, subnet), accept())
		b.rule(c, drop())
	})
}

func (b *builder) perSubnet(kind string, ports []Port, fill func(*nftables.Chain, netip.Prefix)) map[netip.Prefix]*nftables.Chain {
	chains := map[netip.Prefix]*nftables.Chain{}
	for _, p := range ports {
		if chains[p.Subnet] == nil {
			c := b.conn.AddChain(&nftables.Chain{Name: fmt.Sprintf("%s-%s-%d", kind, p.Subnet.Addr(), p.Subnet.Bits()), Table: b.table})
			chains[p.Subnet] = c
			fill(c, p.Subnet)
		}
	}
	return chains
}

func multicast() netip.Prefix { return netip.PrefixFrom(netip.AddrFrom4([4]byte{224, 0, 0, 0}), 4) }

func broadcast() netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), 32)
}
