package project

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// decode reads locations, whose names must be names.
func (l *declaredLocations) decode(d *decoder, at path, v any) {
	type plain declaredLocations // without this method
	d.decode(at, v, (*plain)(l))
	for _, location := range slices.Sorted(maps.Keys(*l)) {
		if !nameForm.MatchString(location) {
			d.keyProblem(at.key(location), "%q can't be a location's name: use letters, digits, dots, dashes and underscores", location)
		}
	}
}

// decode reads a host: an endpoint alone, or a mapping.
func (h *declaredHost) decode(d *decoder, at path, v any) {
	if text, ok := v.(string); ok {
		h.Endpoint = text
		d.endpoint(at, text)
		return
	}
	type plain declaredHost // without this method
	d.decode(at, v, (*plain)(h))
	fields, ok := v.(map[string]any)
	if !ok {
		return
	}
	d.hostFields(at, *h, fields)
}

func (d *decoder) hostFields(at path, h declaredHost, fields map[string]any) {
	if h.Name != "" && !nameForm.MatchString(h.Name) {
		d.problem(at.key("name"), "%q can't be a host's name: use letters, digits, dots, dashes and underscores", h.Name)
	}
	if h.Address != "" && !addressForm.MatchString(h.Address) {
		d.problem(at.key("address"), "%q can't be a host's address: write an IP address or a DNS name, without a port", h.Address)
	}
	_, hasEndpoint := fields["endpoint"]
	_, hasContext := fields["context"]
	if hasEndpoint == hasContext {
		d.problem(at, "a host needs either an endpoint or a context")
		return
	}
	if h.Endpoint != "" {
		d.endpoint(at.key("endpoint"), h.Endpoint)
	}
	if h.TLS != nil && !tcp(h.Endpoint) {
		d.keyProblem(at.key("tls"), "tls is for endpoints that begin with tcp://")
	}
}

func tcp(endpoint string) bool {
	u, err := parseEndpoint(endpoint)
	return err == nil && u.Scheme == "tcp"
}

func (d *decoder) endpoint(at path, text string) {
	if _, err := parseEndpoint(text); err != nil {
		d.problem(at, "%s", err)
	}
}

// location is what a declared location means; at is its path, by which the
// directory is found that its files are relative to.
func (s sources) location(at path, name string, l declaredLocation, projectDir string) hosts.Location {
	out := hosts.Location{
		Name:        name,
		Labels:      labels(l.Labels),
		Strategies:  l.Strategies,
		Provider:    l.Provider,
		Template:    hosts.Template(l.Template),
		Directory:   s.directory(at, projectDir),
		Min:         int(l.Min),
		Max:         int(l.Max),
		RemoveEmpty: l.RemoveEmpty.wanted,
		RemoveDelay: l.RemoveEmpty.delay,
	}
	if h := l.Headroom; h != nil {
		out.Headroom = hosts.Headroom{
			Containers: int(h.Containers), Percent: float64(h.Percent), NanoCPUs: int64(h.CPUs), MemoryBytes: int64(h.Memory),
		}
	}
	for i, h := range l.Hosts {
		out.Hosts = append(out.Hosts, h.host(out, s.directory(at.key("hosts").element(i, nil), projectDir)))
	}
	return out
}

// host is what a declared host means in its location.
func (h declaredHost) host(l hosts.Location, dir string) hosts.Host {
	endpoint := hosts.Endpoint{URL: h.Endpoint, Context: h.Context}
	if t := h.TLS; t != nil {
		endpoint.TLS = &hosts.TLS{CA: inside(dir, t.CA), Cert: inside(dir, t.Cert), Key: inside(dir, t.Key)}
	}
	out := hosts.Host{
		Name:         h.Name,
		Location:     l.Name,
		Endpoint:     endpoint,
		Address:      cmp.Or(h.Address, addressOf(endpoint)),
		Labels:       merged(l.Labels, labels(h.Labels)),
		Devices:      devices(h.Devices),
		Availability: hosts.Active,
	}
	if out.Name == "" {
		out.Name = nameOf(endpoint)
	}
	return out
}

// directory is that of the file which declares what is at the path.
func (s sources) directory(at path, fallback string) string {
	found, _ := s.find(at, false)
	if found.source.file == "" || found.source.file == stdin {
		return fallback
	}
	return filepath.Dir(found.source.file)
}

func inside(dir, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

func devices(declared map[string]count) hosts.Devices {
	if len(declared) == 0 {
		return nil
	}
	out := make(hosts.Devices, len(declared))
	for kind, n := range declared {
		out[kind] = int64(n)
	}
	return out
}

func labels(declared map[string]label) map[string]string {
	if len(declared) == 0 {
		return nil
	}
	out := make(map[string]string, len(declared))
	for k, v := range declared {
		out[k] = string(v)
	}
	return out
}

func merged(inherited, own map[string]string) map[string]string {
	if len(inherited)+len(own) == 0 {
		return nil
	}
	out := maps.Clone(inherited)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, own)
	return out
}
