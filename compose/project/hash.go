package project

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/opencontainers/go-digest"
)

// ServiceHash is what the label com.docker.compose.config-hash holds for a
// service: 64 hex digits. It is Docker Compose's own, so that either tool
// recognises the other's containers. What the service shares with another must
// be resolved to containers before, or it isn't the hash that a label holds.
func (p *Project) ServiceHash(name string) (string, error) {
	s, err := p.GetService(name)
	if err != nil {
		return "", err
	}
	if s.Platform == "" && s.Build != nil {
		s.Platform = p.Environment["DOCKER_DEFAULT_PLATFORM"]
	}
	return hashService(s)
}

func hashService(s types.ServiceConfig) (string, error) {
	raw, err := json.Marshal(hashed(s))
	if err != nil {
		return "", fmt.Errorf("hash service %s: %w", s.Name, err)
	}
	ordered, err := reorder(raw, hashOrder())
	if err != nil {
		return "", fmt.Errorf("hash service %s: %w", s.Name, err)
	}
	return digest.SHA256.FromBytes(ordered).Encoded(), nil
}

// NetworkHash is what the label holds for a network, by its key in the files.
func (p *Project) NetworkHash(key string) (string, error) {
	n, ok := p.Networks[key]
	if !ok {
		return "", fmt.Errorf("no such network: %s", key)
	}
	return hashJSON(n)
}

// VolumeHash is what the label holds for a volume, by its key in the files.
func (p *Project) VolumeHash(key string) (string, error) {
	v, ok := p.Volumes[key]
	if !ok {
		return "", fmt.Errorf("no such volume: %s", key)
	}
	if v.Driver == "" {
		v.Driver = "local"
	}
	return hashJSON(v)
}

func hashJSON(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return digest.SHA256.FromBytes(raw).Encoded(), nil
}

// hashed is a service without what may change and leave its containers alone.
func hashed(s types.ServiceConfig) types.ServiceConfig {
	s.Build, s.PullPolicy, s.Scale, s.DependsOn, s.Profiles = nil, "", nil, nil, nil
	if s.Deploy != nil {
		deploy := *s.Deploy
		deploy.Replicas = nil
		s.Deploy = &deploy
	}
	return s
}

// reorder writes a JSON object with its keys in the given order; others follow
// in alphabetical order. Values stay as they are, byte for byte.
func reorder(object []byte, order []string) ([]byte, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(object, &fields); err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, key := range order {
		known[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !known[key] {
			order = append(order, key)
		}
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for _, key := range order {
		value, ok := fields[key]
		if !ok {
			continue
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, "%q:%s", key, value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}
