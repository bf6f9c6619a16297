package join

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Status is what became of a check.
type Status string

// The statuses of findings.
const (
	// OK is as it should be.
	OK Status = "ok"
	// Did was missing, and is done.
	Did Status = "did"
	// Need is missing; a join does it.
	Need Status = "need"
	// Fault is for a person to mend.
	Fault Status = "fault"
	// Wait is that something that takes time has begun.
	Wait Status = "wait"

	fact Status = "fact"
)

// Finding is one thing that was looked at on a machine.
type Finding struct {
	Host   string `json:"host"`
	Status Status `json:"status"`
	// Check is its name: clock, disk, ports …
	Check string `json:"check"`
	Text  string `json:"text"`
	// Fix is what to do about a fault, a command or a sentence.
	Fix string `json:"fix,omitempty"`
}

// longestLine bounds what a machine may say in one line, in bytes.
const longestLine = 1 << 16

// readLines calls each for every line that the script prints. What isn't one,
// such as a login's greeting, is left out.
func readLines(r io.Reader, host string, each func(Finding)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 4096), longestLine)
	for lines.Scan() {
		if f, ok := parseLine(lines.Text()); ok {
			f.Host = host
			each(f)
		}
	}
	if err := lines.Err(); err != nil {
		_, _ = io.Copy(io.Discard, r)
		return fmt.Errorf("read what the machine says: %w", err)
	}
	return nil
}

func parseLine(line string) (Finding, bool) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 {
		return Finding{}, false
	}
	f := Finding{Status: Status(fields[0]), Check: fields[1], Text: fields[2], Fix: fields[3]}
	switch f.Status {
	case OK, Did, Need, Fault, Wait, fact:
		return f, true
	}
	return f, false
}
