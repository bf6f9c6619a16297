// Package table prints rows as --format asks: as a table, as JSON, or by a
// template. Rows are structs whose methods and fields templates can name.
package table

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/docker/cli/cli/command/formatter/tabwriter"
	"github.com/docker/cli/templates"
)

// Format is --format. The zero value is the table of the command's own columns.
type Format string

// JSON tells whether each row is to be one object.
func (f Format) JSON() bool { return f == "json" }

// Columns are the heads of a table by the names that templates use: a template's
// own head is found here.
type Columns map[string]string

// Print writes rows. The standard template is used for the table without a
// template of the user's: "{{.Name}}\t{{.Image}}".
func Print[Row any](out io.Writer, f Format, standard string, heads Columns, rows []Row) error {
	if f.JSON() {
		return printJSON(out, rows)
	}
	text, isTable := strings.CutPrefix(string(f), "table")
	text = strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(strings.TrimSpace(text))
	if isTable = isTable || f == ""; text == "" {
		text = standard
	}
	parsed, err := templates.Parse(text)
	if err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	var body bytes.Buffer
	if isTable {
		if err := head(&body, text, heads); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := parsed.Execute(&body, row); err != nil {
			return fmt.Errorf("template parsing error: %w", err)
		}
		body.WriteByte('\n')
	}
	return flush(out, isTable, body.Bytes())
}

// head executes the template on the heads, with functions that leave them as they are.
func head(out *bytes.Buffer, text string, heads Columns) error {
	parsed, err := template.New("").Funcs(templates.HeaderFunctions).Parse(text)
	if err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	if err := parsed.Execute(out, heads); err != nil {
		return fmt.Errorf("template parsing error: %w", err)
	}
	out.WriteByte('\n')
	return nil
}

func flush(out io.Writer, isTable bool, body []byte) error {
	if !isTable {
		_, err := out.Write(body)
		return err
	}
	w := tabwriter.NewWriter(out, 10, 1, 3, ' ', 0)
	if _, err := w.Write(body); err != nil {
		return err
	}
	return w.Flush()
}

func printJSON[Row any](out io.Writer, rows []Row) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, row := range rows {
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	return nil
}
