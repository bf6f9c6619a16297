package main

import (
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"gotest.tools/v3/assert"
)

// modes are the terminal's settings.
func (c *console) modes(t *testing.T) unix.Termios {
	t.Helper()
	modes, err := unix.IoctlGetTermios(int(c.tty.Fd()), unix.TCGETS)
	assert.NilError(t, err)
	return *modes
}

// TestMenuDetaches: d leaves the containers running, and the terminal as it was.
func TestMenuDetaches(t *testing.T) {
	c := startConsole(t, "up")
	before := c.modes(t)
	c.await(t, "hello")
	c.await(t, "Enable Watch")
	assert.Assert(t, c.modes(t).Lflag&unix.ECHO == 0, "keys aren't shown")
	c.press(t, "d")
	assert.Equal(t, c.exitCode(t), 0)
	assert.Equal(t, c.running(t), 2)
	assert.DeepEqual(t, c.modes(t), before)
	assert.Assert(t, strings.HasSuffix(c.text(), "\r\x1b[J"), "the menu is gone: %q", c.text())
}

// TestMenuEndsWithASignal: one that no key sent puts the terminal back as well.
func TestMenuEndsWithASignal(t *testing.T) {
	c := startConsole(t, "up")
	before := c.modes(t)
	c.await(t, "Enable Watch")
	assert.NilError(t, c.command.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, c.exitCode(t), 130)
	assert.DeepEqual(t, c.modes(t), before)
	assert.Equal(t, c.running(t), 0)
}

// TestMenuIgnoresOtherKeys: those of several bytes have letters among them.
func TestMenuIgnoresOtherKeys(t *testing.T) {
	c := startConsole(t, "up")
	c.await(t, "Enable Watch")
	c.press(t, "\x1bOd\x1b[1;5dxw")
	c.await(t, "none of the selected services is configured for watch")
	c.interrupt(t)
	assert.Equal(t, c.exitCode(t), 130)
}

// TestNoMenu: it can be done without.
func TestNoMenu(t *testing.T) {
	c := startConsole(t, "up", "--menu=false")
	c.await(t, "hello")
	c.interrupt(t)
	assert.Equal(t, c.exitCode(t), 130)
	assert.Assert(t, !strings.Contains(c.text(), "Detach"), "%q", c.text())
}

// TestMenuInANarrowTerminal: it is cut to what there is room for.
func TestMenuInANarrowTerminal(t *testing.T) {
	c := startConsole(t, "up")
	assert.NilError(t, pty.Setsize(c.tty, &pty.Winsize{Rows: 24, Cols: 20}))
	c.await(t, "Enable Watch")
	c.interrupt(t)
	assert.Equal(t, c.exitCode(t), 130)
	assert.Assert(t, !strings.Contains(c.text(), "Detach"), "%q", c.text())
}

func (c *console) press(t *testing.T, keys string) {
	t.Helper()
	_, err := c.tty.WriteString(keys)
	assert.NilError(t, err)
}
