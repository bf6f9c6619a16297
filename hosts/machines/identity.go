package machines

import (
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// identityFile is the private key that logs in to machines.
func (m *Machines) identityFile() string { return filepath.Join(m.o.Folder, "id_ed25519") }

// Identity makes the key pair that logs in to machines where there is none, and
// returns its public half as a line of authorized_keys.
func (m *Machines) Identity() (string, error) {
	content, err := os.ReadFile(m.identityFile())
	if errors.Is(err, fs.ErrNotExist) {
		content, err = m.makeIdentity()
	}
	if err != nil {
		return "", fmt.Errorf("read SSH key: %w", err)
	}
	key, err := ssh.ParsePrivateKey(content)
	if err != nil {
		return "", fmt.Errorf("read SSH key %s: %w", m.identityFile(), err)
	}
	return authorizedLine(key.PublicKey(), "clocker-compose"), nil
}

// makeIdentity makes a key pair. Of several runs that do so at once, one's counts.
func (m *Machines) makeIdentity() ([]byte, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(private, "clocker-compose")
	if err != nil {
		return nil, err
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	if err := writeOnce(m.identityFile(), pem.EncodeToMemory(block)); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(m.identityFile())
	if err != nil || string(content) != string(pem.EncodeToMemory(block)) {
		return content, err // another run's
	}
	return content, writeOnce(m.identityFile()+".pub", []byte(authorizedLine(key, "clocker-compose")+"\n"))
}

// writeOnce writes a file of the user's alone, whole or not at all; one that is
// there stays.
func writeOnce(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func authorizedLine(key ssh.PublicKey, comment string) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) + " " + comment
}

// authorized are the public keys that may log in to new machines: ours, and
// those of the template, texts or paths of files.
func (m *Machines) authorized(l hosts.Location) ([]string, error) {
	own, err := m.Identity()
	if err != nil {
		return nil, err
	}
	keys := []string{own}
	for _, written := range l.Template.List("ssh-keys") {
		more, err := publicKeys(l.Directory, written)
		if err != nil {
			return nil, fmt.Errorf("location %s: template.ssh-keys: %w", l.Name, err)
		}
		keys = append(keys, more...)
	}
	return keys, nil
}

// publicKeys are those of a text, or of the lines of a file.
func publicKeys(directory, written string) ([]string, error) {
	text := written
	if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(written)); err != nil {
		path := written
		if !filepath.IsAbs(path) {
			path = filepath.Join(directory, path)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("neither a public key nor a file that can be read: %w", err)
		}
		text = string(content)
	}
	return parseKeys(written, text)
}

func parseKeys(written, text string) (keys []string, err error) {
	for rest := []byte(text); len(strings.TrimSpace(string(rest))) > 0; {
		var key ssh.PublicKey
		var comment string
		if key, comment, _, rest, err = ssh.ParseAuthorizedKey(rest); err != nil {
			return nil, fmt.Errorf("%s has no public key: %w", written, err)
		}
		keys = append(keys, strings.TrimSpace(authorizedLine(key, comment)))
	}
	return keys, nil
}
