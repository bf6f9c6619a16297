// Package plugin speaks to Docker's client, of which the program can be a
// plugin: installed as docker-clocker in ~/.docker/cli-plugins it answers
// `docker clocker up`, and as docker-compose it answers `docker compose up`.
package plugin

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
)

// MetadataCommand is the word by which Docker's client asks what a plugin is.
const MetadataCommand = "docker-cli-plugin-metadata"

// SocketVariable names the socket that ends when the plugin should.
const SocketVariable = "DOCKER_CLI_PLUGIN_SOCKET"

// prefix starts the file names of plugins.
const prefix = "docker-"

// Metadata answers MetadataCommand.
func Metadata(version string) []byte {
	answer, _ := json.Marshal(map[string]string{ // strings always marshal
		"SchemaVersion":    "0.1.0",
		"Vendor":           "Clocker Compose",
		"Version":          version,
		"ShortDescription": "Run a compose file over a pool of Docker hosts",
		"URL":              "https://github.com/clocker-compose/clocker-compose",
	})
	return append(answer, '\n')
}

// Split finds out whether Docker's client called: [bin FLAGS clocker ARGS…],
// where FLAGS are the client's global ones. It returns the line without the
// plugin's name, and how users write it: "docker clocker".
func Split(args []string) (line []string, program string, called bool) {
	name, isPlugin := strings.CutPrefix(strings.TrimSuffix(filepath.Base(args[0]), ".exe"), prefix)
	if !isPlugin {
		return args, "", false
	}
	for i := 1; i < len(args); i++ {
		switch {
		case args[i] == name:
			line = append(append([]string{}, args[:i]...), args[i+1:]...)
			return line, "docker " + name, true
		case args[i] == "help" && i+1 < len(args) && args[i+1] == name: // docker help clocker up
			line = append(append([]string{}, args[:i+1]...), args[i+2:]...)
			return line, "docker " + name, true
		case takesValue(args[i]):
			i++
		case !isSwitch(args[i]):
			return args, "", false
		}
	}
	return args, "", false
}

// takesValue tells whether the word is a global flag of Docker's client that
// has its value in the next word.
func takesValue(word string) bool {
	switch word {
	case "--config", "-c", "--context", "-H", "--host", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey":
		return true
	}
	return false
}

// isSwitch tells whether the word is one of the client's other global flags, or
// one with its value joined.
func isSwitch(word string) bool {
	switch name, _, joined := strings.Cut(word, "="); name {
	case "-D", "--debug", "--tls", "--tlsverify", "-v", "--version":
		return true
	default:
		return joined && takesValue(name) || len(word) > 2 && word[1] != '-' && takesValue(word[:2])
	}
}

// Watch calls ended once Docker's client wants the plugin to end: it closes the
// socket, because without a terminal no signal reaches the plugin. The returned
// function stops watching. No address is nothing to watch.
func Watch(address string, ended func()) (stop func()) {
	if address == "" {
		return func() {}
	}
	conn, err := net.Dial("unix", address)
	if err != nil {
		return func() {} // an older client, or one that is gone: signals are all there is
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := io.Copy(io.Discard, conn); !errors.Is(err, net.ErrClosed) {
			ended()
		}
	}()
	return func() {
		_ = conn.Close()
		<-done
	}
}
