package container

import (
	"strconv"
	"strings"
)

// attestation reads what a file or a call says of one: "", "true", "false", or
// KEY=VALUE,…, as BuildKit wants it.
func (b *build) attestation(attribute, value string) (string, error) {
	if value == "" {
		return "", nil
	}
	if asked, err := strconv.ParseBool(value); err == nil {
		return strconv.FormatBool(asked), nil
	}
	for field := range strings.SplitSeq(value, ",") {
		if key, _, found := strings.Cut(field, "="); !found || key == "" {
			return "", b.refuse(attribute, "write true, false, or "+map[string]string{"provenance": "mode=max", "sbom": "generator=IMAGE"}[attribute], "invalid value %s", field)
		}
	}
	return value, nil
}
