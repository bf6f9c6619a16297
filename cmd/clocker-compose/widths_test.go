package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// The tables of several hosts in terminals of three widths, for looking at:
// testdata/widths.
func TestTablesFitTerminals(t *testing.T) {
	for _, width := range []int{60, 80, 200} {
		var b strings.Builder
		for _, show := range []func(*strings.Builder, int) error{showPs, showStats, showTop, showImages, showVolumes} {
			assert.NilError(t, show(&b, width))
			b.WriteByte('\n')
		}
		for line := range strings.Lines(b.String()) {
			assert.Assert(t, runewidth.StringWidth(line) <= width, line)
		}
		golden.Assert(t, b.String(), fmt.Sprintf("widths/%d.golden", width))
	}
}

// wideReplicas are two replicas on two hosts, one with long names.
func wideReplicas() []state.Container {
	of := func(host, service string, number int) state.Container {
		c := psRow().row.Container
		c.Host, c.Name = host, fmt.Sprintf("shop-%s-%d", service, number)
		c.Labels = map[string]string{hosts.LabelService: service, hosts.LabelContainerNumber: fmt.Sprint(number)}
		return c
	}
	return []state.Container{of("h1", "web", 1), of("a-host-of-a-region", "recommendation-engine-worker", 12)}
}

func showPs(b *strings.Builder, width int) error {
	var lines []psLine
	for _, c := range wideReplicas() {
		l := psRow()
		l.row.Container = c
		lines = append(lines, l)
	}
	look := psTable(true, false)
	look.Width = width
	return table.Print(b, "", look, lines)
}

func showStats(b *strings.Builder, width int) error {
	var f compose.StatsFrame
	for _, c := range wideReplicas() {
		f.Stats = append(f.Stats, compose.Stat{Container: c, Known: true, Use: hosts.ContainerUse{Name: c.Name, ID: c.ID}})
	}
	o := statsOptions{}
	look := o.table(&session{}, true)
	look.Width = width
	return table.Print(b, "", look, o.lines(f, true))
}

func showTop(b *strings.Builder, width int) error {
	var rows []compose.TopRow
	for _, c := range wideReplicas() {
		rows = append(rows, compose.TopRow{Container: c, Processes: hosts.Processes{
			Titles: []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"},
			Rows:   [][]string{{"root", "4711", "1", "0", "10:00", "?", "00:00:01", "/usr/bin/server --with a --number of --long options"}},
		}})
	}
	section := topTable(rows, true)
	section.Width = width
	return section.Print(b)
}

func showImages(b *strings.Builder, width int) error {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var rows []compose.ImageRow
	for _, c := range wideReplicas() {
		rows = append(rows, compose.ImageRow{
			Container: c, Repository: "registry.example.org/team/web", Tag: "v1.2.3",
			Image: hosts.Image{ID: "sha256:" + strings.Repeat("ab", 32), Size: 123e6, Created: now.Add(-72 * time.Hour)},
		})
	}
	return imagesTable(rows, true, width, now).Print(b)
}

func showVolumes(b *strings.Builder, width int) error {
	lines := []volumeLine{
		{compose.VolumeRow{Host: "h1", Volume: hosts.Volume{Name: "shop_data", Driver: "local"}}, true},
		{compose.VolumeRow{Host: "a-host-of-a-region", Volume: hosts.Volume{Name: "shop_what-the-recommendations-know-of-everybody", Driver: "local"}}, true},
	}
	return table.Print(b, "", volumesTable(true, width), lines)
}
