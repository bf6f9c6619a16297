package tag

import (
	"encoding/hex"
	"errors"
	"strings"
)

// mark begins an escaped byte, of which its two hexadecimal digits follow. A
// letter can stand at both ends of a label, as no other mark can.
const mark = 'q'

// escape leaves small letters, digits and dashes as they are, but for the mark
// itself and for dashes at an end.
func escape(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if atEnd := i == 0 || i == len(text)-1; !plain(rune(c)) || c == mark || c == '-' && atEnd {
			b.WriteByte(mark)
			b.WriteString(hex.EncodeToString([]byte{c}))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// unescape is the reverse of escape.
func unescape(spelled string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(spelled); i++ {
		if spelled[i] != mark {
			b.WriteByte(spelled[i])
			continue
		}
		if i+2 >= len(spelled) {
			return "", errors.New("an escape is cut off")
		}
		c, err := hex.DecodeString(spelled[i+1 : i+3])
		if err != nil {
			return "", err
		}
		b.Write(c)
		i += 2
	}
	return b.String(), nil
}

func plain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-'
}
