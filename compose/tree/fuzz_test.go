package tree_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/tree"
)

// FuzzParse reads any text as the list of files in a label: what it takes is
// written and read again as the same.
func FuzzParse(f *testing.F) {
	f.Add((&tree.Tree{}).Text())
	f.Add("H4sIAAAAAAAA/wEAAP//AAAAAAAAAAA=")
	f.Add("not base64")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := tree.Parse(text)
		if err != nil {
			return
		}
		again, err := tree.Parse(read.Text())
		assert.NilError(t, err)
		assert.DeepEqual(t, again, read)
	})
}
