package project

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// minSecret is the length from which a value is recognised in a text; shorter
// ones would black out words that have nothing to do with them.
const minSecret = 4

// Variables whose values nobody may see are recognised by their names, or by a
// URL with a password in it.
var (
	secretKey   = regexp.MustCompile(`(?i)pass|secret|token|key|credential|auth|private|dsn`)
	secretValue = regexp.MustCompile(`://[^/@\s]*:([^/@\s]+)@`)
)

// scrub takes the values of secret variables out of an error's text.
func scrub(err error, env types.Mapping) error {
	var secrets []string
	for key, value := range env {
		if len(value) >= minSecret && secretKey.MatchString(key) {
			secrets = append(secrets, value)
		}
		if m := secretValue.FindStringSubmatch(value); m != nil {
			secrets = append(secrets, m[1])
		}
	}
	// The longest first: one may be part of another.
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	clean := err.Error()
	for _, secret := range secrets {
		clean = strings.ReplaceAll(clean, secret, "***")
	}
	if clean == err.Error() {
		return err
	}
	return errors.New(clean)
}

// envFileUnread is the error of an env file that is there and can't be read. It
// says the file's name twice.
var envFileUnread = regexp.MustCompile(`^failed to read (.+): (?:open|read) (.+): ([^:]+)$`)

// envFileLine finds the place in an error of an env file's parser.
var envFileLine = regexp.MustCompile(`^failed to read ([^:]+): (?:line (\d+): )?([^"']*)`)

// envFileError is the error of an env file without the line that it quotes,
// because that is where passwords stand.
func envFileError(err error) error {
	text := oneLine(err.Error())
	if m := envFileUnread.FindStringSubmatch(text); m != nil && m[1] == m[2] {
		return errors.New("read env file " + m[1] + ": " + m[3])
	}
	m := envFileLine.FindStringSubmatch(text)
	if m == nil {
		return err
	}
	at := m[1]
	if m[2] != "" {
		at += ":" + m[2]
	}
	return errors.New("read env file " + at + ": " + strings.TrimSuffix(strings.TrimSpace(m[3]), " near") + "; a line must be KEY=VALUE")
}
