package compose_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// TestBuildFromStandardInput: an archive or a Dockerfile that is piped in, once
// for all services that take it.
func TestBuildFromStandardInput(t *testing.T) {
	piped := func(in io.Reader, section string) (*noting, error) {
		return builds(t, served(t, nil), section, func(env *compose.Env) { env.Input = in })
	}
	packed := tgz(t, 0, "Dockerfile", "FROM busybox\n", "sub/web.Dockerfile", "FROM alpine\n")
	n, err := piped(bytes.NewReader(packed), "build: '-'")
	assert.NilError(t, err)
	assert.DeepEqual(t, n.files, map[string]string{"Dockerfile": "FROM busybox\n", "sub/web.Dockerfile": "FROM alpine\n"})
	assert.Equal(t, n.spec.Dockerfile, filepath.Join(n.spec.Context, "Dockerfile"))

	n, err = piped(bytes.NewReader(packed), "build: {context: '-', dockerfile: sub/web.Dockerfile}")
	assert.NilError(t, err)
	assert.Equal(t, n.spec.Dockerfile, filepath.Join(n.spec.Context, "sub", "web.Dockerfile"))

	n, err = piped(strings.NewReader("FROM scratch\n"), "build: '-'")
	assert.NilError(t, err)
	assert.Equal(t, n.spec.Inline, "FROM scratch\n")

	_, err = piped(nil, "build: '-'")
	assert.ErrorContains(t, err, "service web: build context: nothing is piped into standard input")
	_, err = piped(strings.NewReader(""), "build: '-'")
	assert.ErrorContains(t, err, "it is no tar archive")
}

// tgz is a compressed archive of files, by path; of a size alone, zeros.
func tgz(t *testing.T, zeros int64, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for i := 0; i < len(files); i += 2 {
		assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: files[i], Size: int64(len(files[i+1])), Mode: 0o644}))
		_, err := io.WriteString(w, files[i+1])
		assert.NilError(t, err)
	}
	if zeros > 0 {
		assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "zeros", Size: zeros, Mode: 0o644}))
		_, err := io.CopyN(w, zeroes{}, zeros)
		assert.NilError(t, err)
	}
	assert.NilError(t, w.Close())
	assert.NilError(t, z.Close())
	return b.Bytes()
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// served has archives over TLS, by path.
func served(t *testing.T, files map[string][]byte) *httptest.Server {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/gzip")
		if strings.HasSuffix(r.URL.Path, "/Dockerfile") {
			w.Header().Set("Content-Type", "text/plain")
		}
		if strings.HasSuffix(r.URL.Path, ".html") {
			w.Header().Set("Content-Type", "text/html")
		}
		_, _ = w.Write(content)
	}))
	t.Cleanup(s.Close)
	return s
}

// noting is a builder that looks at the folder that it is given.
type noting struct {
	spec  hosts.BuildSpec
	files map[string]string
}

func (n *noting) Build(_ context.Context, spec hosts.BuildSpec, _ func(hosts.BuildProgress)) (string, error) {
	n.spec, n.files = spec, map[string]string{}
	err := filepath.WalkDir(spec.Context, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		n.files[strings.TrimPrefix(path, spec.Context+"/")] = string(content)
		return err
	})
	return "sha256:1", err
}

func (*noting) Check(context.Context, hosts.BuildSpec) (hosts.BuildFindings, error) {
	return hosts.BuildFindings{}, nil
}

// builds builds a service from an address of a server, and returns what the
// builder was given.
func builds(t *testing.T, s *httptest.Server, section string, change ...func(*compose.Env)) (*noting, error) {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	pool, n := newShop("h1"), &noting{}
	for _, c := range change {
		c(&pool.Env)
	}
	pool.Downloads.Transport = s.Client().Transport
	pool.BuildOn = func(hosts.Host) (compose.ImageBuilder, error) { return n, nil }
	p := loadShop(t, strings.ReplaceAll("services: {web: {"+section+"}}", "SERVER", s.URL))
	err := compose.Build(t.Context(), &pool.Env, p, plan.BuildCommand{})
	left, readErr := os.ReadDir(os.TempDir())
	assert.NilError(t, readErr)
	assert.Equal(t, len(left), 0, "%v are left", left)
	return n, err
}

func TestBuildFromAnArchive(t *testing.T) {
	content := tgz(t, 0, "Dockerfile", "FROM busybox\n", "sub/web.Dockerfile", "FROM alpine\n")
	sum := sha256.Sum256(content)
	s := served(t, map[string][]byte{"/x.tgz": content, "/Dockerfile": []byte("FROM scratch\n")})
	n, err := builds(t, s, fmt.Sprintf("build: SERVER/x.tgz, x-clocker: {build: {checksum: 'sha256:%s'}}", hex.EncodeToString(sum[:])))
	assert.NilError(t, err)
	assert.DeepEqual(t, n.files, map[string]string{"Dockerfile": "FROM busybox\n", "sub/web.Dockerfile": "FROM alpine\n"})
	assert.Equal(t, n.spec.Origin, s.URL+"/x.tgz")

	n, err = builds(t, s, "build: {context: SERVER/x.tgz, dockerfile: sub/web.Dockerfile}")
	assert.NilError(t, err)
	assert.Equal(t, n.spec.Dockerfile, filepath.Join(n.spec.Context, "sub", "web.Dockerfile"))

	n, err = builds(t, s, "build: SERVER/Dockerfile")
	assert.NilError(t, err)
	assert.Equal(t, n.spec.Inline, "FROM scratch\n")
	assert.Equal(t, len(n.files), 0)
}

func TestArchivesThatAreRefused(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	s := served(t, map[string][]byte{
		"/x.tgz":      tgz(t, 0, "Dockerfile", "FROM busybox\n"),
		"/up.tgz":     tgz(t, 0, "Dockerfile", "FROM busybox\n", "../../../../../../../.."+outside, "x"),
		"/bomb.tgz":   tgz(t, 200<<20, "Dockerfile", "FROM busybox\n"),
		"/page.html":  []byte("<html>log in</html>"),
		"/broken.tgz": tgz(t, 0, "Dockerfile", strings.Repeat("FROM busybox\n", 100))[:60],
	})
	none := strings.Repeat("0", 64)
	for _, c := range []struct{ section, want string }{
		{"build: SERVER/x.tgz, x-clocker: {build: {checksum: 'sha256:" + none + "'}}", ", and not sha256:" + none},
		{"build: SERVER/up.tgz", "refused: it leads out of the folder"},
		{"build: SERVER/bomb.tgz", `unpack "zeros": refused: it holds more than`},
		{"build: SERVER/page.html", `it is no tar archive, and no Dockerfile either: the server calls it "text/html"`},
		{"build: SERVER/broken.tgz", "unexpected EOF"},
		{"build: SERVER/absent.tgz", "404 Not Found"},
		{"build: {context: SERVER/x.tgz, dockerfile: ../other}", "leads out of the archive"},
	} {
		n, err := builds(t, s, c.section)
		assert.ErrorContains(t, err, "service web: build context: ")
		assert.ErrorContains(t, err, c.want)
		assert.Equal(t, len(n.spec.Tags), 0, "an engine was asked")
	}
	_, err := os.Stat(outside)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
