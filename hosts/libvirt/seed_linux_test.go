package libvirt

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// TestSeedByUtilLinux has blkid read it, by which cloud-init finds it.
func TestSeedByUtilLinux(t *testing.T) {
	disk, err := seed("id-1", "home-1", "#cloud-config\n")
	assert.NilError(t, err)
	file := filepath.Join(t.TempDir(), "seed")
	assert.NilError(t, os.WriteFile(file, disk, 0o600))
	program := "blkid"
	if _, err := exec.LookPath(program); err != nil {
		program = "/usr/sbin/blkid" // not on every user's path
	}
	out, err := exec.Command(program, "-p", "-o", "export", file).Output()
	assert.NilError(t, err)
	assert.Assert(t, bytes.Contains(out, []byte("LABEL=CIDATA\n")) && bytes.Contains(out, []byte("TYPE=vfat\n")), "%s", out)
}
