package names

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// zoneLabel makes one DNS label of a network's name, another for each name:
// as it is where it is one already, else with a digest. One label keeps the
// names of one network from spelling those of another.
func zoneLabel(zone string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, zone)
	if plain == zone && len(zone) > 0 && len(zone) <= 50 && !strings.Contains(zone, "--") {
		return plain
	}
	digest := sha256.Sum256([]byte(zone))
	return strings.Trim(plain[:min(len(plain), 40)], "-") + "--" + hex.EncodeToString(digest[:8])
}
