// Package table prints rows as --format asks: as a table, as JSON, or by a
// template. Rows are structs whose methods and fields templates can name.
package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/docker/cli/templates"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// Format is --format. The zero value is the table of the command's own columns.
type Format string

// JSON tells whether each row is to be one object.
func (f Format) JSON() bool { return f == "json" }

// Columns are the heads of a table by the names that templates use: a template's
// own head is found here.
type Columns map[string]string

// Table is what a command's rows look like.
type Table struct {
	// Standard is the template of the table where the user has none:
	// "{{.Name}}\t{{.Image}}".
	Standard string
	// Raw is the template of the format "raw"; "" where there is none.
	Raw   string
	Heads Columns
	// Fit is for the standard table; the user's own stays as it is.
	Fit
}

// Print writes rows.
func Print[Row any](out io.Writer, f Format, t Table, rows []Row) error {
	if f.JSON() {
		return printJSON(out, rows)
	}
	text, isTable := t.template(f)
	parsed, err := templates.Parse(text)
	if err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	var body bytes.Buffer
	if isTable {
		if err := t.head(&body, text); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := parsed.Execute(&body, row); err != nil {
			return t.explain(err)
		}
		body.WriteByte('\n')
	}
	if !isTable {
		_, err := out.Write(body.Bytes())
		return err
	}
	fit := t.Fit
	if text != t.Standard {
		fit.Width = 0
	}
	return fit.print(out, gridOf(body.String()), spacing{least: 10, padding: 3})
}

// template is the template's text, and whether its rows make a table.
func (t Table) template(f Format) (text string, isTable bool) {
	if f == "raw" && t.Raw != "" {
		return t.Raw, false
	}
	text, isTable = strings.CutPrefix(string(f), "table")
	text = strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(strings.Trim(text, " "))
	if isTable = isTable || f == ""; text == "" {
		text = t.Standard
	}
	return text, isTable
}

// head executes the template on the heads, with functions that leave them as they are.
func (t Table) head(out *bytes.Buffer, text string) error {
	parsed, err := template.New("").Funcs(templates.HeaderFunctions).Parse(text)
	if err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	if err := parsed.Execute(out, t.Heads); err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	out.WriteByte('\n')
	return nil
}

// explain names the fields that there are where a template names another.
func (t Table) explain(err error) error {
	text, _, unknown := strings.Cut(err.Error(), " in type ")
	if !unknown {
		return fmt.Errorf("template parsing error: %w", err)
	}
	fields := strings.Join(slices.Sorted(maps.Keys(t.Heads)), ", ")
	return fmt.Errorf("template parsing error: %s; the fields are %s", text, fields)
}

func printJSON[Row any](out io.Writer, rows []Row) error {
	for _, row := range rows {
		if err := PrintJSON(out, row); err != nil {
			return err
		}
	}
	return nil
}

// PrintJSON writes a value on one line. What terminals act on is spelled out,
// which is the same to whoever reads JSON.
func PrintJSON(out io.Writer, value any) error {
	enc := json.NewEncoder(terminal.JSON(out))
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}
