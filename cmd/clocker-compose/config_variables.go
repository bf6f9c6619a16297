package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// variables lists what the files interpolate, as a table or as JSON.
func variables(p *project.Project, format string) ([]byte, error) {
	found, err := p.Variables()
	if err != nil {
		return nil, err
	}
	if format == "json" {
		content, err := json.MarshalIndent(found, "", "    ")
		return append(content, "\n\n"...), err // as many as Docker Compose writes
	}
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 20, 1, 3, ' ', 0)
	fmt.Fprintln(w, "NAME\tREQUIRED\tDEFAULT VALUE\tALTERNATE VALUE")
	for _, name := range slices.Sorted(maps.Keys(found)) {
		v := found[name]
		fmt.Fprintf(w, "%s\t%t\t%s\t%s\n", name, v.Required, v.DefaultValue, v.PresenceValue)
	}
	err = w.Flush()
	return b.Bytes(), err
}
