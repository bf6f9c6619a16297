package join

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed join.sh
var script string

// mode is what the script is to do.
type mode string

const (
	modeJoin   mode = "join"
	modeCheck  mode = "check"
	modeListen mode = "listen"
	modeReach  mode = "reach"
)

// arguments are the script's, each fit for a shell.
type arguments struct {
	setup    Setup
	user     string
	now      time.Time
	patience time.Duration
	to       []string
}

func (a arguments) words() []string {
	var words []string
	add := func(key, value string) {
		if value != "" {
			words = append(words, quote(key+"="+value))
		}
	}
	add("docker", string(a.setup.Source))
	add("version", a.setup.Version)
	add("metadata", a.setup.Metadata)
	add("user", a.user)
	if !a.now.IsZero() {
		add("now", strconv.FormatInt(a.now.Unix(), 10))
	}
	if a.patience > 0 {
		add("patience", strconv.Itoa(int(a.patience/time.Second)))
	}
	add("to", strings.Join(a.to, ","))
	return words
}

// command runs the script, which comes by standard input, as root where the
// user may become that without a password.
func command(m mode, a arguments) string {
	words := strings.Join(a.words(), " ")
	return fmt.Sprintf("if [ \"$(id -u)\" != 0 ] && command -v sudo >/dev/null && sudo -n true 2>/dev/null; "+
		"then exec sudo -n sh -s -- %[1]s %[2]s \"user=$(id -un)\"; else exec sh -s -- %[1]s %[2]s \"user=$(id -un)\"; fi", m, words)
}

// quote makes a text one word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
