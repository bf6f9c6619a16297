package hosts

import "strings"

// RegistryFailure tells from an engine's words why a registry doesn't give or
// take an image: hint is what to do about it, kind is ErrRegistry where another
// time or another way may do. Both are zero where the words say it all.
func RegistryFailure(registry, text string) (hint string, kind error) {
	for _, f := range registryFailures() {
		for _, sign := range f.signs {
			if strings.Contains(text, sign) {
				return strings.ReplaceAll(f.hint, "REGISTRY", registry), f.kind
			}
		}
	}
	return "", nil
}

// registryFailure is one kind of refusal, by parts of what engines say of it.
type registryFailure struct {
	kind  error
	hint  string
	signs []string
}

// registryFailures are in the order in which they are looked for: what engines
// say names several things at once.
func registryFailures() []registryFailure {
	return []registryFailure{
		{
			nil, "there is no login for it on this machine: docker login REGISTRY",
			[]string{"no basic auth credentials"},
		},
		{
			ErrRegistry, `it limits how much it gives: log in with docker login REGISTRY, wait, or name a mirror in the engine's daemon.json: {"registry-mirrors": ["https://…"]}`,
			[]string{"toomanyrequests", "429 Too Many Requests"},
		},
		{
			nil, "the login for it on this machine is wrong, or there is none: docker login REGISTRY",
			[]string{"unauthorized: ", "401 Unauthorized", "incorrect username or password"},
		},
		{
			nil, "it doesn't allow this to the login of this machine: docker login REGISTRY with another one",
			[]string{"requested access to the resource is denied", "403 Forbidden", "HTTP 403"},
		},
		{
			nil, "the host doesn't know its certificate's authority: put that into /etc/docker/certs.d/REGISTRY/ca.crt there",
			[]string{"signed by unknown authority"},
		},
		{
			nil, `it has no TLS, which the engine has to be told in its daemon.json: {"insecure-registries": ["REGISTRY"]}`,
			[]string{"server gave HTTP response to HTTPS client"},
		},
		{
			ErrRegistry, "it has a fault: try again later",
			[]string{"500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"},
		},
		{
			ErrRegistry, "the host doesn't reach it: check its name, and the way there",
			[]string{"dial tcp", "no such host", "i/o timeout", "Client.Timeout exceeded", "TLS handshake timeout", "connection reset by peer"},
		},
	}
}
