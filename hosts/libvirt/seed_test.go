package libvirt

import (
	"strings"
	"testing"

	"github.com/diskfs/go-diskfs/filesystem/fat12"
	"gotest.tools/v3/assert"
)

func TestSeed(t *testing.T) {
	userData := "#cloud-config\n" + strings.Repeat("# more than one cluster\n", 1000)
	disk, err := seed("id-1", "home-1", userData)
	assert.NilError(t, err)
	assert.Equal(t, len(disk), seedBytes)

	files, err := fat12.Read(&memory{bytes: disk}, seedBytes, 0, 0)
	assert.NilError(t, err)
	assert.Equal(t, strings.TrimSpace(files.Label()), "CIDATA")
	for name, want := range map[string]string{
		"user-data": userData, "meta-data": `{"instance-id":"id-1","local-hostname":"home-1"}` + "\n",
	} {
		got, err := files.ReadFile(name)
		assert.NilError(t, err)
		assert.Equal(t, string(got), want)
	}
}

func TestSeedIsFull(t *testing.T) {
	_, err := seed("id-1", "home-1", strings.Repeat("x", seedBytes))
	assert.ErrorContains(t, err, "write user-data to the seed disk")
}
