package machines

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ErrHostKey is that a machine's SSH server has another key than the one that
// the machine was made with.
var ErrHostKey = errors.New("its SSH host key isn't the one that it was made with")

// knownHostsFile is where the host key of a fingerprint is kept. What a file
// holds follows from its name, so that none is ever out of date.
func (m *Machines) knownHostsFile(fingerprint string) string {
	sum := sha256.Sum256([]byte(fingerprint))
	return filepath.Join(m.o.Folder, "known", hex.EncodeToString(sum[:12]))
}

// Trust sees to it that SSH knows the machine's host key: it is asked for once,
// and taken where it has the fingerprint of the machine's tag.
func (m *Machines) Trust(ctx context.Context, machine hosts.Machine) error {
	file := m.knownHostsFile(machine.HostKey)
	if known(file, machine.HostKey) {
		return nil
	}
	if machine.HostKey == "" {
		return fmt.Errorf("machine %s: %w: its tag %s is missing", machine.Name, ErrHostKey, hosts.TagHostKey)
	}
	key, err := m.o.HostKey(ctx, machine.Address)
	if err != nil {
		return fmt.Errorf("machine %s: ask for its SSH host key: %w", machine.Name, err)
	}
	if got := ssh.FingerprintSHA256(key); got != machine.HostKey {
		return fmt.Errorf("machine %s: %w (it is %s, not %s): another machine has the address %s, or somebody is in between; delete the machine if it can't be told why",
			machine.Name, ErrHostKey, got, machine.HostKey, machine.Address)
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("machine %s: %w", machine.Name, err)
	}
	if err := writeOnce(file, []byte("* "+authorizedLine(key, "")+"\n")); err != nil {
		return fmt.Errorf("machine %s: %w", machine.Name, err)
	}
	return nil
}

// known tells whether a file holds the key of a fingerprint.
func known(file, fingerprint string) bool {
	content, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	_, line, _ := strings.Cut(string(content), " ")
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	return err == nil && ssh.FingerprintSHA256(key) == fingerprint
}

// forget removes the host key of a machine that is gone.
func (m *Machines) forget(machine hosts.Machine) error {
	if err := os.Remove(m.knownHostsFile(machine.HostKey)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget the SSH host key of %s: %w", machine.Name, err)
	}
	return nil
}

// scanTimeout is how long an SSH server may take to show its key.
const scanTimeout = 10 * time.Second

// ScanHostKey asks the SSH server at port 22 of an address for its Ed25519 key,
// and doesn't log in.
func ScanHostKey(ctx context.Context, address string) (ssh.PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(address, "22"))
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	return hostKey(conn)
}

// hostKey is what the server shows in the handshake, which ends there.
func hostKey(conn net.Conn) (found ssh.PublicKey, err error) {
	defer func() { _ = conn.Close() }()
	seen := errors.New("seen")
	_, _, _, err = ssh.NewClientConn(conn, conn.RemoteAddr().String(), &ssh.ClientConfig{
		User:              "root",
		HostKeyAlgorithms: []string{ssh.KeyAlgoED25519},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			found = key
			return seen
		},
	})
	if found != nil {
		return found, nil
	}
	return nil, err
}
