package tag

import (
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strings"
)

// Fingerprints are base64, whose capitals and signs labels don't have; in
// base32 their 256 bits are 52 characters, which just fit.
const (
	printed = "SHA256:"
	spelled = "sha256-"
)

func spellFingerprint(hostKey string) (string, error) {
	encoded, ok := strings.CutPrefix(hostKey, printed)
	sum, err := base64.RawStdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(sum) != 32 {
		return "", fmt.Errorf("%q is no SHA256 fingerprint of an SSH host key", hostKey)
	}
	return spelled + strings.ToLower(encoding().EncodeToString(sum)), nil
}

// readFingerprint is "" for what isn't one.
func readFingerprint(label string) string {
	encoded, ok := strings.CutPrefix(label, spelled)
	sum, err := encoding().DecodeString(strings.ToUpper(encoded))
	if !ok || err != nil || len(sum) != 32 {
		return ""
	}
	return printed + base64.RawStdEncoding.EncodeToString(sum)
}

func encoding() *base32.Encoding { return base32.HexEncoding.WithPadding(base32.NoPadding) }
