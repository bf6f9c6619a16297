package digitalocean

import (
	"strings"

	"github.com/digitalocean/godo"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// tagName is how DigitalOcean's tags, which are one word without dots, say that
// a key has a value.
func tagName(key, value string) string {
	return strings.ReplaceAll(key, ".", "-") + ":" + value
}

// locationTag is on all machines of a location: its list and its firewall go by it.
func locationTag(location string) (string, error) {
	spelled, err := tag.Location(location)
	return tagName(hosts.TagLocation, spelled), err
}

// tagNames are the tags of a machine.
func tagNames(s tag.Set) ([]string, error) {
	spelled, err := s.Spell()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, key := range []string{hosts.TagLocation, hosts.TagName, hosts.TagHostKey} {
		if value := spelled[key]; value != "" {
			names = append(names, tagName(key, value))
		}
	}
	return names, nil
}

func tagsOf(d *godo.Droplet) tag.Set {
	spelled := map[string]string{}
	for _, name := range d.Tags {
		for _, key := range []string{hosts.TagLocation, hosts.TagName, hosts.TagHostKey} {
			if value, ok := strings.CutPrefix(name, tagName(key, "")); ok {
				spelled[key] = value
			}
		}
	}
	return tag.Read(spelled)
}
