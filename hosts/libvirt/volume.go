package libvirt

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/digitalocean/go-libvirt"
)

// volume is what https://libvirt.org/formatstorage.html says of one.
type volume struct {
	XMLName  xml.Name `xml:"volume"`
	Name     string   `xml:"name,omitempty"`
	Capacity amount   `xml:"capacity"`
	Target   target   `xml:"target"`
	Backing  *target  `xml:"backingStore"`
}

type target struct {
	Path   string `xml:"path,omitempty"`
	Format format `xml:"format"`
}

type format struct {
	Type string `xml:"type,attr"`
}

// image returns the volume of the template's image: a volume's name in the
// pool, or the path of one that any pool has.
func (s session) image(pool libvirt.StoragePool, name string) (volume, error) {
	find := func() (libvirt.StorageVol, error) { return s.StorageVolLookupByName(pool, name) }
	if path.IsAbs(name) {
		find = func() (libvirt.StorageVol, error) { return s.StorageVolLookupByPath(name) }
	}
	found, err := find()
	if isCode(err, libvirt.ErrNoStorageVol) {
		// It may have been copied there without libvirt.
		if err := s.StoragePoolRefresh(pool, 0); err != nil {
			return volume{}, fmt.Errorf("image %s: look into pool %s: %w", name, pool.Name, err)
		}
		found, err = find()
	}
	if isCode(err, libvirt.ErrNoStorageVol) {
		return volume{}, fmt.Errorf("image %s: pool %s has no such volume", name, pool.Name)
	}
	if err != nil {
		return volume{}, fmt.Errorf("image %s: %w", name, err)
	}
	text, err := s.StorageVolGetXMLDesc(found, 0)
	if err != nil {
		return volume{}, fmt.Errorf("image %s: %w", name, err)
	}
	var v volume
	if err := xml.Unmarshal([]byte(text), &v); err != nil {
		return volume{}, fmt.Errorf("image %s: read its description: %w", name, err)
	}
	return v, nil
}

// diskOn describes a disk that holds only what differs from the image. A disk
// smaller than the image would cut its file systems.
func diskOn(image volume, name string, bytes int64) (volume, error) {
	if bytes != 0 && bytes < image.Capacity.Value {
		return volume{}, fmt.Errorf("disk: %d bytes are less than the %d of the image", bytes, image.Capacity.Value)
	}
	return volume{
		Name: name, Capacity: amount{"bytes", max(bytes, image.Capacity.Value)},
		Target: target{Format: format{"qcow2"}}, Backing: &target{image.Target.Path, image.Target.Format},
	}, nil
}

func seedVolume(name string, bytes int64) volume {
	return volume{Name: name, Capacity: amount{"bytes", bytes}, Target: target{Format: format{"raw"}}}
}

func (s session) createVolume(pool libvirt.StoragePool, v volume) (libvirt.StorageVol, error) {
	text, err := xml.Marshal(v)
	if err != nil {
		return libvirt.StorageVol{}, err
	}
	made, err := s.StorageVolCreateXML(pool, string(text), 0)
	if err != nil {
		return made, fmt.Errorf("create volume %s: %w", v.Name, withCapacity(err))
	}
	return made, nil
}

func (s session) fillVolume(v libvirt.StorageVol, from io.Reader, bytes int64) error {
	if err := s.StorageVolUpload(v, from, 0, uint64(bytes), 0); err != nil {
		return fmt.Errorf("fill volume %s: %w", v.Name, withCapacity(err))
	}
	return nil
}

// deleteVolumes deletes a machine's own volumes, those that are there.
func (s session) deleteVolumes(names []volumeName) error {
	var failed []error
	for _, name := range names {
		if err := s.deleteVolume(name); err != nil {
			failed = append(failed, fmt.Errorf("delete volume %s of pool %s: %w", name.Name, name.Pool, err))
		}
	}
	return errors.Join(failed...)
}

func (s session) deleteVolume(name volumeName) error {
	pool, err := s.StoragePoolLookupByName(name.Pool)
	if isCode(err, libvirt.ErrNoStoragePool) {
		return nil
	}
	if err != nil {
		return err
	}
	found, err := s.StorageVolLookupByName(pool, name.Name)
	if err == nil {
		err = s.StorageVolDelete(found, libvirt.StorageVolDeleteNormal)
	}
	if isCode(err, libvirt.ErrNoStorageVol) {
		return nil
	}
	return err
}
