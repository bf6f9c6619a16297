package join

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// KeyPair is an SSH key.
type KeyPair struct {
	// Private is in OpenSSH's own format; Public is a line such as "ssh-ed25519 AAAA…".
	Private, Public string
	// Fingerprint is as ssh-keygen -l prints it: "SHA256:…".
	Fingerprint string
}

// NewHostKey makes an Ed25519 key.
func NewHostKey() (KeyPair, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make an ssh key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		return KeyPair{}, fmt.Errorf("make an ssh key: %w", err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make an ssh key: %w", err)
	}
	return KeyPair{
		Private:     string(pem.EncodeToMemory(block)),
		Public:      strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))),
		Fingerprint: ssh.FingerprintSHA256(key),
	}, nil
}
