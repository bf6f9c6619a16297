package records

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gotest.tools/v3/assert"
)

func byValue() cmp.Option {
	return cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
}

func TestListIsOfThisRouterAndAlive(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Check(t, r.URL.Path == "/report" && r.Header.Get("Accept") == "application/json")
		fmt.Fprint(w, `{"Router":{"Name":"02:00:00:00:00:01"},"DNS":{"Entries":[
			{"Hostname":"web.shop.weave.local.","Origin":"02:00:00:00:00:01","ContainerID":"web","Address":"10.32.0.5","Tombstone":0},
			{"Hostname":"web.shop.weave.local.","Origin":"02:00:00:00:00:02","ContainerID":"far","Address":"10.32.0.70","Tombstone":0},
			{"Hostname":"old.shop.weave.local.","Origin":"02:00:00:00:00:01","ContainerID":"old","Address":"10.32.0.6","Tombstone":99}]}}`)
	}))
	t.Cleanup(s.Close)
	all, err := Weaver{URL: s.URL, Client: s.Client()}.List(t.Context())
	assert.NilError(t, err)
	assert.DeepEqual(t, all, []Record{{Owner: "web", FQDN: "web.shop.weave.local.", Address: netip.MustParseAddr("10.32.0.5")}}, byValue())
}

func TestChangesNameOwnerAddressAndName(t *testing.T) {
	var said []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		said = append(said, r.Method+" "+r.URL.Path+" "+r.FormValue("fqdn"))
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	w := Weaver{URL: s.URL, Client: s.Client()}
	assert.NilError(t, w.Put(t.Context(), record("web")))
	assert.NilError(t, w.Delete(t.Context(), record("web")))
	assert.DeepEqual(t, said, []string{"PUT /name/web/10.32.0.5 web.shop.weave.local.", "DELETE /name/web/10.32.0.5 web.shop.weave.local."})
}

func TestRefusalKeepsTheRoutersWords(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no such thing", http.StatusBadRequest)
	}))
	t.Cleanup(s.Close)
	err := Weaver{URL: s.URL, Client: s.Client()}.Put(t.Context(), record("web"))
	assert.ErrorContains(t, err, "no such thing")
}
