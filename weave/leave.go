package weave

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Leave takes the fabric away from a host: driver, router and what they
// remember. The others forget its address; one that does not answer is left
// out, and forgets when it joins again. The host's fabric networks must be
// gone before. A host that does not answer is forgotten all the same.
func (f *Fabric) Leave(ctx context.Context, host hosts.Host, others []hosts.Host) error {
	e, err := f.o.Connect(host)
	if err == nil {
		err = remove(ctx, e)
	}
	if err != nil {
		err = failure(host, "leave fabric", err, "")
	}
	return errors.Join(err, f.forget(ctx, host, others))
}

// remove takes the router first: the driver, when it ends and no network is
// left, removes the links of both.
func remove(ctx context.Context, e Engine) error {
	commands := routerRules()
	if p, err := e.Plugin(ctx, hosts.FabricDriver); err != nil || !p.Enabled {
		commands = append(commands, routerLinks()...)
	}
	for _, command := range commands {
		if _, err := e.Exec(ctx, RouterName, command); err != nil {
			break // it does not run: what it left is not worth a failure
		}
	}
	err := present(e.RemoveContainer(ctx, RouterName, true, true))
	if err == nil {
		err = removePlugin(ctx, e)
	}
	if err == nil {
		err = present(e.RemoveVolume(ctx, RouterVolume))
	}
	return err
}

// routerRules delete what the router adds to the host's filter and leaves
// there. A rule that is not there is left out by iptables itself.
func routerRules() [][]string {
	const bridge = "weave"
	rules := [][]string{
		{"-D", "FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT"},
		{"-D", "FORWARD", "-o", bridge, "-j", "WEAVE-EXPOSE"},
		{"-D", "FORWARD", "-i", bridge, "!", "-o", bridge, "-j", "ACCEPT"},
		{"-D", "FORWARD", "-o", bridge, "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"},
		{"-F", "WEAVE-EXPOSE"},
		{"-X", "WEAVE-EXPOSE"},
		{
			"-D", "INPUT", "-d", "127.0.0.1/32", "-p", "tcp", "-m", "tcp", "--dport", "6784", "-m", "addrtype", "!", "--src-type", "LOCAL",
			"-m", "conntrack", "!", "--ctstate", "RELATED,ESTABLISHED",
			"-m", "comment", "--comment", "Block non-local access to Weave Net control port", "-j", "DROP",
		},
		{"-t", "nat", "-D", "POSTROUTING", "-j", "WEAVE"},
		{"-t", "nat", "-F", "WEAVE"},
		{"-t", "nat", "-X", "WEAVE"},
	}
	for i, rule := range rules {
		rules[i] = append([]string{"iptables", "-w"}, rule...)
	}
	return rules
}

// routerLinks remove what is the driver's to remove, for a host that has none:
// whoever was joining it was interrupted between router and driver.
func routerLinks() [][]string {
	return [][]string{{"ip", "link", "del", "weave"}, {"ip", "link", "del", "vethwe-bridge"}}
}

func (f *Fabric) forget(ctx context.Context, host hosts.Host, others []hosts.Host) error {
	if host.Address == "" {
		return nil
	}
	var failed error
	for _, other := range others {
		e, err := f.o.Connect(other)
		if err == nil {
			err = control{e}.forget(ctx, host.Address)
		}
		if err != nil && !harmless(err) {
			failed = errors.Join(failed, failure(other, "forget host "+host.Name, err, ""))
		}
	}
	return failed
}

// harmless is a router that isn't there to forget.
func harmless(err error) bool {
	return errors.Is(err, hosts.ErrNotFound) || errors.Is(err, hosts.ErrUnreachable) || errors.Is(err, errSilent)
}

// present leaves out that something is gone already.
func present(err error) error {
	if errors.Is(err, hosts.ErrNotFound) {
		return nil
	}
	return err
}
