package main

import (
	"context"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/compose"
)

type imagesOptions struct {
	services []string
	quiet    bool
	format   listFormat
}

func newImages(s *session) *cli.Command {
	return &cli.Command{
		Name:      "images",
		Usage:     "List the images of containers, and the host of each",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			textFlag("format", "", `Format of the output: "table" or "json" (default "table")`),
			boolFlag("quiet", "q", "List IDs alone"),
		},
		Action: func(c *cli.Context) error {
			o := imagesOptions{services: c.Args().Slice(), quiet: c.Bool("quiet"), format: listFormat(c.String("format"))}
			return o.run(c.Context, s)
		},
	}
}

func (o imagesOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	rows, absent, err := compose.Images(ctx, t.env, t.name, o.services)
	if err != nil {
		return err
	}
	s.warnOf(absent)
	several := len(t.env.Pool) > 1
	switch {
	case o.quiet:
		return printWords(s.out, rows, func(r compose.ImageRow) string { return strings.TrimPrefix(r.Image.ID, "sha256:") })
	case o.format.json():
		return o.printJSON(s, rows, several)
	}
	if err := o.format.check(); err != nil {
		return err
	}
	return imagesTable(rows, several, s.width(), s.now()).Print(s.out)
}

// imageLine is an image in JSON, by the names that Docker Compose has.
type imageLine struct {
	ID            string
	ContainerName string
	Host          string `json:",omitempty"`
	Repository    string
	Tag           string
	Platform      string
	Size          int64
	Created       *time.Time `json:",omitempty"`
	LastTagTime   time.Time  `json:",omitzero"`
}

func (o imagesOptions) printJSON(s *session, rows []compose.ImageRow, several bool) error {
	var lines []imageLine // none is null, as Docker Compose has it
	for _, r := range rows {
		line := imageLine{
			ID: r.Image.ID, ContainerName: r.Name, Repository: r.Repository, Tag: r.Tag,
			Platform: platformOf(r), Size: r.Image.Size, LastTagTime: r.Image.Tagged,
		}
		if several {
			line.Host = r.Host
		}
		if !r.Image.Created.IsZero() {
			line.Created = &r.Image.Created
		}
		lines = append(lines, line)
	}
	if err := table.PrintJSON(s.out, lines); err != nil {
		return err
	}
	_, err := s.out.Write([]byte("\n")) // an empty line more, as Docker Compose has it
	return err
}

func imagesTable(rows []compose.ImageRow, several bool, width int, now time.Time) table.Section {
	section := table.Section{
		Heads: []string{"CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED"}, Least: 20, Padding: 3,
		Fit: table.Fit{Width: width, Narrow: []string{"CREATED", "PLATFORM", "IMAGE ID", "SIZE"}, Names: []string{"CONTAINER", "REPOSITORY"}, Last: []string{"TAG"}},
	}
	if several {
		section.Heads = append([]string{"CONTAINER", "HOST"}, section.Heads[1:]...)
	}
	for _, r := range rows {
		cells := []string{r.Name}
		if several {
			cells = append(cells, r.Host)
		}
		created := "N/A"
		if !r.Image.Created.IsZero() {
			created = units.HumanDuration(now.Sub(r.Image.Created)) + " ago"
		}
		section.Rows = append(section.Rows, cleaned(append(cells,
			orNone(r.Repository), orNone(r.Tag), platformOf(r), shortID(r.Image.ID),
			units.HumanSizeWithPrecision(float64(r.Image.Size), 3), created)))
	}
	return section
}

func orNone(word string) string {
	if word == "" {
		return "<none>"
	}
	return word
}

func platformOf(r compose.ImageRow) string {
	if p := r.Image.Platform.String(); p != "" {
		return p
	}
	return "unknown"
}

// shortID is the first 12 digits of an ID.
func shortID(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(len(id), 12)]
}
