package join_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
)

// distribution is a machine of one, that has no Docker yet.
type distribution struct {
	release   string // its /etc/os-release
	packager  string
	openRC    bool
	setup     join.Setup
	calls     string // what is called that changes something, a line each
	complaint string // what the join fails with, in place of calls
	modules   string // the file with what is loaded at boot
}

func distributions() map[string]distribution {
	const (
		systemd = "systemctl enable docker\nsystemctl reset-failed docker\nsystemctl start docker\n"
		source  = "curl -fsSL https://download.docker.com/linux/"
		key     = "/gpg -o /etc/apt/keyrings/docker.asc\n"
	)
	com := join.Setup{Source: join.DockerCom}
	return map[string]distribution{
		"Debian": {
			release: "ID=debian\nVERSION_CODENAME=bookworm", packager: "apt-get",
			calls: "dpkg --configure -a\napt-get update -qq\n" +
				"apt-get install -yqq --no-install-recommends docker.io ca-certificates xz-utils\n" + systemd,
		},
		"Debian from docker.com": {
			release: "ID=debian\nVERSION_CODENAME=trixie", packager: "apt-get", setup: com,
			calls: "dpkg --configure -a\n" + source + "debian" + key + "apt-get update -qq\n" +
				"apt-get install -yqq --no-install-recommends docker-ce docker-ce-cli containerd.io ca-certificates xz-utils\n" + systemd,
		},
		"Debian of a version": {
			release: "ID=debian\nVERSION_CODENAME=trixie", packager: "apt-get", setup: join.Setup{Source: join.DockerCom, Version: "27.3"},
			calls: "dpkg --configure -a\n" + source + "debian" + key + "apt-get update -qq\n" +
				"apt-get install -yqq --no-install-recommends docker-ce=5:27.3.1-1 docker-ce-cli=5:27.3.1-1 containerd.io ca-certificates xz-utils\n" + systemd,
		},
		"Debian of a version that there isn't": {
			release: "ID=debian\nVERSION_CODENAME=trixie", packager: "apt-get", setup: join.Setup{Source: join.DockerCom, Version: "99"},
			complaint: "there is no version 99 of docker-ce: apt-cache madison docker-ce lists those that there are",
		},
		"Ubuntu": {
			release: "ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble", packager: "apt-get",
			calls: "dpkg --configure -a\napt-get update -qq\n" +
				"apt-get install -yqq --no-install-recommends docker.io ca-certificates xz-utils\n" + systemd,
		},
		"what is like Ubuntu, from docker.com": {
			release: "ID=pop\nID_LIKE='ubuntu debian'\nVERSION_CODENAME=jammy", packager: "apt-get", setup: com,
			calls: "dpkg --configure -a\n" + source + "ubuntu" + key + "apt-get update -qq\n" +
				"apt-get install -yqq --no-install-recommends docker-ce docker-ce-cli containerd.io ca-certificates xz-utils\n" + systemd,
		},
		"Fedora": {
			release: "ID=fedora", packager: "dnf",
			calls: "dnf -yq install moby-engine\n" + systemd,
		},
		"Fedora from docker.com": {
			release: "ID=fedora", packager: "dnf", setup: com,
			calls: source + "fedora/docker-ce.repo -o /etc/yum.repos.d/docker-ce.repo\n" +
				"dnf -yq install docker-ce docker-ce-cli containerd.io\n" + systemd,
		},
		"Rocky from docker.com, of a version": {
			release: "ID=rocky\nID_LIKE='rhel centos fedora'", packager: "dnf", setup: join.Setup{Source: join.DockerCom, Version: "27.3"},
			calls: source + "centos/docker-ce.repo -o /etc/yum.repos.d/docker-ce.repo\n" +
				"dnf -yq install docker-ce-27.3* docker-ce-cli-27.3* containerd.io\n" + systemd,
		},
		"Rocky": {
			release: "ID=rocky\nID_LIKE='rhel centos fedora'", packager: "dnf",
			complaint: "rocky has no package of Docker (say docker: docker.com in the template)",
		},
		"Alpine": {
			release: "ID=alpine", packager: "apk", openRC: true, modules: "/etc/modules",
			calls: "apk add docker\nrc-update add docker default\nrc-service docker start\n",
		},
		"Alpine of a version": {
			release: "ID=alpine", packager: "apk", openRC: true, modules: "/etc/modules", setup: join.Setup{Version: "27"},
			calls: "apk add docker~27\nrc-update add docker default\nrc-service docker start\n",
		},
		"Alpine from docker.com": {
			release: "ID=alpine", packager: "apk", openRC: true, setup: com,
			complaint: "docker.com has no packages for Alpine (say docker: distribution in the template)",
		},
	}
}

// shell is what reads the script there: /bin/sh is another program in each family.
func (d *distribution) shell() string {
	return map[string]string{"apt-get": "dash", "dnf": "bash", "apk": "busybox"}[d.packager]
}

// What is called on a machine of each distribution, in order, and that nothing is
// called again once it is a host.
func TestADistributionsOwnCommandsMakeAHost(t *testing.T) {
	for name, d := range distributions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := d.machine(t)
			err := m.join(d.setup)
			if d.complaint != "" {
				assert.ErrorContains(t, err, d.complaint)
				return
			}
			assert.NilError(t, err)
			assert.Equal(t, m.calls(), d.calls)
			assert.Equal(t, m.file(d.modules), "overlay\nbr_netfilter\nopenvswitch\nvxlan\n")
			assert.Equal(t, m.file("/proc/sys/net/ipv4/ip_forward"), "1\n")

			assert.NilError(t, m.join(d.setup))
			assert.Equal(t, m.calls(), "", "the second run changed something")
		})
	}
}

// machine has stand-ins that note how they are called, and an engine as soon as
// its package is installed.
func (d *distribution) machine(t *testing.T) *machine {
	t.Helper()
	m := newMachine(t)
	m.root = t.TempDir()
	shell, err := exec.LookPath(d.shell())
	assert.NilError(t, err, "`make prepare` installs it")
	assert.NilError(t, os.Remove(filepath.Join(m.bin, "sh")))
	assert.NilError(t, os.Symlink(shell, filepath.Join(m.bin, "sh")))
	for _, tool := range []string{"chmod", "touch"} {
		m.link(tool)
	}
	m.write("/etc/os-release", d.release+"\n")
	m.write("/proc/sys/net/ipv4/ip_forward", "0\n")
	m.write("/etc/machine-id", "1\n")
	m.write("/run/.keep", "")
	m.has("df", `printf 'Filesystem 1024-blocks Used Available\n/dev/x 9 9 20480000 1%% /\n'`)
	note := `echo "${0##*/} $*" >>` + m.root + "/calls\n"
	m.has("install-docker", `for program in docker dockerd; do printf '#!/bin/sh\n[ -e `+m.root+`/running ] && echo 27.3.1\n' >`+m.bin+`/$program; chmod +x `+m.bin+`/$program; done`)
	m.has("curl", note)
	switch d.packager {
	case "apt-get":
		m.has("apt-get", note+`[ "$1" != install ] || install-docker`)
		m.has("dpkg", `if [ "$1" = --print-architecture ]; then echo amd64; exit; fi`+"\n"+note)
		m.has("apt-cache", `printf '%s | 5:28.0.0-1 | x\n%s | 5:27.3.1-1 | x\n%s | 5:27.3.0-1 | x\n' $2 $2 $2`)
	default:
		m.has(d.packager, note+"install-docker")
	}
	m.has("modprobe", `if [ "$1" = -D ]; then echo insmod; else mkdir -p `+m.root+`/sys/module/$1; fi`)
	start, enable := "touch "+m.root+"/running", "touch "+m.root+"/enabled"
	if d.openRC {
		m.has("rc-service", note+start)
		m.has("rc-update", `if [ "$1" = show ]; then [ ! -e `+m.root+`/enabled ] || echo docker; exit; fi`+"\n"+note+enable)
		return m
	}
	if d.modules == "" {
		d.modules = "/etc/modules-load.d/clocker.conf"
	}
	m.write("/run/systemd/system/.keep", "")
	m.has("systemctl", `if [ "$1" = -q ]; then [ -e `+m.root+`/enabled ]; exit; fi`+"\n"+note+
		"case $1 in enable) "+enable+" ;; start) "+start+" ;; esac")
	return m
}

func (m *machine) join(s join.Setup) error {
	return m.joiner(0).Join(m.t.Context(), hosts.Host{Name: "h1"}, s, nil)
}

// calls are those since it was asked last, as the machine sees its own files.
func (m *machine) calls() string {
	m.t.Helper()
	made := m.file("/calls")
	_ = os.Remove(filepath.Join(m.root, "calls"))
	return strings.ReplaceAll(made, m.root, "")
}

func (m *machine) file(path string) string {
	m.t.Helper()
	content, err := os.ReadFile(filepath.Join(m.root, path))
	if !os.IsNotExist(err) {
		assert.NilError(m.t, err)
	}
	return string(content)
}

func (m *machine) write(path, content string) {
	m.t.Helper()
	path = filepath.Join(m.root, path)
	assert.NilError(m.t, os.MkdirAll(filepath.Dir(path), 0o700))
	assert.NilError(m.t, os.WriteFile(path, []byte(content), 0o600))
}

// The source of packages that is written for apt is the distribution's, signed by Docker's key.
func TestTheSourceOfDockersPackages(t *testing.T) {
	d := distributions()["what is like Ubuntu, from docker.com"]
	m := d.machine(t)
	assert.NilError(t, m.join(d.setup))
	assert.Check(t, cmp.Equal(strings.ReplaceAll(m.file("/etc/apt/sources.list.d/docker.list"), m.root, ""),
		"deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/ubuntu jammy stable\n"))
}
