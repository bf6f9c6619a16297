package tree

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
)

// maxText bounds what a tree may take in a label: every observation of the host
// reads it. That is about twenty thousand files.
const maxText = 1 << 20

// Text is the tree in a form that fits into a label; "" where it is too large.
func (t *Tree) Text() string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	// A buffer takes everything, and a Tree is plain data.
	_ = json.NewEncoder(z).Encode(t)
	_ = z.Close()
	if base64.StdEncoding.EncodedLen(b.Len()) > maxText {
		return ""
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// maxDecoded bounds what a text may unpack to.
const maxDecoded = 256 << 20

// Parse reads what Text wrote.
func Parse(text string) (*Tree, error) {
	z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewBufferString(text)))
	if err != nil {
		return nil, fmt.Errorf("read list of files: %w", err)
	}
	t := &Tree{}
	if err := json.NewDecoder(io.LimitReader(z, maxDecoded)).Decode(t); err != nil {
		return nil, fmt.Errorf("read list of files: %w", err)
	}
	return t, nil
}
