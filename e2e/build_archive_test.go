//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// An archive behind TLS is built from, whose certificate only this machine knows
// and which no host reaches; a wrong one changes nothing.
func TestBuildFromAnArchiveBehindTLS(t *testing.T) {
	packed := packedContext(t)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(packed) }))
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

// packedContext is a context whose image has a file /out.
func packedContext(t *testing.T) []byte {
	t.Helper()
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
	return packed.Bytes()
}

// What is piped in is built from; what a run that was killed has unpacked is
// removed by the next one.
func TestBuildFromStandardInput(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		scratch := t.TempDir()
		p := l.OnOneHost(t, l.Host(1), "services: {web: {build: '-'}}\n")
		p.environment = append(p.environment, "TMPDIR="+scratch)
		reader, writer, err := os.Pipe()
		assert.NilError(t, err)
		killed := p.command(t.Context(), program(t), "build")
		killed.Stdin = reader
		assert.NilError(t, killed.Start())
		left := func() []os.DirEntry {
			entries, err := os.ReadDir(scratch)
			assert.NilError(t, err)
			return entries
		}
		eventually(t, time.Minute, "it reads", func() error {
			if len(left()) == 0 {
				return errors.New("there is no folder yet")
			}
			return nil
		})
		assert.NilError(t, killed.Process.Kill())
		_ = killed.Wait()
		assert.NilError(t, errors.Join(reader.Close(), writer.Close()))
		assert.Equal(t, len(left()), 1)

		build := p.command(t.Context(), program(t), "build")
		build.Stdin = bytes.NewReader(packedContext(t))
		out, err := build.CombinedOutput()
		assert.NilError(t, err, "%s", out)
		assert.Equal(t, l.Host(1).Docker(t, "run", "--rm", p.Name+"-web", "cat", "/out"), "from afar")
		assert.Equal(t, len(left()), 0, "%v", left())
	})
}
