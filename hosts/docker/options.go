package docker

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
)

// Options are how engines are reached.
type Options struct {
	// Environment is what Docker's own client reads from the user's environment.
	Environment Environment
	// ConnectTimeout bounds a dial and a handshake; 0 is 10 seconds.
	ConnectTimeout time.Duration
	// CallTimeout bounds the calls that an engine answers by itself, such as
	// an inspection or a removal; 0 is 2 minutes. Pulls, logs, events and the
	// stop of a container end with their context only.
	CallTimeout time.Duration
	// Interactive lets ssh ask for a password, a passphrase or the confirmation
	// of a host key on the terminal. Otherwise it fails instead.
	Interactive bool
	// SSHFlags are further flags of ssh, such as "-F", "FILE".
	SSHFlags []string
	// Proxy chooses the HTTP proxy of tcp endpoints; nil is none.
	Proxy func(*http.Request) (*url.URL, error)
	// Requests is told of every request before it is sent, from many
	// goroutines at once; may be nil.
	Requests func(*http.Request)
	// Answers is told what became of every request, from many goroutines at once;
	// may be nil.
	Answers func(Answer)
}

// Answer is what became of one request. It has nothing that may be secret:
// neither headers nor bodies, and of the address the path alone.
type Answer struct {
	Host, Method, Path string
	// Status is the HTTP status, 0 where there was no answer but Err.
	Status int
	Err    error
	// Took is the time from the request to the first byte of the answer.
	Took time.Duration
}

func (o Options) withDefaults() Options {
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = 10 * time.Second
	}
	if o.CallTimeout == 0 {
		o.CallTimeout = 2 * time.Minute
	}
	return o
}

// Environment is what Docker's client reads from the user's environment.
type Environment struct {
	// Host, Context and APIVersion are DOCKER_HOST, DOCKER_CONTEXT and DOCKER_API_VERSION.
	Host, Context, APIVersion string
	// TLS and TLSVerify tell whether DOCKER_TLS and DOCKER_TLS_VERIFY are set.
	TLS, TLSVerify bool
	// CertPath is the folder of ca.pem, cert.pem and key.pem: DOCKER_CERT_PATH.
	CertPath string
	// ConfigDir is the folder of config.json and contexts: DOCKER_CONFIG or ~/.docker.
	ConfigDir string
}

// ReadEnvironment reads the variables of Docker's client through getenv. home
// is the user's home folder.
func ReadEnvironment(getenv func(string) string, home string) Environment {
	e := Environment{
		Host:       getenv("DOCKER_HOST"),
		Context:    getenv("DOCKER_CONTEXT"),
		APIVersion: getenv("DOCKER_API_VERSION"),
		TLS:        getenv("DOCKER_TLS") != "",
		TLSVerify:  getenv("DOCKER_TLS_VERIFY") != "",
		CertPath:   getenv("DOCKER_CERT_PATH"),
		ConfigDir:  getenv("DOCKER_CONFIG"),
	}
	if e.ConfigDir == "" {
		e.ConfigDir = filepath.Join(home, ".docker")
	}
	return e
}

// loadConfig reads config.json; one that does not exist is empty.
func (e Environment) loadConfig() (*configfile.ConfigFile, error) {
	if e.ConfigDir == "" {
		return configfile.New(os.DevNull), nil
	}
	return config.Load(e.ConfigDir)
}
