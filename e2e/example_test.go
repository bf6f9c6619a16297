//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// The example is what newcomers run first: one service on each host, the front asking the two others by name.
func TestExampleAnswersOverThreeHosts(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		shop := l.Project(t, example(t, "compose.yaml"))
		assert.NilError(t, os.WriteFile(shop.folder+"/shop.py", []byte(example(t, "shop.py")), 0o600))
		shop.Up(t, "--wait")

		hosts := map[string]bool{}
		for _, r := range shop.Ps(t) {
			hosts[r.Host] = true
		}
		assert.Equal(t, len(hosts), 3, "hosts in use: %v", hosts)

		address := l.HostNamed(t, shop.Replica(t, "web").Host).Address(t)
		page := get(t, "http://"+address+":8080/")
		assert.Equal(t, count(t, page, "visits"), 1, page)
		assert.Equal(t, count(t, page, "orders"), 1, page)
		page = get(t, "http://"+address+":8080/")
		assert.Equal(t, count(t, page, "visits"), 2, page)
		assert.Equal(t, count(t, page, "orders"), 2, page)

		// a published port answers on the other hosts and on its own, too
		for _, h := range l.Hosts() {
			out, err := h.Run("curl", "-sS", "--max-time", "5", "http://"+address+":8080/healthz")
			assert.NilError(t, err, "from %s", h)
			assert.Equal(t, out, "ok")
		}

		r := shop.Do(t, "logs")
		logs := r.Stdout + r.Stderr // a container's stderr is shown as such
		for _, service := range []string{"web-1", "cache-1", "db-1"} {
			assert.Assert(t, strings.Contains(logs, service), "no line of %s in:\n%s", service, logs)
		}

		shop.Do(t, "down", "-v")
		assert.DeepEqual(t, shop.Left(t), []string(nil))
	})
}

func example(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile("../examples/shop/" + file)
	assert.NilError(t, err)
	return string(content)
}

// get fetches a page, which may take a moment to be there.
func get(t *testing.T, url string) string {
	t.Helper()
	var page string
	eventually(t, 20*time.Second, "fetched "+url, func() (err error) {
		page, err = fetch(url)
		return err
	})
	return page
}

func fetch(url string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, page)
	}
	return string(page), err
}

func count(t *testing.T, page, of string) int {
	t.Helper()
	found := regexp.MustCompile(`<b>(\d+)</b> ` + of).FindStringSubmatch(page)
	assert.Equal(t, len(found), 2, "no %s in %s", of, page)
	n, err := strconv.Atoi(found[1])
	assert.NilError(t, err)
	return n
}
