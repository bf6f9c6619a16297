package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Labels of the volumes that make a lock: the project, and who made the volume.
const (
	labelLock    = "io.clocker.lock"
	labelHolder  = "io.clocker.lock.holder"
	labelWho     = "io.clocker.lock.who"
	labelMachine = "io.clocker.lock.machine"
	labelProcess = "io.clocker.lock.process"
	labelCommand = "io.clocker.lock.command"
	labelSince   = "io.clocker.lock.since"
)

// Holder is a run that holds a project.
type Holder struct {
	// ID is made up for the run.
	ID      string
	Project string
	// Command is what it does: "up".
	Command string
	// Who is the user and the machine for others to read: "alice@laptop".
	Who string
	// Machine and Process tell on the same machine whether it still runs.
	Machine string
	Process int
	Since   time.Time
}

// String is "alice@laptop (up, process 4711), since 18:40:03 on 22 Nov".
func (h Holder) String() string {
	return fmt.Sprintf("%s (%s, process %d), since %s", h.Who, h.Command, h.Process, h.Since.Local().Format("15:04:05 on 2 Jan"))
}

func (h Holder) labels() map[string]string {
	return map[string]string{
		labelLock: h.Project, labelHolder: h.ID, labelWho: h.Who, labelMachine: h.Machine,
		labelProcess: strconv.Itoa(h.Process), labelCommand: h.Command, labelSince: h.Since.Format(time.RFC3339),
	}
}

func holderOf(v hosts.Volume) *Holder {
	h := &Holder{
		ID: v.Labels[labelHolder], Project: v.Labels[labelLock], Command: v.Labels[labelCommand],
		Who: v.Labels[labelWho], Machine: v.Labels[labelMachine],
	}
	h.Process, _ = strconv.Atoi(v.Labels[labelProcess])
	h.Since, _ = time.Parse(time.RFC3339, v.Labels[labelSince])
	return h
}

// lockName is the volume that the first holder of a project claims. Whoever
// takes over from a dead one claims the name that lockName and the dead one's
// ID make. An engine gives each name to one run, and so there is one holder:
// the last of the chain.
func lockName(project string) string { return "clocker-lock_" + project }

func successorName(h Holder) string { return lockName(h.Project) + "_after_" + h.ID }

// chain is what the volumes of a project's lock say.
type chain struct {
	// holder is nil where the project is free.
	holder *Holder
	// next is the name that takes the project over, or takes it.
	next string
	// names are the volumes of those who held it, and beats those by which they
	// show that they live.
	names, beats []string
}

func readChain(project string, volumes []hosts.Volume) chain {
	byName := map[string]hosts.Volume{}
	for _, v := range volumes {
		byName[v.Name] = v
	}
	c := chain{next: lockName(project)}
	for {
		v, taken := byName[c.next]
		if !taken || slices.Contains(c.names, c.next) || v.Labels[labelHolder] == "" {
			break
		}
		c.holder = holderOf(v)
		c.holder.Project = project
		c.names = append(c.names, c.next)
		c.next = successorName(*c.holder)
	}
	for _, v := range volumes {
		if strings.HasPrefix(v.Name, lockName(project)+"_beat_") {
			c.beats = append(c.beats, v.Name)
		}
	}
	return c
}

// pulse changes whenever the holder shows that it lives.
func (c chain) pulse() string {
	if c.holder == nil {
		return ""
	}
	pulse := c.holder.ID
	for _, name := range c.beats {
		if strings.Contains(name, "_beat_"+c.holder.ID+"_") {
			pulse += " " + name
		}
	}
	return pulse
}
