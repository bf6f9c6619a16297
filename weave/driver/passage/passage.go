// Package passage lets frames that stay on a bridge of the fabric through the
// host's forward filter. Where the kernel shows bridged frames to iptables
// (br_netfilter, which Docker turns on), Docker's policy is to drop what it
// does not know.
//
// The rules are written by nftables in the form that iptables-nft itself uses,
// so iptables lists and keeps them.
package passage

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
)

// comment marks the rules as the fabric's.
const comment = "clocker"

// Ensure adds an accepting rule for each bridge where it is missing: to
// DOCKER-USER, where administrators' and our rules outlive Docker's restarts,
// or to FORWARD where a filter stands but Docker keeps out of it. Without a
// filter there is nothing to pass.
func Ensure(bridges ...string) error {
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	chain, err := gate(conn)
	if err != nil || chain == nil {
		return err
	}
	rules, err := conn.GetRules(chain.Table, chain)
	if err != nil {
		return fmt.Errorf("list rules of %s: %w", chain.Name, err)
	}
	for _, bridge := range bridges {
		if !present(rules, mark(bridge)) {
			conn.InsertRule(&nftables.Rule{Table: chain.Table, Chain: chain, Exprs: stays(bridge), UserData: mark(bridge)})
		}
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("add rules to %s: %w", chain.Name, err)
	}
	return nil
}

// Remove takes the rules away.
func Remove(bridges ...string) error {
	conn, err := nftables.New()
	if err != nil {
		return fmt.Errorf("open nftables: %w", err)
	}
	chain, err := gate(conn)
	if err != nil || chain == nil {
		return err
	}
	rules, err := conn.GetRules(chain.Table, chain)
	if err != nil {
		return fmt.Errorf("list rules of %s: %w", chain.Name, err)
	}
	for _, rule := range rules {
		for _, bridge := range bridges {
			if bytes.Equal(rule.UserData, mark(bridge)) {
				if err := conn.DelRule(rule); err != nil {
					return fmt.Errorf("delete rule of %s: %w", chain.Name, err)
				}
			}
		}
	}
	return conn.Flush()
}

// gate is the chain to add to; nil where there is no filter.
func gate(conn *nftables.Conn) (*nftables.Chain, error) {
	chains, err := conn.ListChainsOfTableFamily(nftables.TableFamilyIPv4)
	if err != nil {
		return nil, fmt.Errorf("list chains: %w", err)
	}
	var found *nftables.Chain
	for _, c := range chains {
		if c.Table.Name != "filter" {
			continue
		}
		if c.Name == "DOCKER-USER" {
			return c, nil
		}
		if c.Name == "FORWARD" {
			found = c
		}
	}
	return found, nil
}

func present(rules []*nftables.Rule, mark []byte) bool {
	for _, r := range rules {
		if bytes.Equal(r.UserData, mark) {
			return true
		}
	}
	return false
}

func mark(bridge string) []byte {
	return userdata.AppendString(nil, userdata.TypeComment, comment+" "+bridge)
}

// stays matches what enters and leaves by the same bridge.
func stays(bridge string) []expr.Any {
	name := []byte(bridge + "\x00")
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1}, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: name},
		&expr.Meta{Key: expr.MetaKeyOIFNAME, Register: 1}, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: name},
		&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictAccept},
	}
}

// Legacy tells whether the host filters by the old iptables alone, to which
// this package has no way. Tables is the kernel's list of its tables,
// /proc/net/ip_tables_names.
func Legacy(tables string) (bool, error) {
	raw, err := os.ReadFile(tables)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read tables of iptables: %w", err)
	}
	if !strings.Contains("\n"+string(raw), "\nfilter\n") {
		return false, nil
	}
	conn, err := nftables.New()
	if err != nil {
		return false, fmt.Errorf("open nftables: %w", err)
	}
	chain, err := gate(conn)
	return chain == nil, err
}
