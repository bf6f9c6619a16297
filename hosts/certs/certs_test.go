package certs_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts/certs"
)

const year = 365 * 24 * time.Hour

func TestBothSidesKnowEachOther(t *testing.T) {
	a, err := certs.OpenAuthority(filepath.Join(t.TempDir(), "new"), time.Now())
	assert.NilError(t, err)
	server, err := a.Server("127.0.0.1", year)
	assert.NilError(t, err)
	client, err := a.Client(year)
	assert.NilError(t, err)
	assert.Check(t, server.Made && client.Made)

	pool := x509.NewCertPool()
	ca, err := os.ReadFile(a.CA())
	assert.NilError(t, err)
	assert.Check(t, pool.AppendCertsFromPEM(ca))
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{load(t, server)}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert})
	assert.NilError(t, err)
	defer l.Close()
	go greet(l)
	hear := func(c *tls.Config) error {
		conn, err := tls.Dial("tcp", l.Addr().String(), c)
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = conn.Read(make([]byte, 2))
		return err
	}
	assert.NilError(t, hear(&tls.Config{RootCAs: pool, Certificates: []tls.Certificate{load(t, client)}}))
	assert.ErrorContains(t, hear(&tls.Config{RootCAs: pool}), "certificate required")
	assert.ErrorContains(t, hear(&tls.Config{Certificates: []tls.Certificate{load(t, client)}}), "unknown authority")
	assert.ErrorContains(t, hear(&tls.Config{RootCAs: pool, Certificates: []tls.Certificate{load(t, server)}}), "bad certificate")
}

func greet(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = c.Write([]byte("hi"))
		_ = c.Close()
	}
}

func load(t *testing.T, p certs.Pair) tls.Certificate {
	t.Helper()
	c, err := tls.LoadX509KeyPair(p.Cert, p.Key)
	assert.NilError(t, err)
	info, err := os.Stat(p.Key)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
	return c
}

func TestWhatIsThereIsKeptUntilItNearsItsEnd(t *testing.T) {
	folder, now := t.TempDir(), time.Now()
	made := func(at time.Time) bool {
		a, err := certs.OpenAuthority(folder, at)
		assert.NilError(t, err)
		p, err := a.Server("db.example", 90*24*time.Hour)
		assert.NilError(t, err)
		return p.Made
	}
	assert.Check(t, made(now))
	assert.Check(t, !made(now.Add(time.Hour)))
	assert.Check(t, made(now.Add(61*24*time.Hour)))
	_, err := certs.OpenAuthority(folder, now.Add(11*year))
	assert.ErrorContains(t, err, "it has expired on ")
}

func TestAnAuthorityWithoutItsKeySignsNothing(t *testing.T) {
	folder := t.TempDir()
	_, err := certs.OpenAuthority(folder, time.Now())
	assert.NilError(t, err)
	assert.NilError(t, os.Remove(filepath.Join(folder, "ca-key.pem")))
	_, err = certs.OpenAuthority(folder, time.Now())
	assert.ErrorContains(t, err, "ca.pem is there without ca-key.pem")
}
