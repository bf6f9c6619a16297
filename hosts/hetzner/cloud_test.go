package hetzner

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
)

// cloud answers as Hetzner's documentation says of its API: names are unique,
// a new server is initializing until it has been looked at, and lists have
// pages of at most fifty.
type cloud struct {
	servers   []*server
	firewalls []map[string]any
	lastID    int
	limit     int // servers more; negative is any number
	locked    int // deletions that are refused, as the server is locked
	asked     []map[string]any
}

type server struct {
	ID         int               `json:"id"`
	Name       string            `json:"name"`
	Status     string            `json:"status"`
	Created    string            `json:"created"`
	Labels     map[string]string `json:"labels"`
	ServerType map[string]any    `json:"server_type"`
	PublicNet  map[string]any    `json:"public_net"`
	PrivateNet []map[string]any  `json:"private_net"`
}

const goodToken = "LRK9DAWQ1ZAEFSrCNEEzLCUwhYX1U3g7wMg4dTlkkDC96fyDuyJ39nVbVjCKSDfj"

func newCloud() *cloud { return &cloud{limit: -1, lastID: 42} }

// requestName is how tests speak of a request: "GET /servers".
func requestName(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/v1")
	if rest, ok := strings.CutPrefix(path, "/servers/"); ok && rest != "" {
		path = "/servers/ID"
	}
	return r.Method + " " + path
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+goodToken {
		refuse(w, http.StatusUnauthorized, "unauthorized", "unable to authenticate")
		return
	}
	switch requestName(r) {
	case "POST /servers":
		c.create(w, r)
	case "GET /servers":
		c.list(w, r)
	case "DELETE /servers/ID":
		c.delete(w, r)
	case "GET /server_types":
		page(w, r, "server_types", serverTypes())
	case "GET /pricing":
		cloudtest.JSON(w, http.StatusOK, map[string]any{"pricing": map[string]any{"currency": "EUR", "vat_rate": "19.00"}})
	case "GET /networks":
		page(w, r, "networks", named(r, []map[string]any{{"id": 7, "name": "inside", "ip_range": "10.0.0.0/16"}}))
	case "GET /ssh_keys":
		page(w, r, "ssh_keys", named(r, []map[string]any{{"id": 8, "name": "mine", "public_key": "ssh-ed25519 AAAA"}}))
	case "GET /firewalls":
		page(w, r, "firewalls", named(r, c.firewalls))
	case "POST /firewalls":
		c.createFirewall(w, r)
	default:
		refuse(w, http.StatusNotFound, "not_found", "no such endpoint: "+requestName(r))
	}
}

func (c *cloud) create(w http.ResponseWriter, r *http.Request) {
	body := cloudtest.Body(r)
	c.asked = append(c.asked, body)
	name, size := body["name"].(string), body["server_type"].(string)
	switch {
	case slices.ContainsFunc(c.servers, func(s *server) bool { return s.Name == name }):
		refuse(w, http.StatusConflict, "uniqueness_error", "server name is already used")
		return
	case size != "cx23" || body["image"] == "no-such-image" || body["location"] == "no-such-region":
		refuse(w, http.StatusUnprocessableEntity, "invalid_input", "invalid input in fields")
		return
	case c.limit == 0:
		refuse(w, http.StatusForbidden, "resource_limit_exceeded", "server limit reached")
		return
	}
	c.limit--
	c.lastID++
	s := &server{
		ID: c.lastID, Name: name, Status: "initializing", Created: "2026-01-30T23:50:00+00:00",
		Labels: map[string]string{}, ServerType: map[string]any{"id": 1, "name": size},
		PublicNet: map[string]any{"ipv4": map[string]any{"id": 1, "ip": fmt.Sprintf("198.51.100.%d", c.lastID%250)}},
	}
	for key, value := range body["labels"].(map[string]any) {
		s.Labels[key] = value.(string)
	}
	if body["networks"] != nil {
		s.PrivateNet = []map[string]any{{"network": 7, "ip": fmt.Sprintf("10.0.0.%d", c.lastID%250)}}
	}
	c.servers = append(c.servers, s)
	cloudtest.JSON(w, http.StatusCreated, map[string]any{"server": s, "action": action(), "next_actions": []any{}})
}

func (c *cloud) list(w http.ResponseWriter, r *http.Request) {
	var found []*server
	for _, s := range c.servers {
		key, value, selected := strings.Cut(r.URL.Query().Get("label_selector"), "=")
		name := r.URL.Query().Get("name")
		if (selected && s.Labels[key] != value) || (name != "" && s.Name != name) {
			continue
		}
		found = append(found, s)
	}
	page(w, r, "servers", found)
	for _, s := range found {
		if s.Status == "initializing" {
			s.Status = "running"
		}
	}
}

func (c *cloud) delete(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	i := slices.IndexFunc(c.servers, func(s *server) bool { return s.ID == id })
	switch {
	case i < 0:
		refuse(w, http.StatusNotFound, "not_found", "server not found")
	case c.locked > 0:
		c.locked--
		refuse(w, http.StatusLocked, "locked", "server is locked")
	default:
		c.servers = slices.Delete(c.servers, i, i+1)
		cloudtest.JSON(w, http.StatusOK, map[string]any{"action": action()})
	}
}

func (c *cloud) createFirewall(w http.ResponseWriter, r *http.Request) {
	body := cloudtest.Body(r)
	if slices.ContainsFunc(c.firewalls, func(f map[string]any) bool { return f["name"] == body["name"] }) {
		refuse(w, http.StatusConflict, "uniqueness_error", "name is already used")
		return
	}
	body["id"] = 9
	c.firewalls = append(c.firewalls, body)
	cloudtest.JSON(w, http.StatusCreated, map[string]any{"firewall": body, "actions": []any{}})
}

func named(r *http.Request, all []map[string]any) []map[string]any {
	return slices.DeleteFunc(slices.Clone(all), func(there map[string]any) bool { return there["name"] != r.URL.Query().Get("name") })
}

// page answers with the part of the list that was asked for.
func page[T any](w http.ResponseWriter, r *http.Request, what string, all []T) {
	number, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	number, size = max(number, 1), min(max(size, 1), 50)
	last := max(1, (len(all)+size-1)/size)
	pagination := map[string]any{"page": number, "per_page": size, "last_page": last, "total_entries": len(all)}
	if number < last {
		pagination["next_page"] = number + 1
	}
	here := all[min((number-1)*size, len(all)):min(number*size, len(all))]
	cloudtest.JSON(w, http.StatusOK, map[string]any{what: append([]T{}, here...), "meta": map[string]any{"pagination": pagination}})
}

func serverTypes() []map[string]any {
	priced := func(region, gross string) map[string]any {
		return map[string]any{"location": region, "price_hourly": map[string]any{"net": "0.0050", "gross": gross}, "price_monthly": map[string]any{"net": "3.0", "gross": "3.6"}}
	}
	kind := func(id int, name, arch string, cores int, memory float64, prices ...map[string]any) map[string]any {
		return map[string]any{"id": id, "name": name, "architecture": arch, "cores": cores, "memory": memory, "prices": prices}
	}
	old := kind(3, "cx11", "x86", 1, 2, priced("fsn1", "0.0040"))
	old["locations"] = []map[string]any{{"id": 1, "name": "fsn1", "deprecation": map[string]any{
		"announced": "2025-01-01T00:00:00+00:00", "unavailable_after": "2025-06-01T00:00:00+00:00",
	}}}
	return []map[string]any{
		kind(1, "cx23", "x86", 2, 4, priced("fsn1", "0.0059500000000000"), priced("nbg1", "0.0060")),
		kind(2, "cax11", "arm", 2, 4, priced("fsn1", "0.0064")),
		old,
		kind(4, "ccx13", "x86", 2, 8, priced("nbg1", "0.02")),
	}
}

func action() map[string]any {
	return map[string]any{"id": 1, "command": "create_server", "status": "running", "progress": 0, "started": time.Unix(0, 0).UTC().Format(time.RFC3339), "resources": []any{}}
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	cloudtest.JSON(w, status, map[string]any{"error": map[string]any{"code": code, "message": message}})
}
