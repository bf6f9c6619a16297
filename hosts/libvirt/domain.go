package libvirt

import "encoding/xml"

// domain is what https://libvirt.org/formatdomain.html asks of a machine.
type domain struct {
	XMLName  xml.Name `xml:"domain"`
	Type     string   `xml:"type,attr"`
	Name     string   `xml:"name"`
	Title    string   `xml:"title"`
	Metadata metadata `xml:"metadata"`
	Memory   amount   `xml:"memory"`
	VCPU     int      `xml:"vcpu"`
	CPU      *cpu     `xml:"cpu"`
	OS       system   `xml:"os"`
	Features features `xml:"features"`
	Clock    clock    `xml:"clock"`
	// A machine that switches itself off stays off, and one that restarts restarts.
	OnPowerOff string  `xml:"on_poweroff"`
	OnReboot   string  `xml:"on_reboot"`
	OnCrash    string  `xml:"on_crash"`
	Devices    devices `xml:"devices"`
}

type metadata struct{ Label label }

type amount struct {
	Unit  string `xml:"unit,attr"`
	Value int64  `xml:",chardata"`
}

type cpu struct {
	Mode string `xml:"mode,attr"`
}

type system struct {
	Firmware string `xml:"firmware,attr,omitempty"`
	Type     string `xml:"type"`
}

type features struct {
	ACPI struct{} `xml:"acpi"`
	APIC struct{} `xml:"apic"`
}

type clock struct {
	Offset string `xml:"offset,attr"`
}

type devices struct {
	Disks     []disk    `xml:"disk"`
	Interface nic       `xml:"interface"`
	Serial    console   `xml:"serial"`
	Console   console   `xml:"console"`
	Channel   channel   `xml:"channel"`
	Random    generator `xml:"rng"`
}

type disk struct {
	Type   string     `xml:"type,attr"`
	Device string     `xml:"device,attr"`
	Driver diskDriver `xml:"driver"`
	Source diskSource `xml:"source"`
	Target diskTarget `xml:"target"`
}

type diskDriver struct {
	Name string `xml:"name,attr"`
	Type string `xml:"type,attr"`
}

type diskSource struct {
	Pool   string `xml:"pool,attr"`
	Volume string `xml:"volume,attr"`
}

type diskTarget struct {
	Dev string `xml:"dev,attr"`
	Bus string `xml:"bus,attr"`
}

type nic struct {
	Type   string    `xml:"type,attr"`
	Source nicSource `xml:"source"`
	Model  model     `xml:"model"`
}

type nicSource struct {
	Network string `xml:"network,attr,omitempty"`
	Bridge  string `xml:"bridge,attr,omitempty"`
}

type model struct {
	Type string `xml:"type,attr"`
}

type console struct {
	Type string `xml:"type,attr"`
}

type channel struct {
	Type   string        `xml:"type,attr"`
	Target channelTarget `xml:"target"`
}

type channelTarget struct {
	Type string `xml:"type,attr"`
	Name string `xml:"name,attr"`
}

type generator struct {
	Model   string  `xml:"model,attr"`
	Backend entropy `xml:"backend"`
}

type entropy struct {
	Model string `xml:"model,attr"`
	Path  string `xml:",chardata"`
}

// domainOf describes the machine that a label names. The seed is a virtio disk
// like the other: emulated CD drives are slow, and some kernels lack a driver.
func (t template) domainOf(l label, s shape) (string, error) {
	d := domain{
		Type: t.virtualisation, Name: domainName(l.Location, l.Name), Title: l.Location + "/" + l.Name, Metadata: metadata{l},
		Memory: amount{"b", s.memory}, VCPU: s.cpus, OS: system{Type: "hvm"}, Clock: clock{"utc"},
		OnPowerOff: "destroy", OnReboot: "restart", OnCrash: "restart",
		Devices: devices{
			Disks:     []disk{virtioDisk("vda", "qcow2", l.disk()), virtioDisk("vdb", "raw", l.seed())},
			Interface: t.nic(), Serial: console{"pty"}, Console: console{"pty"},
			Channel: channel{"unix", channelTarget{"virtio", "org.qemu.guest_agent.0"}},
			Random:  generator{"virtio", entropy{"random", "/dev/urandom"}},
		},
	}
	if t.firmware == "efi" {
		d.OS.Firmware = "efi"
	}
	if t.virtualisation == "kvm" {
		d.CPU = &cpu{"host-passthrough"}
	}
	text, err := xml.MarshalIndent(d, "", "  ")
	return string(text), err
}

func virtioDisk(device, format string, v volumeName) disk {
	return disk{"volume", "disk", diskDriver{"qemu", format}, diskSource{v.Pool, v.Name}, diskTarget{device, "virtio"}}
}

func (t template) nic() nic {
	if t.bridge != "" {
		return nic{"bridge", nicSource{Bridge: t.bridge}, model{"virtio"}}
	}
	return nic{"network", nicSource{Network: t.network}, model{"virtio"}}
}
