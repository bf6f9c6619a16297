package wire

import (
	"errors"
	"fmt"
	"net"

	"github.com/safchain/ethtool"
	"github.com/vishvananda/netlink"
)

// AddPort makes a container's veth pair, its host end on the bridge, and
// returns the name of the end that goes into the container.
func (w Wire) AddPort(endpoint string, mac net.HardwareAddr) (inner string, err error) {
	bridge, err := netlink.LinkByName(Bridge)
	if err != nil {
		return "", fmt.Errorf("find bridge %s: %w", Bridge, err)
	}
	outer, inner := PortName(endpoint), innerName(endpoint)
	if err := w.ensurePair(outer, inner, mac); err != nil {
		return "", fmt.Errorf("make veth pair %s: %w", outer, err)
	}
	if err := errors.Join(finishChecksums(inner), w.enslave(outer, bridge)); err != nil {
		return "", errors.Join(err, w.RemovePort(endpoint))
	}
	return inner, nil
}

// finishChecksums makes the container compute its checksums: the router reads
// frames as they are and would carry unfinished ones to another machine.
func finishChecksums(name string) error {
	e, err := ethtool.NewEthtool()
	if err != nil {
		return fmt.Errorf("open ethtool: %w", err)
	}
	defer e.Close()
	if err := e.Change(name, map[string]bool{"tx-checksum-ip-generic": false}); err != nil {
		return fmt.Errorf("turn checksum offload of %s off: %w", name, err)
	}
	return nil
}

// RemovePort removes a container's veth pair; one that is gone is no error.
func (w Wire) RemovePort(endpoint string) error {
	link, err := netlink.LinkByName(PortName(endpoint))
	if missing(err) {
		return nil
	}
	if err == nil {
		err = netlink.LinkDel(link)
	}
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove veth pair %s: %w", PortName(endpoint), err)
	}
	return nil
}

// HasPort tells whether the container's veth pair exists: the kernel removes
// it with the container's network stack.
func (w Wire) HasPort(endpoint string) (bool, error) {
	_, err := netlink.LinkByName(PortName(endpoint))
	if missing(err) {
		return false, nil
	}
	return err == nil, err
}

// PortName is the host's end of the endpoint's veth pair.
func PortName(endpoint string) string { return PortPrefix + short(endpoint) }

func innerName(endpoint string) string { return innerPrefix + short(endpoint) }

func short(id string) string {
	if len(id) > 11 {
		return id[:11]
	}
	return id
}
