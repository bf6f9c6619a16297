package driver

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/driver/protocol"
	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// found tells by how many containers each is found: those that the router is
// told of, and those that containers of the host find.
func found(d *Driver, name string) [2]int {
	records := 0
	for _, r := range d.Records() {
		if strings.HasPrefix(r.FQDN, name+".") {
			records++
		}
	}
	return [2]int{records, len(d.Local("shop_default", name))}
}

func TestWithheldContainerIsFoundByNoName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		d := start(t, h, file(t))
		assert.NilError(t, d.CreateNetwork(t.Context(), createNetwork("n1", "shop_default", "0")))
		enter(t, d, "n1", "e1", "10.32.0.5/24", "s1", map[string]any{hosts.OptionNames: "web,shop-web-1"})
		published := h.published
		assert.NilError(t, d.Withhold(t.Context(), "shop-web-1", time.Minute))
		assert.Equal(t, h.published, published+1, "the router is told at once")
		assert.NilError(t, d.Withhold(t.Context(), "shop-web-2", 2*time.Minute)) // which comes later
		enter(t, d, "n1", "e2", "10.32.0.6/24", "s2", map[string]any{hosts.OptionNames: "web,shop-web-2"})
		enter(t, d, "n1", "e3", "10.32.0.7/24", "s3", map[string]any{hosts.OptionNames: "web,shop-web-3"})
		assert.Equal(t, found(d, "web"), [2]int{1, 1})
		assert.Equal(t, found(d, "shop-web-1"), [2]int{0, 0})
		_, asks := d.Asker(d.Store.Endpoints()[0].Address)
		assert.Assert(t, asks, "it finds others all the while")

		time.Sleep(time.Minute)
		assert.Equal(t, found(d, "web"), [2]int{2, 2}, "whoever withheld the first has died")
		assert.NilError(t, d.Withhold(t.Context(), "shop-web-2", 0))
		assert.Equal(t, found(d, "web"), [2]int{3, 3})
		assert.Equal(t, len(d.withheld.until), 0, "nothing is kept for ever")

		assert.NilError(t, d.Leave(t.Context(), protocol.Endpoint{NetworkID: "n1", EndpointID: "e1"}))
		assert.Equal(t, found(d, "web"), [2]int{2, 2})
	})
}

func TestControl(t *testing.T) {
	h := newHost()
	d := start(t, h, file(t))
	var fails error
	d.Publish = func(context.Context) error { return fails }
	ask := func(method, container, seconds string) (int, string) {
		form := url.Values{notes.ValueContainer: {container}, notes.ValueSeconds: {seconds}}
		r := httptest.NewRequest(method, notes.PathWithhold, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		Control(d).ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	code, _ := ask(http.MethodPost, "Shop-Web-1", "60")
	assert.Equal(t, code, http.StatusOK)
	assert.Assert(t, d.withheld.has([]string{"web", "shop-web-1"}), "names are as endpoints have them")

	for _, wrong := range [][2]string{{"", "60"}, {"web", ""}, {"web", "-1"}, {"web", "1m"}} {
		code, said := ask(http.MethodPost, wrong[0], wrong[1])
		assert.Equal(t, code, http.StatusBadRequest, "%v", wrong)
		assert.Equal(t, said, "give a container's name and a number of seconds\n")
	}
	code, _ = ask(http.MethodGet, "web", "60")
	assert.Equal(t, code, http.StatusMethodNotAllowed)
	code, _ = ask(http.MethodPost, "web", "999999999")
	assert.Equal(t, code, http.StatusOK)
	assert.Assert(t, time.Until(d.withheld.until["web"]) <= longest)

	fails = errors.New("the router is gone")
	code, said := ask(http.MethodPost, "web", "60")
	assert.Equal(t, code, http.StatusServiceUnavailable)
	assert.Equal(t, said, "the router is gone\n")
}
