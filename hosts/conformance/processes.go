package conformance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

type processes interface {
	RunExec(ctx context.Context, container string, o hosts.ExecOptions, s hosts.Streams) (code int, err error)
	StartExec(ctx context.Context, container string, o hosts.ExecOptions) error
	AttachContainer(ctx context.Context, container string, o hosts.AttachOptions, s hosts.Streams) error
	ExpectExit(ctx context.Context, container string, until hosts.WaitCondition) (<-chan hosts.ContainerExit, error)
}

// typing is what a user types: a text, and then nothing for as long as the
// streams are joined, or the end where ends is set.
func typing(text string, ends bool) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		_, _ = w.Write([]byte(text))
		if ends {
			_ = w.Close()
		}
	}()
	return r
}

func shell(command string) hosts.ExecOptions {
	return hosts.ExecOptions{Command: []string{"sh", "-c", command}}
}

func testRunExec(s *suite) {
	id := s.start(s.spec("runs", "sleep 600"))
	var out, complaint bytes.Buffer
	code, err := s.RunExec(s.ctx, id, shell("echo out; echo err >&2; exit 4"), hosts.Streams{Out: &out, Err: &complaint})
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(code, 4))
	assert.Check(s, cmp.Equal(out.String(), "out\n"))
	assert.Check(s, cmp.Equal(complaint.String(), "err\n"))

	out.Reset()
	code, err = s.RunExec(s.ctx, id, hosts.ExecOptions{Command: []string{"cat"}}, hosts.Streams{In: typing("one\ntwo", true), Out: &out})
	assert.NilError(s, err, "the end of the input ends the command")
	assert.Check(s, cmp.Equal(code, 0))
	assert.Check(s, cmp.Equal(out.String(), "one\ntwo"))

	code, err = s.RunExec(s.ctx, id, shell("exit 3"), hosts.Streams{In: typing("", false)})
	assert.NilError(s, err, "the end of the command ends the wait for input")
	assert.Check(s, cmp.Equal(code, 3))

	broken := errors.New("the keyboard is gone")
	r, w := io.Pipe()
	_ = w.CloseWithError(broken)
	_, err = s.RunExec(s.ctx, id, hosts.ExecOptions{Command: []string{"cat"}}, hosts.Streams{In: r})
	assert.Check(s, errors.Is(err, broken), "%v", err)

	assert.NilError(s, s.StartExec(s.ctx, id, shell("exit 3")))
	stopped := s.create(s.spec("stopped", "true"))
	_, err = s.RunExec(s.ctx, stopped, shell("true"), hosts.Streams{})
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "%v", err)
	_, err = s.RunExec(s.ctx, s.name("none"), shell("true"), hosts.Streams{In: typing("", false)})
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}

// testLargeStreams: nothing is lost on the way there and back.
func testLargeStreams(s *suite) {
	id := s.start(s.spec("runs", "sleep 600"))
	sent := make([]byte, 8<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(sent)
	got := sha256.New()
	code, err := s.RunExec(s.ctx, id, hosts.ExecOptions{Command: []string{"cat"}},
		hosts.Streams{In: io.NopCloser(bytes.NewReader(sent)), Out: got})
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(code, 0))
	want := sha256.Sum256(sent)
	assert.Check(s, bytes.Equal(got.Sum(nil), want[:]))
}

func testAttach(s *suite) {
	spec := s.spec("copies", "")
	spec.Config.Cmd = []string{"cat"}
	spec.Config.OpenStdin, spec.Config.StdinOnce, spec.Config.AttachStdin = true, true, true
	spec.HostConfig.AutoRemove = true
	id := s.create(spec)
	exit, err := s.ExpectExit(s.ctx, id, hosts.Removed)
	assert.NilError(s, err)
	var out bytes.Buffer
	started := func() error { return s.StartContainer(s.ctx, id) }
	err = s.AttachContainer(s.ctx, id, hosts.AttachOptions{Attached: started}, hosts.Streams{In: typing("one\ntwo\n", true), Out: &out})
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(out.String(), "one\ntwo\n"))
	ended := <-exit
	assert.NilError(s, ended.Err)
	assert.Check(s, cmp.Equal(ended.Code, 0))
	_, err = s.InspectContainer(s.ctx, id)
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)

	out.Reset()
	talks := s.create(s.spec("talks", "echo one; echo two >&2; exit 5"))
	var complaint bytes.Buffer
	refused := errors.New("not started")
	err = s.AttachContainer(s.ctx, talks, hosts.AttachOptions{Attached: func() error { return refused }}, hosts.Streams{In: typing("", false)})
	assert.Check(s, errors.Is(err, refused), "%v", err)
	err = s.AttachContainer(s.ctx, talks, hosts.AttachOptions{Attached: func() error { return s.StartContainer(s.ctx, talks) }},
		hosts.Streams{In: typing("ignored", false), Out: &out, Err: &complaint})
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(out.String(), "one\n"))
	assert.Check(s, cmp.Equal(complaint.String(), "two\n"))

	err = s.AttachContainer(s.ctx, s.name("none"), hosts.AttachOptions{}, hosts.Streams{})
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}

func testExpectExit(s *suite) {
	id := s.create(s.spec("ends", "exit 6"))
	exit, err := s.ExpectExit(s.ctx, id, hosts.NextExit)
	assert.NilError(s, err)
	assert.NilError(s, s.StartContainer(s.ctx, id))
	ended := <-exit
	assert.NilError(s, ended.Err)
	assert.Check(s, cmp.Equal(ended.Code, 6))
	exit, err = s.ExpectExit(s.ctx, id, hosts.NotRunning)
	assert.NilError(s, err, "it has ended already")
	ended = <-exit
	assert.NilError(s, ended.Err)
	assert.Check(s, cmp.Equal(ended.Code, 6))

	endless := s.start(s.spec("endless", "sleep 600"))
	ctx, cancel := context.WithCancel(s.ctx)
	exit, err = s.ExpectExit(ctx, endless, hosts.NotRunning)
	cancel()
	assert.NilError(s, err)
	ended = <-exit
	assert.Check(s, ended.Err != nil, "ctx has ended")

	_, err = s.ExpectExit(s.ctx, s.name("none"), hosts.NextExit)
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}
