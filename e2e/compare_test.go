//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
)

// TestCompare runs the cases of testdata/compare on one engine of each
// generation, and compares what each command said and left behind with what
// Docker Compose said and left there, which NAME.golden keeps, and
// NAME.29.golden where engine 29 makes it another.
//
// A scenario is an archive: first its cases, then compose.yaml and what it
// refers to. A case is a line "== NAME" and then lines of these kinds:
//
//	up -d              words for clocker-compose and docker-compose
//	! docker rm -f X   a command of Docker's client, which both runs need
//	> FILE < OTHER     FILE becomes a copy of OTHER
//	differs: WHY       the program does something else here, on purpose:
//	                   NAME.ours.golden keeps what; WHY is in docs/compatibility.md
//
// Before the words may stand, in any order,
//
//	~                  what it says isn't compared, only its exit code and deeds
//	?                  of its errors only the progress is compared, without sentences
//	^                  its output comes in any order, and is sorted
//	=                  what looks like an ID is part of what is compared
//	y|                 it reads y from its standard input
//	C-c                it is interrupted once it has said "ready"
//	NAME=VALUE         a variable of its environment
//
// The project's name is cmp-NAME. With COMPOSE_BIN, Docker Compose is run as
// well: a record that isn't what it does now fails, and -update writes it anew,
// engine 20 first. COMPARE_HOST is an engine to use in place of the labs'.
func TestCompare(t *testing.T) {
	if golden.FlagUpdate() && os.Getenv("COMPOSE_BIN") == "" {
		t.Fatal("-update takes COMPOSE_BIN: only Docker Compose's own deeds are recorded")
	}
	if host := os.Getenv("COMPARE_HOST"); host != "" {
		compareOn(t, host)
		return
	}
	onThreeHosts(t, func(t *testing.T, l *Lab) { compareOn(t, l.Host(1).Socket()) })
}

func compareOn(t *testing.T, host string) {
	t.Helper()
	e := connect(t, host)
	for _, image := range []string{"busybox", "alpine"} {
		docker(t, host, "pull", "-q", image)
	}
	ordinary := e.ordinary(t)
	for _, s := range scenarios(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := comparison{scenario: s, project: "cmp-" + s.name, engine: e, ordinary: ordinary}
			c.compare(t)
		})
	}
}

// compare runs both programs, and tells each case that isn't the same.
func (c *comparison) compare(t *testing.T) {
	c.claim(t)
	theirs, ours := c.record(""), c.record(".ours")
	if original := os.Getenv("COMPOSE_BIN"); original != "" {
		now := c.run(t, original)
		if golden.FlagUpdate() {
			theirs.write(t, now)
		}
		theirs.now = now
	}
	did := c.run(t, program(t))
	if golden.FlagUpdate() {
		ours.write(t, c.onPurpose(did))
	}
	for _, b := range c.cases {
		t.Run(b.name, func(t *testing.T) {
			recorded := theirs.of(t, b.name)
			if theirs.now != nil {
				assert.Equal(t, find(theirs.now, b.name), recorded, "Docker Compose does something else now than what is recorded of it")
			}
			if b.differs == "" {
				assert.Equal(t, find(did, b.name), recorded)
				return
			}
			assert.Equal(t, find(did, b.name), ours.of(t, b.name))
			assert.Assert(t, c.engine.isLater() || find(did, b.name) != recorded, "it no longer differs from Docker Compose: take 'differs:' away")
		})
	}
}

// onPurpose are the deeds of the cases that differ.
func (c *comparison) onPurpose(all []txtar.File) []txtar.File {
	var differing []txtar.File
	for _, b := range c.cases {
		if b.differs != "" {
			differing = append(differing, txtar.File{Name: b.name, Data: []byte(find(all, b.name))})
		}
	}
	return differing
}

// record is what was written down of a scenario's cases: for all engines in
// one file, and what is another on later engines in a second.
type record struct {
	common, later string
	isLater       bool
	// now is what Docker Compose did in this run, if it ran.
	now []txtar.File
}

func (c *comparison) record(of string) record {
	path := filepath.Join(comparisons, c.name)
	return record{common: path + of + ".golden", later: path + ".29" + of + ".golden", isLater: c.engine.isLater()}
}

// of is the text of a case.
func (r record) of(t *testing.T, name string) string {
	t.Helper()
	if r.isLater {
		if text := find(readRecord(t, r.later), name); text != "" {
			return text
		}
	}
	return find(readRecord(t, r.common), name)
}

func (r record) write(t *testing.T, deeds []txtar.File) {
	t.Helper()
	path := r.common
	if r.isLater {
		common := readRecord(t, r.common)
		var others []txtar.File
		for _, d := range deeds {
			if find(common, d.Name) != string(d.Data) {
				others = append(others, d)
			}
		}
		path, deeds = r.later, others
	}
	if len(deeds) == 0 {
		assert.NilError(t, os.RemoveAll(path))
		return
	}
	assert.NilError(t, os.WriteFile(path, txtar.Format(&txtar.Archive{Files: deeds}), 0o644))
}

// readRecord is nothing where there is no such file.
func readRecord(t *testing.T, path string) []txtar.File {
	t.Helper()
	content, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	assert.NilError(t, err)
	return txtar.Parse(content).Files
}

// find is the text of a case, or "".
func find(deeds []txtar.File, name string) string {
	for _, d := range deeds {
		if d.Name == name {
			return strings.TrimSuffix(string(d.Data), "\n") + "\n"
		}
	}
	return ""
}
