package terminal

import (
	"bytes"
	"fmt"
	"io"
)

// JSON returns a writer for JSON that spells the control characters out which
// encoders leave as they are. That is the same to whoever reads JSON. Each write
// has whole characters.
func JSON(out io.Writer) io.Writer { return jsonWriter{out} }

type jsonWriter struct{ out io.Writer }

func (w jsonWriter) Write(text []byte) (int, error) {
	spelled := bytes.ReplaceAll(escapeRunes(text), []byte{0x7f}, []byte(`\u007f`))
	if _, err := w.out.Write(spelled); err != nil {
		return 0, err
	}
	return len(text), nil
}

// escapeRunes spells U+0080 to U+009F out, which are two bytes each.
func escapeRunes(text []byte) []byte {
	if !bytes.Contains(text, []byte{0xc2}) {
		return text
	}
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] == 0xc2 && i+1 < len(text) && text[i+1] < 0xa0 {
			out = fmt.Appendf(out, `\u%04x`, text[i+1])
			i++
			continue
		}
		out = append(out, text[i])
	}
	return out
}
