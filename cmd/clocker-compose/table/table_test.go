package table_test

import (
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
)

type row struct {
	Name string
	Size int
}

func sizes() table.Table {
	return table.Table{
		Standard: "{{.Name}}\t{{.Size}}", Raw: "name: {{.Name}}\n",
		Heads: table.Columns{"Name": "NAME", "Size": "SIZE"},
	}
}

func TestPrint(t *testing.T) {
	rows := []row{{"web", 1}, {"database", 20}}
	for _, c := range []struct{ format, want string }{
		{"", "NAME       SIZE\nweb        1\ndatabase   20\n"},
		{"table", "NAME       SIZE\nweb        1\ndatabase   20\n"},
		{`table {{.Size}}\t{{.Name}}`, "SIZE      NAME\n1         web\n20        database\n"},
		{"table {{upper .Name}}", "NAME\nWEB\nDATABASE\n"},
		{"raw", "name: web\n\nname: database\n\n"},
		{"{{.Name}}={{.Size}}", "web=1\ndatabase=20\n"},
		{"json", "{\"Name\":\"web\",\"Size\":1}\n{\"Name\":\"database\",\"Size\":20}\n"},
		{"{{json .}}", "{\"Name\":\"web\",\"Size\":1}\n{\"Name\":\"database\",\"Size\":20}\n"},
	} {
		var b strings.Builder
		assert.NilError(t, table.Print(&b, table.Format(c.format), sizes(), rows))
		assert.Equal(t, b.String(), c.want, c.format)
	}
}

func TestPrintMistakes(t *testing.T) {
	for format, want := range map[string]string{
		"{{.Name":                  "unclosed action",
		"{{.Nonsense}}":            "can't evaluate field Nonsense; the fields are Name, Size",
		"table {{nonsense .Name}}": `function "nonsense" not defined`,
	} {
		var b strings.Builder
		err := table.Print(&b, table.Format(format), sizes(), []row{{"web", 1}})
		assert.ErrorContains(t, err, "template parsing error", format)
		assert.ErrorContains(t, err, want, format)
		assert.Equal(t, b.String(), "", "nothing half printed")
	}
}

func TestPrintNothing(t *testing.T) {
	var b strings.Builder
	assert.NilError(t, table.Print[row](&b, "", sizes(), nil))
	assert.Equal(t, b.String(), "NAME      SIZE\n")
}

func TestJSONSpellsControlsOut(t *testing.T) {
	var b strings.Builder
	assert.NilError(t, table.PrintJSON(&b, "\x1b[2J \u009b2J \x7f ä <"))
	assert.Equal(t, b.String(), `"\u001b[2J \u009b2J \u007f ä <"`+"\n")
}

type wide struct{ Name, Image, Status string }

func TestFit(t *testing.T) {
	rows := []wide{{"shop-web-1", "registry.example.org/team/web:1", "Up 2 minutes"}}
	fitted := table.Table{
		Standard: "{{.Name}}\t{{.Image}}\t{{.Status}}", Fit: table.Fit{Narrow: []string{"IMAGE"}, Names: []string{"NAME"}, Last: []string{"STATUS"}},
		Heads: table.Columns{"Name": "NAME", "Image": "IMAGE", "Status": "STATUS"},
	}
	for _, c := range []struct {
		width int
		want  string
	}{
		{0, "NAME         IMAGE                             STATUS\nshop-web-1   registry.example.org/team/web:1   Up 2 minutes\n"},
		{59, "NAME         IMAGE                             STATUS\nshop-web-1   registry.example.org/team/web:1   Up 2 minutes\n"},
		{57, "NAME        IMAGE                            STATUS\nshop-web-1  registry.example.org/team/web:1  Up 2 minutes\n"},
		{50, "NAME        IMAGE                     STATUS\nshop-web-1  registry.example.org/te…  Up 2 minutes\n"},
		{36, "NAME        IMAGE       STATUS\nshop-web-1  registry.…  Up 2 minutes\n"},
		{30, "NAME        STATUS\nshop-web-1  Up 2 minutes\n"},
		{21, "NAME        STATUS\nshop-web-1  Up 2 min…\n"},
		{9, "NAME\nshop…eb-1\n"},
	} {
		var b strings.Builder
		fitted.Width = c.width
		assert.NilError(t, table.Print(&b, "", fitted, rows))
		assert.Equal(t, b.String(), c.want, "width %d", c.width)
		b.Reset()
		assert.NilError(t, table.Print(&b, "table {{.Image}}", fitted, rows))
		assert.Equal(t, b.String(), "IMAGE\nregistry.example.org/team/web:1\n", "the user's own table stays whole")
	}
}

// What stays of a name is its begin and its end, which has the number.
func TestFitCutsNamesInTheMiddle(t *testing.T) {
	rows := []wide{
		{"a-shop-of-a-long-name-recommendations-1", "busybox", "Up 2 minutes"},
		{"a-shop-of-a-long-name-recommendations-12", "busybox", "Up 2 minutes"},
	}
	fitted := table.Table{
		Standard: "{{.Name}}\t{{.Image}}\t{{.Status}}", Heads: table.Columns{"Name": "NAME", "Image": "IMAGE", "Status": "STATUS"},
		Fit: table.Fit{Width: 40, Narrow: []string{"IMAGE"}, Names: []string{"NAME"}, Last: []string{"STATUS"}},
	}
	var b strings.Builder
	assert.NilError(t, table.Print(&b, "", fitted, rows))
	assert.Equal(t, b.String(), `NAME                        STATUS
a-shop-of-a-l…mendations-1  Up 2 minutes
a-shop-of-a-l…endations-12  Up 2 minutes
`)
}

func TestFitFits(t *testing.T) {
	rows := []wide{{"größe-東京-東京-東京-recommendations-1", "registry.example.org/team/web:1", "Up 2 minutes (unhealthy)"}, {"db-1", "x", "Up"}}
	for width := 16; width < 100; width++ {
		fitted := table.Table{
			Standard: "{{.Name}}\t{{.Image}}\t{{.Status}}", Heads: table.Columns{"Name": "NAME", "Image": "IMAGE", "Status": "STATUS"},
			Fit: table.Fit{Width: width, Narrow: []string{"IMAGE"}, Names: []string{"NAME"}, Last: []string{"STATUS"}},
		}
		var b strings.Builder
		assert.NilError(t, table.Print(&b, "", fitted, rows))
		for line := range strings.Lines(b.String()) {
			assert.Assert(t, runewidth.StringWidth(line) <= width, "width %d:\n%s", width, b.String())
		}
	}
}

func TestSection(t *testing.T) {
	var b strings.Builder
	s := table.Section{Heads: []string{"A", "B"}, Rows: [][]string{{"long cell", "x"}}, Least: 4, Padding: 2}
	assert.NilError(t, s.Print(&b))
	assert.Equal(t, b.String(), "A          B\nlong cell  x\n")
}
