//go:build clouds

package clouds

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// limit is for one test, on a machine that has other things to do as well.
const limit = 10 * time.Minute

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit) // the test's own ends before its cleanup
	t.Cleanup(cancel)
	return ctx
}

// open is a provider as the program opens it.
func open(t *testing.T, kind hosts.ProviderKind, l hosts.Location) (hosts.Provider, error) {
	t.Helper()
	return kind.Open(hosts.ProviderSetup{Location: l, Variable: os.Getenv, Home: t.TempDir(), Directory: t.TempDir(), Folder: t.TempDir()})
}

func opened(t *testing.T, kind hosts.ProviderKind, l hosts.Location) hosts.Provider {
	t.Helper()
	p, err := open(t, kind, l)
	assert.NilError(t, err)
	return p
}

// command runs the program that holds the clouds.
func command(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(within(t), "./clouds", args...).CombinedOutput()
	assert.NilError(t, err, "%s", out)
}

// with is a template with more in it.
func with(t hosts.Template, more hosts.Template) hosts.Template {
	all := hosts.Template{}
	for _, from := range []hosts.Template{t, more} {
		for k, v := range from {
			all[k] = v
		}
	}
	return all
}
