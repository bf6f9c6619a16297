package docker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// trust makes the PEM certificates the only ones that servers may be signed by.
func trust(config *tls.Config, ca []byte) error {
	if ca == nil {
		return nil
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(ca) {
		return errors.New("ca.pem holds no certificate")
	}
	return nil
}

// present sets the certificate that the client shows.
func present(config *tls.Config, cert, key []byte) error {
	if cert == nil || key == nil {
		return nil
	}
	pair, err := tls.X509KeyPair(cert, key)
	config.Certificates = []tls.Certificate{pair}
	return err
}
