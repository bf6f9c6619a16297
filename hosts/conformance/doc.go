// Package conformance is the one suite that every engine adapter passes: what
// the layers above rely on, said as tests. hosts/fake runs it, and so does
// hosts/docker against real engines; where the two differ, the fake is wrong.
package conformance

import (
	"context"
	"io"
	"testing"

	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Image is the reference of an image that the engine holds. It has /bin/sh,
// sleep, echo, cat, true and false.
const Image = "clocker-conformance:latest"

// Engine is what is tested.
type Engine interface {
	containers
	resources
	streams
	processes
	lifecycle
	claims
	views
	archives
}

type containers interface {
	CreateContainer(ctx context.Context, spec hosts.ContainerSpec) (id string, err error)
	StartContainer(ctx context.Context, container string) error
	StopContainer(ctx context.Context, container string, o hosts.StopOptions) error
	RemoveContainer(ctx context.Context, container string, force, volumes bool) error
	RenameContainer(ctx context.Context, container, name string) error
	InspectContainer(ctx context.Context, container string) (hosts.ContainerDetail, error)
}

type resources interface {
	Observe(ctx context.Context) (hosts.Observation, error)
	PullImage(ctx context.Context, ref string, o hosts.PullOptions) error
	InspectImage(ctx context.Context, ref string) (hosts.Image, error)
	RemoveImage(ctx context.Context, ref string, force bool) error
	ImportImage(ctx context.Context, ref string, files io.Reader) error
	SaveImage(ctx context.Context, ref string) (io.ReadCloser, error)
	LoadImage(ctx context.Context, ref string, archive io.Reader) error
	PruneImages(ctx context.Context) (hosts.Pruned, error)
	CreateNetwork(ctx context.Context, spec hosts.NetworkSpec) (id string, err error)
	RemoveNetwork(ctx context.Context, network string) error
	ConnectNetwork(ctx context.Context, network, container string, endpoint *network.EndpointSettings) error
	DisconnectNetwork(ctx context.Context, network, container string, force bool) error
	CreateVolume(ctx context.Context, spec hosts.VolumeSpec) error
	RemoveVolume(ctx context.Context, name string) error
}

type streams interface {
	CopyTo(ctx context.Context, container, folder string, content io.Reader) error
	Exec(ctx context.Context, container string, command []string) (hosts.ExecResult, error)
	Logs(ctx context.Context, container string, o hosts.LogOptions, line func(hosts.LogLine)) error
	LastLine(ctx context.Context, container string) (hosts.LogLine, error)
	Events(ctx context.Context, o hosts.EventOptions, each func(hosts.ContainerEvent)) error
	Plugin(ctx context.Context, name string) (hosts.Plugin, error)
}

// Run runs the suite on one engine, which is left as it was.
func Run(t *testing.T, engine Engine) {
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"observe", testObserve},
		{"life of a container", testLife},
		{"restart, kill, pause and wait", testLifecycle},
		{"names are unique", testNames},
		{"removal", testRemoval},
		{"exit code", testExitCode},
		{"missing things", testMissing},
		{"half-made container", testHalfMade},
		{"health", testHealth},
		{"restart policy", testRestart},
		{"ports", testPorts},
		{"networks", testNetworks},
		{"addresses", testAddresses},
		{"several networks", testSeveralNetworks},
		{"volumes", testVolumes},
		{"anonymous volumes", testAnonymousVolumes},
		{"images", testImages},
		{"image archives", testImageArchives},
		{"claims", testClaims},
		{"tags", testTag},
		{"imported images", testImport},
		{"logs", testLogs},
		{"last line of a log", testLastLine},
		{"followed logs", testFollow},
		{"a last line without an end", testUnended},
		{"exec", testExec},
		{"files", testFiles},
		{"archives", testArchives},
		{"commit", testCommit},
		{"events", testEvents},
		{"interactive exec", testRunExec},
		{"large streams", testLargeStreams},
		{"attachment", testAttach},
		{"expected exit", testExpectExit},
		{"containers alone", testObserveContainers},
		{"host alone", testObserveHost},
		{"images of a repository", testObserveImages},
		{"image of a container", testContainerImage},
		{"processes", testProcesses},
		{"use", testContainerUse},
		{"volumes by label", testVolumesByLabel},
		{"past events", testPastEvents},
		{"cancellation", testCancellation},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(newSuite(t, engine))
		})
	}
}
