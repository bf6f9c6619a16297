package main

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/cli/cli/command/formatter"
	"github.com/moby/moby/api/types/container"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// address is where users reach what a host publishes on all of its addresses:
// an IP address or a name. "" leaves ports as the engine tells them.
type address string

// of is the address at which a port answers, "" where it is only exposed.
func (a address) of(p hosts.PublishedPort) string {
	ip, err := netip.ParseAddr(p.HostIP)
	if err != nil || a == "" || !ip.IsUnspecified() {
		return p.HostIP
	}
	if own, err := netip.ParseAddr(string(a)); err == nil && own.IsLoopback() {
		return p.HostIP
	}
	return string(a)
}

// join is "10.0.0.1:8080".
func (a address) join(p hosts.PublishedPort) string {
	return net.JoinHostPort(a.of(p), strconv.Itoa(int(p.HostPort)))
}

// sentence lists ports as Docker does: "70/tcp, 10.0.0.1:8080->80/tcp". A port
// that is published on the addresses of both families is told once.
func (a address) sentence(all []hosts.PublishedPort) string {
	var ports []container.PortSummary
	replaced := false
	for _, p := range all {
		ip, _ := netip.ParseAddr(p.HostIP)
		if a.of(p) != p.HostIP {
			ip, replaced = netip.IPv4Unspecified(), true
		}
		port := container.PortSummary{IP: ip, PrivatePort: p.ContainerPort, PublicPort: p.HostPort, Type: p.Protocol}
		if !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	text := formatter.DisplayablePorts(ports)
	if replaced {
		text = strings.ReplaceAll(text, "0.0.0.0:", net.JoinHostPort(string(a), ""))
	}
	return text
}
