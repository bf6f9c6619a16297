package main

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"
)

const watchedFile = `name: shop
services:
  server: {image: busybox, command: serve, develop: {watch: [{path: src, action: sync, target: /app}]}}
`

// synced changes a file and waits until the container has it.
func (c *console) synced(t *testing.T, text string) {
	t.Helper()
	assert.NilError(t, os.MkdirAll(filepath.Join(c.command.Dir, "src"), 0o755))
	assert.NilError(t, os.WriteFile(filepath.Join(c.command.Dir, "src/a"), []byte(text), 0o600))
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		r, err := c.engine.Exec(t.Context(), "shop-server-1", []string{"cat", "/app/a"})
		if err != nil || string(r.Stdout) != text+"\n" {
			return poll.Continue("%s, %v, %q", r.Stdout, err, c.text())
		}
		return poll.Success()
	})
}

func TestWatchCommand(t *testing.T) {
	c := startConsoleWith(t, watchedFile, "watch")
	c.await(t, "Watch enabled")
	c.synced(t, "new")
	c.await(t, `Syncing service "server" after `)
	c.interrupt(t)
	assert.Equal(t, c.exitCode(t), 130)
	assert.Equal(t, c.running(t), 1, "containers run on")
	assert.Assert(t, cursorShown(c.text()))
}

// TestWatchKey: w turns watching on and off in an attached up.
func TestWatchKey(t *testing.T) {
	c := startConsoleWith(t, watchedFile, "up")
	c.await(t, "Enable Watch")
	c.press(t, "w")
	c.await(t, "⦿ \x1b[0mWatch enabled")
	c.await(t, "Disable Watch")
	c.synced(t, "new")
	c.press(t, "w")
	c.await(t, "⦿ \x1b[0mWatch disabled")
	c.interrupt(t)
	assert.Equal(t, c.exitCode(t), 130)
}

func TestUpWatches(t *testing.T) {
	c := startConsoleWith(t, watchedFile, "up", "--watch", "--menu=false")
	c.await(t, "Watch enabled")
	c.synced(t, "new")
	c.interrupt(t)
	assert.Equal(t, c.exitCode(t), 130)
}
