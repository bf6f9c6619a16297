package project

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// GraphOptions say what a graph shows of services beside their names.
type GraphOptions struct {
	Image, Networks, Ports bool
	// Indent is what lines within the graph begin with.
	Indent string
}

// Graph draws services and what they depend on, in Graphviz's language.
func Graph(p *Project, o GraphOptions) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n%slayout=dot;\n", p.Name, o.Indent)
	names := slices.Sorted(maps.Keys(p.Services))
	for _, name := range names {
		fmt.Fprintf(&b, "%s%q [style=\"filled\" label=<%s>];\n", o.Indent, name, o.label(p, name))
	}
	b.WriteByte('\n')
	for _, name := range names {
		for _, needed := range slices.Sorted(maps.Keys(p.Services[name].DependsOn)) {
			fmt.Fprintf(&b, "%s%q -> %q;\n", o.Indent, name, needed)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// label is what stands in a service's node.
func (o GraphOptions) label(p *Project, name string) string {
	s := p.Services[name]
	text := `<font point-size="15">` + escape(name) + `</font>`
	if networks := slices.Sorted(maps.Keys(s.Networks)); o.Networks && len(networks) > 0 {
		text += section("Networks", networks)
	}
	if o.Ports && len(s.Ports) > 0 {
		var ports []string
		for _, port := range s.Ports {
			ports = append(ports, portLine(port))
		}
		text += section("Ports", ports)
	}
	if o.Image {
		image := s.Image
		if image == "" {
			image = p.Name + p.Separator + name
		}
		text += section("Image", []string{image})
	}
	return text
}

func portLine(port types.ServicePortConfig) string {
	line := fmt.Sprintf("%s:%d (%s, %s)", port.Published, port.Target, port.Protocol, port.Mode)
	if port.HostIP != "" {
		line = port.HostIP + ":" + line
	}
	return line
}

func section(title string, lines []string) string {
	for i, line := range lines {
		lines[i] = escape(line)
	}
	return `<font point-size="10"><br/><br/><b>` + title + `:</b><br/>` + strings.Join(lines, "<br/>") + `</font>`
}

// escape keeps text from being read as Graphviz's HTML.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
