package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// The hosts of benchmarks are engines over HTTP that take some time to answer,
// as hosts in a network do, and have a few containers each.
const (
	benchDelay      = 20 * time.Millisecond
	benchContainers = 5
	benchLines      = 100
)

// benchHost answers what the views ask of an engine.
func benchHost(host int) http.Handler {
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, value any) {
		time.Sleep(benchDelay)
		w.Header().Set("Api-Version", "1.44")
		_ = json.NewEncoder(w).Encode(value)
	}
	mux.HandleFunc("/_ping", func(w http.ResponseWriter, _ *http.Request) { answer(w, "OK") })
	mux.HandleFunc("/{version}/containers/json", func(w http.ResponseWriter, _ *http.Request) {
		var all []map[string]any
		for i := range benchContainers {
			number := host*benchContainers + i + 1
			all = append(all, map[string]any{
				"Id": fmt.Sprintf("%064d", number), "Names": []string{fmt.Sprintf("/shop-web-%d", number)}, "Image": "nginx",
				"State": "running", "Status": "Up 2 minutes", "Labels": map[string]string{
					hosts.LabelProject: "shop", hosts.LabelService: "web", hosts.LabelOneoff: "False", hosts.LabelConfigHash: "x",
					hosts.LabelContainerNumber: fmt.Sprint(number), hosts.LabelConfigFiles: "/shop/compose.yaml",
				},
			})
		}
		answer(w, all)
	})
	mux.HandleFunc("/{version}/containers/{id}/json", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]any{"Id": r.PathValue("id"), "Config": map[string]any{}, "State": map[string]any{"Status": "running"}})
	})
	mux.HandleFunc("/{version}/containers/{id}/logs", func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(benchDelay)
		_, _ = w.Write(benchLog(benchLines))
	})
	return mux
}

// benchLog is a container's log as engines frame it.
func benchLog(lines int) []byte { return slices.Concat(benchFrames(lines)...) }

// benchFrames are lines of a log, each as an engine frames it.
func benchFrames(lines int) [][]byte {
	var frames [][]byte
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range lines {
		text := fmt.Sprintf("%s GET /index.html 200 %d\n", begin.Add(time.Duration(i)*time.Millisecond).Format(time.RFC3339Nano), i)
		frame := binary.BigEndian.AppendUint32([]byte{1, 0, 0, 0}, uint32(len(text)))
		frames = append(frames, append(frame, text...))
	}
	return frames
}

// benchPool is a folder with a compose file and a configuration of so many hosts.
func benchPool(b *testing.B, count int) (dir string) {
	b.Helper()
	dir = b.TempDir()
	var config strings.Builder
	config.WriteString("locations:\n  here:\n    hosts:\n")
	for i := range count {
		server := httptest.NewServer(benchHost(i))
		b.Cleanup(server.Close)
		fmt.Fprintf(&config, "      - {name: h%d, endpoint: %q}\n", i, strings.Replace(server.URL, "http://", "tcp://", 1))
	}
	assert.NilError(b, os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config.String()), 0o600))
	assert.NilError(b, os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte("name: shop\nservices: {web: {image: nginx}}\n"), 0o600))
	return dir
}

// benchCommand runs a command as a user does, from its flags to its output.
func benchCommand(b *testing.B, args ...string) {
	for _, count := range []int{3, 8, 32} {
		b.Run(fmt.Sprintf("%d hosts", count), func(b *testing.B) {
			dir := benchPool(b, count)
			before := cpuTime()
			for b.Loop() {
				var out, complaint bytes.Buffer
				code := run(context.Background(), process{
					args: append([]string{"clocker-compose"}, args...), dir: dir, in: strings.NewReader(""), out: &out, err: &complaint,
					environ: []string{"HOME=" + dir, "CLOCKER_CONFIG=" + filepath.Join(dir, "config.yaml")},
					exit:    func(int) {}, now: time.Now,
				}, engines())
				assert.Equal(b, code, 0, complaint.String())
				assert.Assert(b, strings.Count(out.String(), "\n") >= count*benchContainers)
			}
			b.ReportMetric(float64((cpuTime()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

func BenchmarkPs(b *testing.B) { benchCommand(b, "ps") }

func BenchmarkLogs(b *testing.B) { benchCommand(b, "logs", "-n", "100") }

// BenchmarkMergeLogs is one host with long logs: how many lines a second.
func BenchmarkMergeLogs(b *testing.B) {
	const lines = 10000
	log := benchLog(lines)
	mux := http.NewServeMux()
	mux.Handle("/", benchHost(0))
	mux.HandleFunc("/{version}/containers/{id}/logs", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(log) })
	server := httptest.NewServer(mux)
	defer server.Close()
	dir := b.TempDir()
	for b.Loop() {
		code := run(context.Background(), process{
			args: []string{"clocker-compose", "-p", "shop", "logs"}, dir: dir, in: strings.NewReader(""), out: io.Discard, err: io.Discard,
			environ: []string{"HOME=" + dir, "DOCKER_HOST=" + strings.Replace(server.URL, "http://", "tcp://", 1)},
			exit:    func(int) {}, now: time.Now,
		}, engines())
		assert.Equal(b, code, 0)
	}
	b.ReportMetric(float64(lines*benchContainers*b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkFollowLogs is three hosts of five replicas each that write 400 lines every
// second, all at once, followed until they stop: what a line costs.
func BenchmarkFollowLogs(b *testing.B) {
	const bursts, lines = 3, 400
	dir := b.TempDir()
	out, err := os.Create(filepath.Join(dir, "out"))
	assert.NilError(b, err)
	before := cpuTime()
	for b.Loop() {
		var config strings.Builder
		config.WriteString("locations:\n  here:\n    hosts:\n")
		for i := range 3 {
			server := httptest.NewServer(burstHost(i, bursts, lines))
			b.Cleanup(server.Close)
			fmt.Fprintf(&config, "      - {name: h%d, endpoint: %q}\n", i, strings.Replace(server.URL, "http://", "tcp://", 1))
		}
		assert.NilError(b, os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config.String()), 0o600))
		code := run(context.Background(), process{
			args: []string{"clocker-compose", "-p", "shop", "logs", "-f"}, dir: dir, in: strings.NewReader(""), out: out, err: io.Discard,
			environ: []string{"HOME=" + dir, "CLOCKER_CONFIG=" + filepath.Join(dir, "config.yaml")},
			exit:    func(int) {}, now: time.Now,
		}, engines())
		assert.Equal(b, code, 0)
	}
	all := 3 * benchContainers * bursts * lines * b.N
	b.ReportMetric(float64((cpuTime()-before).Nanoseconds())/1000/float64(all), "cpu-us/line")
	text, err := os.ReadFile(out.Name())
	assert.NilError(b, err)
	assert.Equal(b, bytes.Count(text, []byte{'\n'}), all)
}

// burstHost is a benchHost whose containers write bursts of lines once they are
// followed, a frame and a write each, and then have stopped.
func burstHost(host, bursts, lines int) http.Handler {
	var stopped sync.Map
	mux := http.NewServeMux()
	mux.Handle("/", benchHost(host))
	mux.HandleFunc("/{version}/containers/{id}/json", func(w http.ResponseWriter, r *http.Request) {
		state := "running"
		if _, ok := stopped.Load(r.PathValue("id")); ok {
			state = "exited"
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"Id": r.PathValue("id"), "Config": map[string]any{}, "State": map[string]any{"Status": state}})
	})
	mux.HandleFunc("/{version}/events", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/{version}/containers/{id}/logs", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("follow") == "" {
			return
		}
		frames := benchFrames(lines)
		for range bursts {
			for _, frame := range frames {
				_, _ = w.Write(frame)
				_ = http.NewResponseController(w).Flush()
			}
			time.Sleep(time.Second)
		}
		stopped.Store(r.PathValue("id"), true)
	})
	return mux
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
