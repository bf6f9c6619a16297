package libvirt

import (
	"cmp"
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Kind is what stands under provider: libvirt.
func Kind() hosts.ProviderKind {
	return hosts.ProviderKind{Name: "libvirt", Options: options(), Open: open}
}

func options() []hosts.Option {
	return []hosts.Option{
		{Name: optionURI, Type: hosts.OptionText, Help: "The daemon: qemu:///system, or qemu+ssh://USER@HOST/system; without it LIBVIRT_DEFAULT_URI, or the first."},
		{Name: optionCPUs, Type: hosts.OptionNumber, Help: "CPUs of a machine; 1 without it."},
		{Name: optionMemory, Type: hosts.OptionText, Help: "Memory of a machine, such as 4GiB; 1GiB without it."},
		{Name: optionDisk, Type: hosts.OptionText, Help: "Size of its disk, such as 20GiB; the image's own without it."},
		{Name: optionSizes, Type: hosts.OptionMapping, Help: "Sizes by name, each CPUs, memory and disk: {small: 1 1GiB 10GiB}; size then names one."},
		{Name: optionPool, Type: hosts.OptionText, Help: "The storage pool that holds the image and the machines' disks; default without it."},
		{Name: optionNetwork, Type: hosts.OptionText, Help: "The libvirt network that machines are on; default without it."},
		{Name: optionBridge, Type: hosts.OptionText, Help: "A bridge of the hypervisor that machines are on, in place of a network."},
		{Name: optionFirmware, Type: hosts.OptionText, Values: []string{"bios", "efi"}, Help: "How the image boots; bios without it."},
		{Name: optionType, Type: hosts.OptionText, Values: []string{"kvm", "qemu"}, Help: "kvm, or qemu for emulation in software; kvm without it."},
	}
}

// open reads what is known here; the daemon is asked when it is first needed.
func open(setup hosts.ProviderSetup) (hosts.Provider, error) {
	wanted, err := readTemplate(setup.Location.Template)
	if err != nil {
		return nil, err
	}
	const local = "qemu:///system"
	text := cmp.Or(wanted.uri, setup.Variable("LIBVIRT_DEFAULT_URI"), local)
	where, err := parseDaemon(text)
	if err != nil {
		return nil, fmt.Errorf("uri %q: %w", text, err)
	}
	return &Provider{template: wanted, daemon: where}, nil
}
