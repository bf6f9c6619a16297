package libvirt

import (
	"encoding/xml"
	"testing"

	"gotest.tools/v3/assert"
)

func TestDiskOnImage(t *testing.T) {
	image := volume{Capacity: amount{"bytes", 3 << 30}, Target: target{Path: "/pool/debian.raw", Format: format{"raw"}}}
	disk, err := diskOn(image, "home-1.qcow2", 0)
	assert.NilError(t, err)
	text, err := xml.Marshal(disk)
	assert.NilError(t, err)
	assert.Equal(t, string(text), `<volume><name>home-1.qcow2</name><capacity unit="bytes">3221225472</capacity>`+
		`<target><format type="qcow2"></format></target><backingStore><path>/pool/debian.raw</path><format type="raw"></format></backingStore></volume>`)

	disk, err = diskOn(image, "home-1.qcow2", 20<<30)
	assert.NilError(t, err)
	assert.Equal(t, disk.Capacity.Value, int64(20<<30))
	_, err = diskOn(image, "home-1.qcow2", 1<<30)
	assert.Error(t, err, "disk: 1073741824 bytes are less than the 3221225472 of the image")
}
