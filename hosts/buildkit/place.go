package buildkit

import (
	"fmt"
	"io"
	"strings"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/solver/errdefs"
)

// dockerfile is the Dockerfile of a build; of one that lies on no folder of
// this machine only the name is known.
type dockerfile struct {
	name string
	open func(name string) (io.ReadCloser, error)
}

func dockerfileOf(o client.SolveOpt) dockerfile {
	d := dockerfile{name: o.FrontendAttrs["filename"]}
	if d.name == "" {
		d.name = defaultFile
	}
	if mount := o.LocalMounts[dockerfileMount]; mount != nil {
		d.open = mount.Open
	}
	return d
}

// named is the line that the error itself names, as engines from 23 on do:
// "Dockerfile:3"; "" where it names none.
func named(err error) string {
	for _, source := range errdefs.Sources(err) {
		if source.GetInfo() != nil && len(source.GetRanges()) > 0 {
			return fmt.Sprintf("%s:%d", source.GetInfo().GetFilename(), source.GetRanges()[0].GetStart().GetLine())
		}
	}
	return ""
}

// parsed takes the line out of what the frontend says of a Dockerfile that it
// can't read; place is "" where it says something else.
func (d dockerfile) parsed(why string) (place, rest string) {
	after, found := strings.CutPrefix(why, "dockerfile parse error ")
	if !found {
		return "", why
	}
	line, rest, found := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(after, "on "), "line "), ": ")
	if !found {
		return "", why
	}
	return d.name + ":" + line, rest
}

// of is the line of a step, "[2/3] RUN make", for engines that name none. It is
// "" unless exactly one instruction reads so.
func (d dockerfile) of(step string) string {
	_, instruction, found := strings.Cut(step, "] ")
	if !found || d.open == nil {
		return ""
	}
	f, err := d.open(d.name)
	if err != nil {
		return ""
	}
	defer f.Close()
	parsed, err := parser.Parse(f)
	if err != nil {
		return ""
	}
	place := ""
	for _, node := range parsed.AST.Children {
		if !sameWords(node.Original, instruction) {
			continue
		}
		if place != "" {
			return ""
		}
		place = fmt.Sprintf("%s:%d", d.name, node.StartLine)
	}
	return place
}

func sameWords(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}
