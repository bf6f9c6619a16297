package libvirt

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/diskfs/go-diskfs/backend"
	"github.com/diskfs/go-diskfs/filesystem/fat12"
)

// seedBytes is the size of a seed disk, that of a floppy.
const seedBytes = 1440 << 10

// seed is the disk from which cloud-init's NoCloud reads: a FAT file system
// labelled CIDATA with user-data and meta-data. It is made in memory, as it
// holds the private host key.
// https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
func seed(instance, hostname, userData string) ([]byte, error) {
	meta, err := json.Marshal(map[string]string{"instance-id": instance, "local-hostname": hostname})
	if err != nil {
		return nil, err
	}
	disk := &memory{bytes: make([]byte, seedBytes)}
	files, err := fat12.Create(disk, seedBytes, 0, 0, "CIDATA", true)
	if err != nil {
		return nil, fmt.Errorf("make the seed disk: %w", err)
	}
	for name, content := range map[string]string{"meta-data": string(meta) + "\n", "user-data": userData} {
		if err := writeFile(files, name, content); err != nil {
			return nil, fmt.Errorf("write %s to the seed disk: %w", name, err)
		}
	}
	return disk.bytes, nil
}

func writeFile(files *fat12.FileSystem, name, content string) error {
	f, err := files.OpenFile("/"+name, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, strings.NewReader(content)); err != nil {
		return err
	}
	return f.Close()
}

// memory is a disk of bytes.
type memory struct {
	bytes []byte
	backend.Storage
}

func (m *memory) Writable() (backend.WritableFile, error) { return m, nil }
func (m *memory) Path() string                            { return "" }

func (m *memory) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 || at >= int64(len(m.bytes)) {
		return 0, io.EOF
	}
	n := copy(p, m.bytes[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	if at < 0 || at+int64(len(p)) > int64(len(m.bytes)) {
		return 0, io.ErrShortWrite
	}
	return copy(m.bytes[at:], p), nil
}
