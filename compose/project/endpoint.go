package project

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// parseEndpoint checks the URL of an engine. Errors never hold a password.
func parseEndpoint(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("an endpoint must be a URL such as ssh://root@10.0.0.11")
	}
	switch u.Scheme {
	case "unix":
		if u.Host != "" || !strings.HasPrefix(u.Path, "/") {
			return nil, fmt.Errorf("endpoint %q needs an absolute path, such as unix:///var/run/docker.sock", withoutLogin(text))
		}
	case "ssh":
		if _, has := u.User.Password(); has {
			return nil, errors.New("an ssh endpoint can't hold a password; use a key or ssh-agent")
		}
		return u, needsHost(u, text)
	case "tcp":
		if u.Port() == "" {
			return nil, fmt.Errorf("endpoint %q needs a port, such as tcp://10.0.0.12:2376", withoutLogin(text))
		}
		return u, needsHost(u, text)
	default:
		return nil, fmt.Errorf("endpoint %q must begin with ssh://, tcp:// or unix://", withoutLogin(text))
	}
	return u, nil
}

func needsHost(u *url.URL, text string) error {
	if u.Hostname() == "" {
		return fmt.Errorf("endpoint %q names no machine", withoutLogin(text))
	}
	return nil
}

// withoutLogin leaves out what may be a password. What isn't a URL as it should
// be can't be trusted to have it where URLs have it.
func withoutLogin(endpoint string) string {
	if i := strings.LastIndex(endpoint, "@"); i >= 0 {
		return "…" + endpoint[i:]
	}
	return endpoint
}

// nameOf is the name of a host that the user gave none: the context's, the
// machine's, or "local" for a socket of this machine.
func nameOf(e hosts.Endpoint) string {
	if e.Context != "" {
		return e.Context
	}
	if address := addressOf(e); address != "" {
		return address
	}
	return "local"
}

// addressOf is the machine in an endpoint's URL, or "".
func addressOf(e hosts.Endpoint) string {
	u, err := url.Parse(e.URL)
	if e.Context != "" || err != nil || u.Scheme == "unix" {
		return ""
	}
	return u.Hostname()
}
