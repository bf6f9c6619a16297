package container

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Where use_api_socket puts things. The engine knows nothing of the attribute.
const (
	apiSocket         = "/var/run/docker.sock"
	credentialsFolder = "/run/secrets/docker"
	credentialsFile   = credentialsFolder + "/config.json"
	credentialsConfig = "#apisocket"
)

// withAPISocket gives a service that asks for it the engine's socket, and the
// user's registry logins unless it has a DOCKER_CONFIG of its own.
func withAPISocket(s types.ServiceConfig) types.ServiceConfig {
	if !s.UseAPISocket {
		return s
	}
	s.Volumes = append(slices.Clone(s.Volumes), types.ServiceVolumeConfig{
		Type: types.VolumeTypeBind, Source: apiSocket, Target: apiSocket,
	})
	s.Configs = append(slices.Clone(s.Configs), types.ServiceConfigObjConfig{
		Source: credentialsConfig, Target: credentialsFile,
	})
	if _, own := s.Environment["DOCKER_CONFIG"]; !own {
		s.Environment = maps.Clone(s.Environment)
		if s.Environment == nil {
			s.Environment = types.MappingWithEquals{}
		}
		folder := credentialsFolder
		s.Environment["DOCKER_CONFIG"] = &folder
	}
	return s
}

func credentials(t Target) []hosts.File {
	if len(t.Credentials) == 0 {
		return nil
	}
	return []hosts.File{{Path: credentialsFile, Content: t.Credentials, Mode: defaultMode}}
}
