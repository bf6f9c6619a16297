package libvirt

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// labelSpace is the name space of the element of a domain's metadata that says
// whose it is. It is a name; nothing is there.
const labelSpace = "https://clocker-compose.github.io/machine/1"

// label is that element.
type label struct {
	XMLName  xml.Name
	Location string `xml:"location,attr"`
	Name     string `xml:"name,attr"`
	HostKey  string `xml:"hostkey,attr"`
	Size     string `xml:"size,attr"`
	// Created is the time by this machine's clock.
	Created time.Time `xml:"created,attr"`
	// Started is true from the first start on.
	Started bool `xml:"started,attr"`
	// Volumes are the machine's own.
	Volumes []volumeName `xml:"volume"`
}

type volumeName struct {
	Pool string `xml:"pool,attr"`
	Name string `xml:"name,attr"`
}

// labelOf names volumes that nobody has: what they may find by a name of theirs
// is then never deleted with the machine.
func labelOf(o hosts.Order, size, pool string, now time.Time) label {
	stem := domainName(o.Location.Name, o.Name) + "-" + strings.ToLower(rand.Text()[:8])
	return label{
		XMLName: labelName(), Location: o.Location.Name, Name: o.Name, HostKey: o.HostKey, Size: size, Created: now.UTC().Truncate(time.Second),
		Volumes: []volumeName{{pool, stem + ".qcow2"}, {pool, stem + "-seed.img"}},
	}
}

func (l label) disk() volumeName { return l.Volumes[0] }
func (l label) seed() volumeName { return l.Volumes[1] }

func (l label) xml() (string, error) {
	text, err := xml.Marshal(l)
	return string(text), err
}

// parseLabel reads what libvirt found by the name space, which it then leaves out.
func parseLabel(text string) (l label, err error) {
	err = xml.Unmarshal([]byte(text), &l)
	l.XMLName = labelName()
	return l, err
}

func labelName() xml.Name { return xml.Name{Space: labelSpace, Local: "machine"} }

// domainName is one for each location and name. Readers get most of the name,
// and what keeps locations apart is the end.
func domainName(location, name string) string {
	sum := sha256.Sum256([]byte(location + "\x00" + name))
	const enough = 80
	readable := strings.Map(plain, name)
	return readable[:min(len(readable), enough)] + "-" + hex.EncodeToString(sum[:5])
}

func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_':
		return r
	}
	return '-'
}
