//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
	"gotest.tools/v3/assert"
)

// registry is the distribution's registry behind a door of this test's, which
// the hosts of a lab reach, and no other registry's name leads to.
type registry struct {
	// address is what its images' names begin with.
	address string
	// user and password are wanted from who asks; "" where nothing is.
	user, password string
	// authority has signed its certificate, in PEM; nil where it speaks plain HTTP.
	authority []byte

	mutex sync.Mutex
	// refuse is the status that a request is refused with, 0 for none.
	refuse func(*http.Request) int
	// asked are the requests that were let in, as "USER@ADDRESS METHOD PATH".
	asked []string
}

// registryAccess is what a registry wants from who asks it.
type registryAccess struct{ login, tls bool }

// plainPort is the one for which the engines of a lab are told that it needs no TLS.
const plainPort = "5001"

// registry runs one until the test ends. Without TLS it is at the plain port,
// or at any other where port isn't "".
func (l *Lab) registry(t *testing.T, access registryAccess, port string) *registry {
	t.Helper()
	network, err := os.ReadFile(l.state("net"))
	assert.NilError(t, err)
	listener, err := net.Listen("tcp", net.JoinHostPort(strings.TrimSpace(string(network))+".254", port))
	assert.NilError(t, err)
	r := &registry{address: listener.Addr().String()}
	options := ""
	if access.login {
		r.user, r.password = "alice", fmt.Sprintf("pass-of-alice-%d", time.Now().UnixNano())
		options = "auth: {htpasswd: {realm: lab, path: " + passwordFile(t, r.user, r.password) + "}}\n"
	}
	inside := &url.URL{Scheme: "http", Host: registryHere(t, options)}
	way := &httputil.ReverseProxy{
		Rewrite:  func(p *httputil.ProxyRequest) { p.SetURL(inside) },
		ErrorLog: log.New(io.Discard, "", 0), // of clients that go away
	}
	door := httptest.NewUnstartedServer(r.door(way))
	_ = door.Listener.Close()
	door.Listener = listener
	if !access.tls {
		door.Start()
	} else {
		var certificate tls.Certificate
		r.authority, certificate = signed(t, listener.Addr().(*net.TCPAddr).IP)
		door.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		door.StartTLS()
	}
	t.Cleanup(door.Close)
	return r
}

// door lets requests in, and notes who asked.
func (r *registry) door(inside http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		user, _, _ := q.BasicAuth()
		from, _, _ := net.SplitHostPort(q.RemoteAddr)
		r.mutex.Lock()
		status := 0
		if r.refuse != nil {
			status = r.refuse(q)
		}
		if status == 0 {
			r.asked = append(r.asked, user+"@"+from+" "+q.Method+" "+q.URL.Path)
		}
		r.mutex.Unlock()
		switch status {
		case 0:
			inside.ServeHTTP(w, q)
		case http.StatusTooManyRequests:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}`)
		default:
			http.Error(w, http.StatusText(status), status)
		}
	})
}

// refusing has requests refused that are none of uploads.
func (r *registry) refusing(refuse func(*http.Request) int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.refuse, r.asked = refuse, nil
}

// requests are those that were let in since the last call.
func (r *registry) requests() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	asked := r.asked
	r.asked = nil
	return asked
}

// passwordFile is one as Apache's, with one user.
func passwordFile(t *testing.T, user, password string) string {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	assert.NilError(t, err)
	file := filepath.Join(t.TempDir(), "htpasswd")
	assert.NilError(t, os.WriteFile(file, []byte(user+":"+string(hash)+"\n"), 0o600))
	return file
}

// signed is a certificate for an address, and the authority that signed it.
func signed(t *testing.T, address net.IP) (authority []byte, certificate tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "registry of a test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{address}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	content, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	assert.NilError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: content}), tls.Certificate{Certificate: [][]byte{content}, PrivateKey: key}
}

// trusts has a host's engine trust the registry, until the test ends.
func (h Host) trusts(t *testing.T, r *registry) {
	t.Helper()
	folder := "/etc/docker/certs.d/" + r.address
	_, err := h.Run("sh", "-c", `mkdir -p "$1" && printf %s "$2" > "$1/ca.crt"`, "sh", folder, string(r.authority))
	assert.NilError(t, err)
	t.Cleanup(func() { _, _ = h.Run("rm", "-rf", folder) })
}

// loggedIn gives the project's user a login for the registry, as `docker login` leaves it.
func (p *Project) loggedIn(t *testing.T, r *registry, user, password string) {
	t.Helper()
	auth := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	p.dockerConfig(t, map[string]any{"auths": map[string]any{r.address: map[string]string{"auth": auth}}})
}

// helped keeps the login with a credential helper, which notes what processes
// of this machine are called while it is asked. It returns the file of the notes.
func (p *Project) helped(t *testing.T, r *registry, user, password string) (processes string) {
	t.Helper()
	folder := t.TempDir()
	answer, err := json.Marshal(map[string]string{"ServerURL": r.address, "Username": user, "Secret": password})
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "answer"), answer, 0o600))
	script := "#!/bin/sh\ncd " + folder + "\nps axeww -o args >> processes\n[ \"$1\" = get ] && exec cat answer\nexit 1\n"
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "docker-credential-lab"), []byte(script), 0o700))
	p.dockerConfig(t, map[string]any{"credHelpers": map[string]string{r.address: "lab"}})
	p.environment = append(p.environment, "PATH="+folder+":"+p.lab.state("client")+":"+os.Getenv("PATH"))
	return filepath.Join(folder, "processes")
}

// dockerConfig is what the project's user has for a config.json of Docker.
func (p *Project) dockerConfig(t *testing.T, content map[string]any) {
	t.Helper()
	folder := t.TempDir()
	text, err := json.Marshal(content)
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "config.json"), text, 0o600))
	p.environment = append(p.environment, "DOCKER_CONFIG="+folder)
}
