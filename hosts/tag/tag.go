// Package tag spells what providers write on machines in the characters that
// clouds allow in a label, and reads it back: small letters, digits and dashes,
// 63 at most, with a letter or digit at both ends.
package tag

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// longest is the most that clouds allow a label's value and a machine's name.
const longest = 63

// Set are the tags of one machine.
type Set struct {
	Location, Name, HostKey string
}

// Of are the tags that an order asks for.
func Of(o hosts.Order) Set {
	return Set{o.Location.Name, o.Name, o.HostKey}
}

// Spell returns the tags by their names, hosts.TagLocation and so on. What is
// too long for a label is an error that names it.
func (s Set) Spell() (map[string]string, error) {
	location, err := Location(s.Location)
	if err != nil {
		return nil, err
	}
	name, err := spell("host", s.Name)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{hosts.TagLocation: location, hosts.TagName: name}
	if s.HostKey != "" {
		if tags[hosts.TagHostKey], err = spellFingerprint(s.HostKey); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// Read is the reverse of Spell. A tag that isn't spelled so is as if it weren't there.
func Read(tags map[string]string) Set {
	location, _ := unescape(tags[hosts.TagLocation])
	name, _ := unescape(tags[hosts.TagName])
	return Set{location, name, readFingerprint(tags[hosts.TagHostKey])}
}

// Location spells the name of a location, to look for its machines.
func Location(name string) (string, error) { return spell("location", name) }

// MachineName is what a cloud calls a machine whose names must be those of
// hosts on the Internet and unique in an account: the order's name, as far as
// that may have its characters, and what tells it from all other orders.
func MachineName(s Set) string {
	sum := sha256.Sum256([]byte(s.Location + "\x00" + s.Name))
	readable := strings.Map(func(r rune) rune {
		if plain(r) {
			return r
		}
		return '-'
	}, strings.ToLower(s.Name))
	readable = strings.Trim(readable[:min(len(readable), 48)], "-")
	if readable == "" || readable[0] < 'a' {
		readable = "m-" + readable
	}
	return strings.Trim(readable, "-") + "-" + hex.EncodeToString(sum[:5])
}

// GroupName is what a cloud calls what the machines of a location share, such as
// a firewall. It leaves room for four characters more.
func GroupName(location string) (string, error) {
	name := "clocker-" + escape(location)
	if len(name) > longest-4 {
		return "", tooLong("location", location)
	}
	return name, nil
}

func spell(what, text string) (string, error) {
	spelled := escape(text)
	if len(spelled) > longest {
		return "", tooLong(what, text)
	}
	return spelled, nil
}

func tooLong(what, text string) error {
	return fmt.Errorf("the name of %s %q is too long for a label of the cloud: choose a shorter one; characters other than small letters, digits and dashes count as three", what, text)
}
