//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// An archive behind TLS is built from, whose certificate only this machine knows
// and which no host reaches; a wrong one changes nothing.
func TestBuildFromAnArchiveBehindTLS(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	for name, text := range map[string]string{"Dockerfile": "FROM busybox\nCOPY page /out\n", "page": "from afar"} {
		assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(text)), Mode: 0o644}))
		_, err := io.WriteString(w, text)
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	assert.NilError(t, z.Close())
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(packed.Bytes()) }))
	defer s.Close()
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.OnOneHost(t, l.Host(1), "services: {web: {build: "+s.URL+"/x.tgz}}\n")
		unknown := p.Try(t, "build")
		assert.Equal(t, unknown.Code, 1)
		assert.Assert(t, is.Contains(unknown.Stderr, "certificate"))

		authority := filepath.Join(p.folder, "ca.pem")
		certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
		assert.NilError(t, os.WriteFile(authority, certificate, 0o600))
		scratch := t.TempDir()
		p.environment = append(p.environment, "SSL_CERT_FILE="+authority, "TMPDIR="+scratch)
		built := p.Do(t, "build")
		assert.Assert(t, is.Contains(built.Stderr, " Context "+s.URL+"/x.tgz Fetched"))
		assert.Equal(t, l.Host(1).Docker(t, "run", "--rm", p.Name+"-web", "cat", "/out"), "from afar")

		p.Write(t, "services: {web: {build: "+s.URL+"/x.tgz, x-clocker: {build: {checksum: 'sha256:"+strings.Repeat("0", 64)+"'}}}}\n")
		wrong := p.Try(t, "build")
		assert.Equal(t, wrong.Code, 1)
		assert.Assert(t, is.Contains(wrong.Stderr, "its checksum is sha256:"))
		left, err := os.ReadDir(scratch)
		assert.NilError(t, err)
		assert.Equal(t, len(left), 0, "%v", left)
	})
}
