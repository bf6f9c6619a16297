package docker_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// TestMain makes the test binary stand in for the docker command at the far
// end of an SSH connection: see startSSH.
func TestMain(m *testing.M) {
	if dir := os.Getenv(standIn); dir != "" {
		os.Exit(dialStdio(dir))
	}
	goleak.VerifyTestMain(m)
}

// standIn is the variable that names the folder of a docker stand-in.
const standIn = "CLOCKER_TEST_DOCKER"

// dialStdio joins stdin and stdout to the socket that a file in the folder
// names, and notes each run there.
func dialStdio(dir string) int {
	runs, err := os.OpenFile(filepath.Join(dir, "runs"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 3
	}
	_, _ = io.WriteString(runs, strings.Join(os.Args[1:], " ")+"\n")
	_ = runs.Close()
	socket, err := os.ReadFile(filepath.Join(dir, "socket"))
	if err != nil {
		return 4
	}
	c, err := net.Dial("unix", string(socket))
	if err != nil {
		return 5
	}
	go func() {
		_, _ = io.Copy(c, os.Stdin)
		_ = c.(*net.UnixConn).CloseWrite()
	}()
	_, _ = io.Copy(os.Stdout, c)
	return 0
}
