// Package certs makes an authority of one's own, and the certificates that it
// signs for engines and for those who use them, so that engines can be reached
// by TCP with TLS on both sides.
package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/moby/sys/atomicwriter"
)

// lifeOfAuthority is longer than that of what it signs.
const lifeOfAuthority = 10 * 365 * 24 * time.Hour

// Authority signs certificates. Its files are ca.pem and ca-key.pem of a folder.
type Authority struct {
	folder string
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
	now    time.Time
}

// OpenAuthority reads the authority of a folder, or makes it there, at a time.
func OpenAuthority(folder string, now time.Time) (*Authority, error) {
	a := &Authority{folder: folder, now: now}
	err := a.read()
	if errors.Is(err, os.ErrNotExist) {
		err = a.create()
	}
	if err != nil {
		return nil, fmt.Errorf("authority in %s: %w", folder, err)
	}
	return a, nil
}

// CA is the file of its certificate.
func (a *Authority) CA() string { return filepath.Join(a.folder, "ca.pem") }

func (a *Authority) read() (err error) {
	if a.cert, a.key, err = readPair(a.CA(), filepath.Join(a.folder, "ca-key.pem")); err != nil {
		return err
	}
	if a.now.After(a.cert.NotAfter) {
		return fmt.Errorf("it has expired on %s; move the folder away, and make all certificates anew", a.cert.NotAfter.Format(time.DateOnly))
	}
	return nil
}

func (a *Authority) create() error {
	if _, err := os.Stat(a.CA()); err == nil {
		return errors.New("ca.pem is there without ca-key.pem, which signs; copy it there, or move the folder away")
	}
	if err := os.MkdirAll(a.folder, 0o700); err != nil {
		return err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "clocker authority"}, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, NotAfter: a.now.Add(lifeOfAuthority),
	}
	return a.sign(template, filepath.Join(a.folder, "ca"))
}

// Pair are the files of a certificate and its key.
type Pair struct {
	Cert, Key string
	// Made tells that it was made now, and not there before.
	Made bool
}

// Client is the certificate of those who use engines: cert.pem and key.pem.
func (a *Authority) Client(valid time.Duration) (Pair, error) {
	return a.pair(filepath.Join(a.folder, "cert.pem"), filepath.Join(a.folder, "key.pem"), &x509.Certificate{
		Subject: pkix.Name{CommonName: "clocker client"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotAfter: a.now.Add(valid),
	})
}

// Server is the certificate of the engine at an address, an IP address or a name.
func (a *Authority) Server(address string, valid time.Duration) (Pair, error) {
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: address}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, NotAfter: a.now.Add(valid),
	}
	if ip := net.ParseIP(address); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{address}
	}
	folder := filepath.Join(a.folder, address)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Pair{}, err
	}
	return a.pair(filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"), template)
}

// renewal is how long before its end a certificate is made anew.
const renewal = 30 * 24 * time.Hour

// pair keeps what is there, ours and good for a while, and else makes it.
func (a *Authority) pair(certFile, keyFile string, template *x509.Certificate) (Pair, error) {
	p := Pair{Cert: certFile, Key: keyFile}
	if cert, _, err := readPair(certFile, keyFile); err == nil && a.keeps(cert) {
		return p, nil
	}
	p.Made = true
	template.KeyUsage = x509.KeyUsageDigitalSignature
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return p, err
	}
	der, err := a.certify(template, a.cert, key, a.key)
	if err != nil {
		return p, err
	}
	return p, writePair(certFile, keyFile, der, key)
}

func (a *Authority) keeps(cert *x509.Certificate) bool {
	return cert.CheckSignatureFrom(a.cert) == nil && cert.NotAfter.After(a.now.Add(renewal))
}

// sign makes the authority itself.
func (a *Authority) sign(template *x509.Certificate, path string) (err error) {
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	der, err := a.certify(template, template, a.key, a.key)
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	return writePair(path+".pem", path+"-key.pem", der, a.key)
}

func (a *Authority) certify(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	template.NotBefore = a.now.Add(-time.Hour) // clocks differ
	return x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
}

func readPair(certFile, keyFile string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	cert, err := readBlock(certFile)
	if err != nil {
		return nil, nil, err
	}
	key, err := readBlock(keyFile)
	if err != nil {
		return nil, nil, err
	}
	c, err := x509.ParseCertificate(cert)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", certFile, err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(key)
	k, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok {
		return nil, nil, fmt.Errorf("%s is no key that this program has made", keyFile)
	}
	if !k.PublicKey.Equal(c.PublicKey) {
		return nil, nil, fmt.Errorf("%s is not the key of %s", keyFile, certFile)
	}
	return c, k, nil
}

func readBlock(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", path)
	}
	return block.Bytes, nil
}

// writePair writes the key first: a certificate without its key is no use.
func writePair(certFile, keyFile string, der []byte, key *ecdsa.PrivateKey) error {
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writeBlock(keyFile, "PRIVATE KEY", secret, 0o600); err != nil {
		return err
	}
	return writeBlock(certFile, "CERTIFICATE", der, 0o644)
}

func writeBlock(path, kind string, content []byte, mode os.FileMode) error {
	return atomicwriter.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), mode)
}
