package table_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
)

type row struct {
	Name string
	Size int
}

func TestPrint(t *testing.T) {
	rows := []row{{"web", 1}, {"database", 20}}
	heads := table.Columns{"Name": "NAME", "Size": "SIZE"}
	for _, c := range []struct{ format, want string }{
		{"", "NAME       SIZE\nweb        1\ndatabase   20\n"},
		{"table", "NAME       SIZE\nweb        1\ndatabase   20\n"},
		{`table {{.Size}}\t{{.Name}}`, "SIZE      NAME\n1         web\n20        database\n"},
		{"table {{upper .Name}}", "NAME\nWEB\nDATABASE\n"},
		{"{{.Name}}={{.Size}}", "web=1\ndatabase=20\n"},
		{"json", "{\"Name\":\"web\",\"Size\":1}\n{\"Name\":\"database\",\"Size\":20}\n"},
		{"{{json .}}", "{\"Name\":\"web\",\"Size\":1}\n{\"Name\":\"database\",\"Size\":20}\n"},
	} {
		var b strings.Builder
		assert.NilError(t, table.Print(&b, table.Format(c.format), "{{.Name}}\t{{.Size}}", heads, rows))
		assert.Equal(t, b.String(), c.want, c.format)
	}
}

func TestPrintMistakes(t *testing.T) {
	for _, format := range []string{"{{.Name", "{{.Nonsense}}", "table {{nonsense .Name}}"} {
		var b strings.Builder
		err := table.Print(&b, table.Format(format), "{{.Name}}", table.Columns{"Name": "NAME"}, []row{{"web", 1}})
		assert.ErrorContains(t, err, "template parsing error", format)
		assert.Equal(t, b.String(), "", "nothing half printed")
	}
}

func TestPrintNothing(t *testing.T) {
	var b strings.Builder
	assert.NilError(t, table.Print[row](&b, "", "{{.Name}}", table.Columns{"Name": "NAME"}, nil))
	assert.Equal(t, b.String(), "NAME\n")
}
