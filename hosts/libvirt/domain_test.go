package libvirt

import (
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func settled() label {
	return label{
		XMLName: labelName(), Location: "home", Name: "home-1", HostKey: "SHA256:+/x", Size: "small", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Volumes: []volumeName{{"default", "home-1.qcow2"}, {"default", "home-1-seed.img"}},
	}
}

func TestDomain(t *testing.T) {
	for file, from := range map[string]hosts.Template{
		"domain.xml":          {"image": "debian-12.qcow2"},
		"domain-emulated.xml": {"image": "debian-12.qcow2", "type": "qemu", "firmware": "efi", "bridge": "br0", "cpus": 4.0, "memory": "4GiB"},
	} {
		wanted, err := readTemplate(from)
		assert.NilError(t, err)
		text, err := wanted.domainOf(settled(), wanted.shape)
		assert.NilError(t, err)
		golden.Assert(t, text+"\n", file)
	}
}

// TestLabel is that what a label says is read back, whatever it is.
func TestLabel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~äöü<>&"']{0,30}`)
		o := hosts.Order{Location: hosts.Location{Name: text.Draw(t, "location")}, Name: text.Draw(t, "name"), HostKey: text.Draw(t, "key")}
		l := labelOf(o, text.Draw(t, "size"), text.Draw(t, "pool"), time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "time"), 5))
		l.Started = rapid.Bool().Draw(t, "started")
		written, err := l.xml()
		assert.NilError(t, err)
		back, err := parseLabel(written)
		assert.NilError(t, err)
		assert.DeepEqual(t, back, l)
		back, err = parseLabel(strings.Replace(written, ` xmlns="`+labelSpace+`"`, "", 1)) // as libvirt returns it
		assert.NilError(t, err)
		assert.DeepEqual(t, back, l)
	})
}

func TestVolumesAreNobodyElses(t *testing.T) {
	o := hosts.Order{Location: hosts.Location{Name: "a"}, Name: "b"}
	first, second := labelOf(o, "", "default", time.Now()), labelOf(o, "", "default", time.Now())
	assert.Assert(t, first.disk() != second.disk() && first.disk() != first.seed())
}

func TestDomainName(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range [][2]string{{"a", "b-c"}, {"a-b", "c"}, {"a.b", "c"}, {"a_b", "c"}, {"A-B", "c"}, {"a/b", "c"}, {"a", "b/c"}, {strings.Repeat("l", 300), "c"}} {
		name := domainName(c[0], c[1])
		assert.Assert(t, !seen[name], name)
		assert.Assert(t, len(name) < 100 && !strings.ContainsAny(name, "/ \n"), name)
		seen[name] = true
	}
	assert.Equal(t, domainName("home", "home-1"), domainName("home", "home-1"))
}
