package openstack_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// simulated answers as the reference of OpenStack's interfaces says that
// identity, compute, image and network do: https://docs.openstack.org/api-ref/.
type simulated struct {
	*httptest.Server
	t *testing.T

	mutex    sync.Mutex
	servers  []*server
	floating []*floatingIP
	tokens   map[string]bool
	logins   int
	asked    []string
	created  []map[string]any
	images   []map[string]any
	networks []map[string]any

	// What is to go wrong. limit is how many servers there may be; fewer than 0 is any number.
	limit    int
	full     bool
	lose     bool
	throttle int
	pageSize int
	fipQuota bool
	// looksToGo are the times that a server is seen in each state of its making.
	looksToGo int
	// onCreate and onFloat are called when a server and an address are ordered.
	onCreate, onFloat func()
}

type server struct {
	fields map[string]any
	// looks are the times that it was seen, and dying those since its deletion.
	looks, dying int
	// deleted tells that a deletion was ordered, late that it was while the server
	// was being made: it runs for a moment then.
	deleted, late bool
}

type floatingIP struct {
	ID          string `json:"id"`
	PortID      string `json:"port_id"`
	Description string `json:"description"`
	Address     string `json:"floating_ip_address"`
	Network     string `json:"floating_network_id"`
}

func simulate(t *testing.T) *simulated {
	s := &simulated{
		t: t, tokens: map[string]bool{}, limit: -1, pageSize: 10, looksToGo: 1,
		images: []map[string]any{
			{"id": "image-1", "name": "debian-12", "status": "active"},
			{"id": "image-2", "name": "twice", "status": "active"},
			{"id": "image-3", "name": "twice", "status": "active"},
		},
		networks: []map[string]any{
			{"id": "network-1", "name": "lan"},
			{"id": "network-2", "name": "storage"},
			{"id": "network-3", "name": "outside", "router:external": true},
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /identity/v3/{$}", s.version("v3.14"))
	mux.HandleFunc("POST /identity/v3/auth/tokens", s.login)
	mux.HandleFunc("GET /compute/v2.1/{$}", s.version("v2.1"))
	mux.HandleFunc("GET /compute/v2.1/servers/detail", s.known(s.listServers))
	mux.HandleFunc("POST /compute/v2.1/servers", s.known(s.createServer))
	mux.HandleFunc("GET /compute/v2.1/servers/{id}", s.known(s.getServer))
	mux.HandleFunc("DELETE /compute/v2.1/servers/{id}", s.known(s.deleteServer))
	mux.HandleFunc("GET /compute/v2.1/flavors/detail", s.known(s.listFlavors))
	mux.HandleFunc("GET /image/{$}", s.versions("v2.16", "/image/v2/"))
	mux.HandleFunc("GET /image/v2/images", s.known(s.listImages))
	mux.HandleFunc("GET /image/v2/images/{id}", s.known(s.getImage))
	mux.HandleFunc("GET /network/{$}", s.versions("v2.0", "/network/v2.0/"))
	mux.HandleFunc("GET /network/v2.0/networks", s.known(s.listNetworks))
	mux.HandleFunc("GET /network/v2.0/ports", s.known(s.listPorts))
	mux.HandleFunc("GET /network/v2.0/floatingips", s.known(s.listFloating))
	mux.HandleFunc("POST /network/v2.0/floatingips", s.known(s.createFloating))
	mux.HandleFunc("PUT /network/v2.0/floatingips/{id}", s.known(s.tieFloating))
	mux.HandleFunc("DELETE /network/v2.0/floatingips/{id}", s.known(s.deleteFloating))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.asked = append(s.asked, r.Method+" "+r.URL.Path)
		if s.throttle > 0 && strings.HasPrefix(r.URL.Path, "/compute/v2.1/s") {
			s.throttle--
			w.Header().Set("Retry-After", "0")
			answer(w, http.StatusTooManyRequests, map[string]any{"overLimit": map[string]any{"code": 429, "message": "This request was rate-limited."}})
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func (s *simulated) version(id string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, map[string]any{"version": map[string]any{
			"id": id, "status": "CURRENT", "version": "2.93", "min_version": "2.1",
			"links": []any{map[string]any{"rel": "self", "href": s.URL + r.URL.Path}},
		}})
	}
}

func (s *simulated) versions(id, path string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"versions": []any{map[string]any{
			"id": id, "status": "CURRENT", "links": []any{map[string]any{"rel": "self", "href": s.URL + path}},
		}}})
	}
}

func (s *simulated) login(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Auth struct {
			Identity struct {
				Password struct {
					User struct{ Password string }
				}
			}
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		s.t.Errorf("login: %v", err)
	}
	if body.Auth.Identity.Password.User.Password != "correct" {
		answer(w, http.StatusUnauthorized, map[string]any{"error": map[string]any{
			"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized",
		}})
		return
	}
	s.logins++
	token := fmt.Sprintf("token-%d", s.logins)
	s.tokens[token] = true
	var catalog []any
	for kind, path := range map[string]string{"compute": "/compute/v2.1", "image": "/image", "network": "/network"} {
		catalog = append(catalog, map[string]any{"type": kind, "name": kind, "endpoints": []any{
			map[string]any{"interface": "public", "region": "north", "region_id": "north", "url": s.URL + path},
		}})
	}
	w.Header().Set("X-Subject-Token", token)
	answer(w, http.StatusCreated, map[string]any{"token": map[string]any{
		"catalog": catalog, "expires_at": time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000000Z"),
	}})
}

// known lets those in that have a token that is good.
func (s *simulated) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.tokens[r.Header.Get("X-Auth-Token")] {
			answer(w, http.StatusUnauthorized, map[string]any{"error": map[string]any{"message": "The token has expired."}})
			return
		}
		next(w, r)
	}
}

// expire makes all tokens worthless.
func (s *simulated) expire() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.tokens = map[string]bool{}
}

// set changes what goes wrong, between requests.
func (s *simulated) set(change func(*simulated)) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	change(s)
}

// age ends what a deletion has begun: a server is seen once more before it is gone.
func (s *simulated) age() {
	s.servers = slices.DeleteFunc(s.servers, func(one *server) bool {
		if !one.deleted {
			return false
		}
		one.dying++
		if one.dying == 2 && one.late {
			one.fields["status"], one.fields["OS-EXT-STS:task_state"] = "ACTIVE", ""
			return false
		}
		return one.dying > 1
	})
}

func (s *simulated) listServers(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("marker") == "" {
		s.age()
	}
	from := 0
	if marker := r.URL.Query().Get("marker"); marker != "" {
		from = 1 + slices.IndexFunc(s.servers, func(one *server) bool { return one.fields["id"] == marker })
	}
	to := min(from+s.pageSize, len(s.servers))
	page := []any{}
	for _, one := range s.servers[from:to] {
		page = append(page, s.look(one))
	}
	body := map[string]any{"servers": page}
	if to < len(s.servers) {
		next := s.URL + r.URL.Path + "?marker=" + s.servers[to-1].fields["id"].(string)
		body["servers_links"] = []any{map[string]any{"rel": "next", "href": next}}
	}
	answer(w, http.StatusOK, body)
}

// look shows a server, which is further each time.
func (s *simulated) look(one *server) map[string]any {
	one.looks++
	switch {
	case one.fields["status"] != "BUILD", one.dying > 0:
	case one.looks <= s.looksToGo:
	case s.full:
		one.fields["status"] = "ERROR"
		one.fields["fault"] = map[string]any{"code": 500, "message": "No valid host was found. There are not enough hosts available.", "created": "2026-01-02T03:04:05Z"}
	case one.looks <= 2*s.looksToGo:
		one.fields["OS-EXT-STS:task_state"] = "spawning"
	default:
		one.fields["status"] = "ACTIVE"
		one.fields["OS-EXT-STS:task_state"] = nil
	}
	fields := map[string]any{"addresses": s.addresses(one)}
	for k, v := range one.fields {
		fields[k] = v
	}
	return fields
}

func (s *simulated) addresses(one *server) map[string]any {
	if one.fields["status"] != "ACTIVE" {
		return map[string]any{}
	}
	id := one.fields["id"].(string)
	number := strings.TrimPrefix(id, "server-")
	lan := []any{
		map[string]any{"addr": "fd00::" + number, "version": 6, "OS-EXT-IPS:type": "fixed"},
		map[string]any{"addr": "10.20.0." + number, "version": 4, "OS-EXT-IPS:type": "fixed"},
	}
	for _, f := range s.floating {
		if f.PortID == "port-"+id {
			lan = append(lan, map[string]any{"addr": f.Address, "version": 4, "OS-EXT-IPS:type": "floating"})
		}
	}
	return map[string]any{
		"lan":     lan,
		"a-first": []any{map[string]any{"addr": "10.30.0." + number, "version": 4, "OS-EXT-IPS:type": "fixed"}},
	}
}

func (s *simulated) createServer(w http.ResponseWriter, r *http.Request) {
	var body struct{ Server map[string]any }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		s.t.Errorf("create: %v", err)
	}
	if s.limit >= 0 && s.staying() >= s.limit {
		answer(w, http.StatusForbidden, map[string]any{"forbidden": map[string]any{
			"code": 403, "message": fmt.Sprintf("Quota exceeded for instances: Requested 1, but already used %d of %d instances", s.staying(), s.limit),
		}})
		return
	}
	s.created = append(s.created, body.Server)
	id := "server-" + strconv.Itoa(len(s.created))
	s.servers = append(s.servers, &server{fields: map[string]any{
		"id": id, "name": body.Server["name"], "metadata": body.Server["metadata"],
		"status": "BUILD", "OS-EXT-STS:task_state": "scheduling", "created": time.Now().UTC().Format(time.RFC3339),
	}})
	if s.onCreate != nil {
		s.onCreate()
	}
	if s.lose {
		s.lose = false
		panic(http.ErrAbortHandler)
	}
	answer(w, http.StatusAccepted, map[string]any{"server": map[string]any{"id": id, "adminPass": "x"}})
}

func (s *simulated) find(id string) *server {
	for _, one := range s.servers {
		if one.fields["id"] == id {
			return one
		}
	}
	return nil
}

func (s *simulated) getServer(w http.ResponseWriter, r *http.Request) {
	s.age()
	if one := s.find(r.PathValue("id")); one != nil {
		answer(w, http.StatusOK, map[string]any{"server": s.look(one)})
		return
	}
	s.notFound(w, "Instance "+r.PathValue("id")+" could not be found.")
}

func (s *simulated) notFound(w http.ResponseWriter, words string) {
	answer(w, http.StatusNotFound, map[string]any{"itemNotFound": map[string]any{"code": 404, "message": words}})
}

func (s *simulated) deleteServer(w http.ResponseWriter, r *http.Request) {
	one := s.find(r.PathValue("id"))
	if one == nil {
		s.notFound(w, "Instance "+r.PathValue("id")+" could not be found.")
		return
	}
	one.late = one.late || one.fields["status"] == "BUILD"
	one.fields["OS-EXT-STS:task_state"], one.deleted = "deleting", true
	w.WriteHeader(http.StatusNoContent)
}

func (s *simulated) listFlavors(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"flavors": []any{
		map[string]any{"id": "1", "name": "small", "vcpus": 1, "ram": 1024, "disk": 10, "swap": ""},
		map[string]any{"id": "2", "name": "large", "vcpus": 4, "ram": 8192, "disk": 40, "swap": ""},
	}})
}

func (s *simulated) listImages(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, map[string]any{"images": matching(s.images, r, "name", "id")})
}

func (s *simulated) getImage(w http.ResponseWriter, r *http.Request) {
	for _, image := range s.images {
		if image["id"] == r.PathValue("id") {
			answer(w, http.StatusOK, image)
			return
		}
	}
	http.Error(w, "<html><head><title>404 Not Found</title></head></html>", http.StatusNotFound)
}

func (s *simulated) listNetworks(w http.ResponseWriter, r *http.Request) {
	answer(w, http.StatusOK, map[string]any{"networks": matching(s.networks, r, "name", "id")})
}

func matching(all []map[string]any, r *http.Request, keys ...string) []any {
	found := []any{}
	for _, one := range all {
		if !slices.ContainsFunc(keys, func(key string) bool {
			wanted := r.URL.Query().Get(key)
			return wanted != "" && wanted != one[key]
		}) {
			found = append(found, one)
		}
	}
	return found
}

func (s *simulated) listPorts(w http.ResponseWriter, r *http.Request) {
	ports := []any{}
	device := r.URL.Query().Get("device_id")
	if one := s.find(device); one != nil && one.fields["status"] == "ACTIVE" {
		ports = append(ports, map[string]any{"id": "port-" + device, "device_id": device, "network_id": "network-1"})
	}
	answer(w, http.StatusOK, map[string]any{"ports": ports})
}

func (s *simulated) listFloating(w http.ResponseWriter, r *http.Request) {
	found := []any{}
	for _, f := range s.floating {
		if f.Description == r.URL.Query().Get("description") {
			found = append(found, f)
		}
	}
	answer(w, http.StatusOK, map[string]any{"floatingips": found})
}

func (s *simulated) createFloating(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Floating floatingIP `json:"floatingip"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		s.t.Errorf("create floating IP: %v", err)
	}
	if s.fipQuota {
		answer(w, http.StatusConflict, map[string]any{"NeutronError": map[string]any{
			"type": "OverQuota", "message": "Quota exceeded for resources: ['floatingip'].", "detail": "",
		}})
		return
	}
	if s.onFloat != nil {
		s.onFloat()
	}
	if slices.ContainsFunc(s.floating, func(f *floatingIP) bool { return f.PortID == body.Floating.PortID }) {
		answer(w, http.StatusConflict, map[string]any{"NeutronError": map[string]any{
			"type": "FloatingIPPortAlreadyAssociated", "message": "Cannot associate floating IP, as that fixed IP already has a floating IP on external network.", "detail": "",
		}})
		return
	}
	body.Floating.ID = fmt.Sprintf("fip-%d", len(s.asked))
	body.Floating.Address = fmt.Sprintf("192.0.2.%d", len(s.floating)+1)
	s.floating = append(s.floating, &body.Floating)
	answer(w, http.StatusCreated, map[string]any{"floatingip": body.Floating})
}

func (s *simulated) tieFloating(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Floating floatingIP `json:"floatingip"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		s.t.Errorf("tie floating IP: %v", err)
	}
	for _, f := range s.floating {
		if f.ID == r.PathValue("id") {
			f.PortID = body.Floating.PortID
			answer(w, http.StatusOK, map[string]any{"floatingip": f})
			return
		}
	}
	http.NotFound(w, r)
}

func (s *simulated) deleteFloating(w http.ResponseWriter, r *http.Request) {
	s.floating = slices.DeleteFunc(s.floating, func(f *floatingIP) bool { return f.ID == r.PathValue("id") })
	w.WriteHeader(http.StatusNoContent)
}

// staying counts the servers that are not being deleted.
func (s *simulated) staying() (n int) {
	for _, one := range s.servers {
		if !one.deleted {
			n++
		}
	}
	return n
}
