package docker_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// authority signs certificates, and keeps them as PEM files.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir()}
	a.cert, a.key = a.sign(t, "ca", x509.Certificate{IsCA: true, KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true})
	return a
}

// sign makes NAME.pem and NAME-key.pem.
func (a *authority) sign(t *testing.T, name string, template x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	assert.NilError(t, err)
	template.SerialNumber, template.Subject = big.NewInt(1), pkix.Name{CommonName: name}
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, parentKey := a.cert, a.key
	if parent == nil {
		parent, parentKey = &template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, parent, &key.PublicKey, parentKey)
	assert.NilError(t, err)
	cert, err := x509.ParseCertificate(der)
	assert.NilError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	assert.NilError(t, err)
	a.write(t, name+".pem", "CERTIFICATE", der)
	a.write(t, name+"-key.pem", "PRIVATE KEY", private)
	return cert, key
}

func (a *authority) write(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	assert.NilError(t, os.WriteFile(a.path(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) server(t *testing.T, name string) string {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(a.path(name+".pem"), a.path(name+"-key.pem"))
	assert.NilError(t, err)
	trusted := x509.NewCertPool()
	trusted.AddCert(a.cert)
	s := httptest.NewUnstartedServer(observable("1.41"))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: trusted, ClientAuth: tls.RequireAndVerifyClientCert}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "https://", "tcp://", 1)
}

func (a *authority) client() *hosts.TLS {
	return &hosts.TLS{CA: a.path("ca.pem"), Cert: a.path("client.pem"), Key: a.path("client-key.pem")}
}

func TestTLS(t *testing.T) {
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	usage := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	ours, other := newAuthority(t), newAuthority(t)
	for _, a := range []*authority{ours, other} {
		a.sign(t, "server", x509.Certificate{IPAddresses: loopback, ExtKeyUsage: usage})
		a.sign(t, "client", x509.Certificate{ExtKeyUsage: usage})
	}
	ours.sign(t, "misnamed", x509.Certificate{DNSNames: []string{"elsewhere.example"}, ExtKeyUsage: usage})
	ours.sign(t, "expired", x509.Certificate{
		IPAddresses: loopback, ExtKeyUsage: usage,
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	good := ours.server(t, "server")
	plain := strings.Replace(plainServer(t), "http://", "tcp://", 1)

	for name, c := range map[string]struct {
		url  string
		tls  *hosts.TLS
		want string
	}{
		"good":            {good, ours.client(), ""},
		"not verified":    {other.server(t, "server"), &hosts.TLS{Cert: other.path("client.pem"), Key: other.path("client-key.pem"), SkipVerify: true}, ""},
		"other authority": {other.server(t, "server"), ours.client(), "host h2: observe: its certificate is not signed by " + ours.path("ca.pem") + " (is this the right machine"},
		"other name":      {ours.server(t, "misnamed"), ours.client(), "its certificate is for another name than 127.0.0.1 (use a name that the certificate has: elsewhere.example)"},
		"expired":         {ours.server(t, "expired"), ours.client(), "its certificate is not valid now (valid from 2020-01-01 to 2021-01-01: renew it, as hosts certs does, or set the clock)"},
		"no certificate":  {good, &hosts.TLS{CA: ours.path("ca.pem")}, "it refuses our certificate (give tls.cert and tls.key"},
		"wrong client":    {good, &hosts.TLS{CA: ours.path("ca.pem"), Cert: other.path("client.pem"), Key: other.path("client-key.pem")}, "it refuses our certificate"},
		"expired client":  {good, &hosts.TLS{CA: ours.path("ca.pem"), Cert: ours.path("expired.pem"), Key: ours.path("expired-key.pem")}, "our certificate has expired on 2021-01-01 (renew it, as hosts certs does, or set the clock)"},
		"no tls there":    {plain, ours.client(), "it does not speak TLS (leave tls out"},
		"no tls here":     {good, nil, "the engine wants TLS: give its ca, cert and key"},
	} {
		t.Run(name, func(t *testing.T) {
			e := openHost(t, hosts.Host{Name: "h2", Endpoint: hosts.Endpoint{URL: c.url, TLS: c.tls}}, docker.Options{})
			_, err := e.Observe(soon(t))
			if c.want == "" {
				assert.NilError(t, err)
				return
			}
			assert.Check(t, cmp.ErrorContains(err, c.want))
			assert.Check(t, c.tls == nil || errors.Is(err, hosts.ErrUnreachable))
		})
	}
}

// A context keeps its own copies of the files.
func TestTLSOfContext(t *testing.T) {
	a := newAuthority(t)
	usage := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	a.sign(t, "server", x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: usage})
	a.sign(t, "client", x509.Certificate{ExtKeyUsage: usage})
	dir := contextDir(t, `{}`, map[string]string{"secure": a.server(t, "server")})
	files := filepath.Join(dir, "contexts/tls", fmt.Sprintf("%x", sha256.Sum256([]byte("secure"))), "docker")
	assert.NilError(t, os.MkdirAll(files, 0o755))
	for to, from := range map[string]string{"ca.pem": "ca.pem", "cert.pem": "client.pem", "key.pem": "client-key.pem"} {
		b, err := os.ReadFile(a.path(from))
		assert.NilError(t, err)
		assert.NilError(t, os.WriteFile(filepath.Join(files, to), b, 0o600))
	}
	h := hosts.Host{Name: "h2", Endpoint: hosts.Endpoint{Context: "secure"}}
	_, err := openHost(t, h, docker.Options{Environment: docker.Environment{ConfigDir: dir}}).Observe(soon(t))
	assert.NilError(t, err)
}

func plainServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	return s.URL
}

func TestTLSFilesAreReadAtOnce(t *testing.T) {
	_, err := docker.Open(hosts.Host{Name: "h2", Endpoint: hosts.Endpoint{URL: "tcp://h2", TLS: &hosts.TLS{CA: "/absent/ca.pem"}}}, docker.Options{})
	assert.Check(t, cmp.ErrorContains(err, "host h2: open tcp://h2: read tls files: "))
	assert.Check(t, cmp.ErrorContains(err, "/absent/ca.pem"))
}
