package main

import (
	"cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// dockerEnvironment is Docker's environment with the global flags laid over it.
func (s *session) dockerEnvironment() docker.Environment {
	e := docker.ReadEnvironment(s.getenv, s.getenv("HOME"))
	f := s.root.docker
	e.ConfigDir = cmp.Or(f.config, e.ConfigDir)
	switch {
	case f.host != "":
		e.Host, e.Context = f.host, ""
	case f.context != "":
		e.Host, e.Context = "", f.context
	}
	e.TLS = e.TLS || f.tls
	e.TLSVerify = e.TLSVerify || f.tlsVerify
	return e
}

// currentEndpoint is the engine that is used where no location is named.
func (s *session) currentEndpoint() (hosts.Endpoint, string, error) {
	endpoint, name, err := s.wiring.current(s.dockerEnvironment())
	if err != nil || endpoint.TLS == nil {
		return endpoint, name, err
	}
	f := s.root.docker
	tls := *endpoint.TLS
	tls.CA, tls.Cert, tls.Key = cmp.Or(f.tlsCACert, tls.CA), cmp.Or(f.tlsCert, tls.Cert), cmp.Or(f.tlsKey, tls.Key)
	endpoint.TLS = &tls
	return endpoint, name, nil
}
