package store

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func shop() Network {
	return Network{ID: "n1", Zone: "shop_default", Subnet: netip.MustParsePrefix("10.32.0.0/24"), Gateway: netip.MustParseAddr("10.32.0.1")}
}

func web() Endpoint {
	return Endpoint{
		ID: "e1", Network: "n1", Address: netip.MustParseAddr("10.32.0.5"), MAC: "02:42:0a:20:00:05",
		Names: []string{"web"}, Links: map[string]string{"db": "shop-db-1"}, Sandbox: "s1",
	}
}

func TestReopenedStoreKnowsWhatWasPut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "driver.json")
	s, err := Open(path)
	assert.NilError(t, err)
	assert.NilError(t, s.PutNetwork(shop()))
	assert.NilError(t, s.PutEndpoint(web()))

	again, err := Open(path)
	assert.NilError(t, err)
	assert.DeepEqual(t, again.Networks(), []Network{shop()}, comparable())
	assert.DeepEqual(t, again.Endpoints(), []Endpoint{web()}, comparable())
}

func TestNetworkGoesWithItsEndpoints(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "driver.json"))
	assert.NilError(t, err)
	assert.NilError(t, s.PutNetwork(shop()))
	assert.NilError(t, s.PutEndpoint(web()))
	other := web()
	other.ID, other.Network = "e2", "n2"
	assert.NilError(t, s.PutEndpoint(other))

	assert.NilError(t, s.DeleteNetwork("n1"))
	_, known := s.Endpoint("e1")
	assert.Assert(t, !known)
	_, known = s.Endpoint("e2")
	assert.Assert(t, known)
}

func TestChangeThatCannotBeWrittenIsNotMade(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	assert.NilError(t, os.Mkdir(folder, 0o700))
	s, err := Open(filepath.Join(folder, "driver.json"))
	assert.NilError(t, err)
	assert.NilError(t, os.RemoveAll(folder))

	assert.ErrorContains(t, s.PutNetwork(shop()), "save networks")
	assert.Equal(t, len(s.Networks()), 0)
}

func TestDamagedFileIsAnErrorThatNamesIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "driver.json")
	assert.NilError(t, os.WriteFile(path, []byte("{"), 0o600))
	_, err := Open(path)
	assert.ErrorContains(t, err, path)
}

func TestNothingButTheFileIsLeft(t *testing.T) {
	folder := t.TempDir()
	s, err := Open(filepath.Join(folder, "driver.json"))
	assert.NilError(t, err)
	for range 3 {
		assert.NilError(t, s.PutEndpoint(web()))
	}
	entries, err := os.ReadDir(folder)
	assert.NilError(t, err)
	assert.Equal(t, len(entries), 1)
	assert.Assert(t, strings.HasSuffix(entries[0].Name(), "driver.json"))
}
