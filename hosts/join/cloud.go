package join

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// Boot is what a machine is told at its first boot.
type Boot struct {
	// HostKey becomes its SSH host key, so that it is known before the first login.
	HostKey KeyPair
	// AuthorizedKeys are the public keys that may log in, as root and as User.
	AuthorizedKeys []string
	// User is who logs in where that isn't root: he may become root without a
	// password, and use Docker. "" and "root" are nobody more.
	User  string
	Setup Setup
}

// scriptPath is where a machine that cloud-init sets up keeps the script.
const scriptPath = "/var/lib/clocker/join.sh"

// CloudConfig is a boot as cloud-init reads it. It holds the private host key,
// and is no word for logs. EC2 takes no more than 16 KiB of it.
func CloudConfig(b Boot) string {
	user := b.User
	if user == "root" {
		user = ""
	}
	config := map[string]any{
		"disable_root": false,
		// A password that has expired would refuse even logins by key.
		"chpasswd":            map[string]any{"expire": false},
		"ssh_deletekeys":      true,
		"ssh_keys":            map[string]any{"ed25519_private": b.HostKey.Private, "ed25519_public": b.HostKey.Public},
		"ssh_authorized_keys": b.AuthorizedKeys,
		"users":               users(user, b.AuthorizedKeys),
		"write_files":         []any{map[string]any{"path": scriptPath, "permissions": "0700", "encoding": "gz+b64", "content": packed(script)}},
		"runcmd":              []any{strings.Join(append([]string{"sh", scriptPath, string(modeJoin)}, arguments{setup: b.Setup, user: user}.words()...), " ") + " >/var/log/clocker-join.log 2>&1"},
	}
	// JSON is YAML, and quotes whatever stands in a key.
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		panic(err) // texts and lists of texts alone
	}
	return "#cloud-config\n" + string(text) + "\n"
}

// users are those whom cloud-init lets in, which makes those that lack. An
// image's own user is made only where he is named: nobody else is to log in.
func users(more string, keys []string) []any {
	all := []any{map[string]any{"name": "root", "ssh_authorized_keys": keys}}
	if more != "" {
		all = append(all, map[string]any{"name": more, "sudo": "ALL=(ALL) NOPASSWD:ALL", "ssh_authorized_keys": keys})
	}
	return all
}

// packed is a text as cloud-init's gz+b64.
func packed(text string) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // memory takes whatever is written
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}
