package buildx

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// What buildx gives to the containers of its builders.
const (
	defaultImage = "moby/buildkit:buildx-stable-1"
	stateFolder  = "/var/lib/buildkit"
	stateVolume  = "_state" // behind the container's name
	configFolder = "/etc/buildkit"
	configFile   = "buildkitd.toml"
)

// create makes the container of a node. An image that can't be pulled may be
// there all the same.
func (v *vessel) create(ctx context.Context, tell func(string)) error {
	spec, err := v.spec()
	if err != nil {
		return err
	}
	tell("pulling image " + spec.Config.Image)
	pullErr := v.engine.PullImage(ctx, spec.Config.Image, hosts.PullOptions{})
	if _, err := v.engine.InspectImage(ctx, spec.Config.Image); err != nil {
		return cmp.Or(pullErr, err)
	}
	tell("creating container " + v.name)
	_, err = v.engine.CreateContainer(ctx, spec)
	return err
}

func (v *vessel) spec() (hosts.ContainerSpec, error) {
	useInit := true
	spec := hosts.ContainerSpec{
		Files:  v.files(),
		Name:   v.name,
		Config: &container.Config{Image: defaultImage, Cmd: v.flags()},
		HostConfig: &container.HostConfig{
			Privileged:    true,
			UsernsMode:    "host",
			Init:          &useInit,
			RestartPolicy: container.RestartPolicy{Name: container.RestartPolicyUnlessStopped},
			Mounts:        []mount.Mount{{Type: mount.TypeVolume, Source: v.name + stateVolume, Target: stateFolder}},
		},
	}
	for _, key := range slices.Sorted(maps.Keys(v.node.DriverOpts)) {
		if err := setOption(&spec, key, v.node.DriverOpts[key]); err != nil {
			return spec, fmt.Errorf("driver option %s: %w", key, err)
		}
	}
	return spec, nil
}

// flags are buildkitd's. It is told of a configuration, for where it looks for
// one depends on its image; what the user has set comes later, and wins.
func (v *vessel) flags() []string {
	if _, configured := v.node.Files[configFile]; !configured {
		return v.node.Flags
	}
	return append([]string{"--config", path.Join(configFolder, configFile)}, v.node.Flags...)
}

// files are its configuration, in the container's folder for that.
func (v *vessel) files() []hosts.File {
	var all []hosts.File
	for _, name := range slices.Sorted(maps.Keys(v.node.Files)) {
		all = append(all, hosts.File{Path: path.Join(configFolder, path.Join("/", name)), Content: v.node.Files[name], Mode: 0o600})
	}
	return all
}
