package archive_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/archive"
)

func TestPlace(t *testing.T) {
	file, folder := archive.ItemAt("/x/a", false), archive.ItemAt("/x/tree", true)
	contents := archive.ItemAt("/x/tree/.", true)
	type to = archive.Destination
	for _, c := range []struct {
		what    string
		item    archive.Item
		to      to
		in, as  string
		refusal string
	}{
		{"file into folder", file, to{"/d", true, true}, "/d", "a", ""},
		{"file in place of a file", file, to{"/d/b", true, false}, "/d", "b", ""},
		{"file under a new name", file, to{"/d/b", false, false}, "/d", "b", ""},
		{"file under a new name here", file, to{"b", false, false}, ".", "b", ""},
		{"file into what should be a folder", file, to{"/d/", false, false}, "", "", "no such directory"},
		{"file into what is a file", file, to{"/d/", true, false}, "", "", "not a directory"},
		{"folder into folder", folder, to{"/d", true, true}, "/d", "tree", ""},
		{"folder under a new name", folder, to{"/d/", false, false}, "/", "d", ""},
		{"folder in place of a file", folder, to{"/d", true, false}, "", "", "cannot copy directory"},
		{"contents into folder", contents, to{"/d", true, true}, "/d", ".", ""},
		{"contents under a new name", contents, to{"/d/new", false, false}, "/d", "new", ""},
		{"everything", archive.ItemAt("/", true), to{"/d", true, true}, "/d", ".", ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			in, as, err := archive.Place(c.item, c.to)
			if c.refusal != "" {
				assert.Error(t, err, c.refusal)
				return
			}
			assert.NilError(t, err)
			assert.Equal(t, in, c.in)
			assert.Equal(t, as, c.as)
		})
	}
}
