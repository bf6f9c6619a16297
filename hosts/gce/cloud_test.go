package gce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cloud answers as Google's documentation says of Compute Engine: names are
// unique in a zone, what is begun is an operation, a deletion takes its time,
// and lists have pages.
type cloud struct {
	instances []*instance
	rules     []rule
	failures  map[string]string // what operations end with, by their names
	count     int
	limit     int // instances more; negative is any number
	exhausted bool
	asked     []instance
}

const (
	goodToken = "ya29.good"
	inProject = "/compute/v1/projects/shop/"
)

func newCloud() *cloud { return &cloud{limit: -1, failures: map[string]string{}} }

// requestName is how tests speak of a request: "GET instances/ID".
func requestName(r *http.Request) string {
	if r.URL.Path == "/token" {
		return "token"
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, inProject), "/")
	if parts[0] == "zones" || parts[0] == "global" {
		parts = parts[1:]
		if parts[0] != "firewalls" {
			parts = parts[1:]
		}
	}
	if len(parts) > 1 && parts[0] != "aggregated" {
		parts[1] = "ID"
	}
	return r.Method + " " + strings.Join(parts, "/")
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		answer(w, http.StatusOK, map[string]any{"access_token": goodToken, "token_type": "Bearer", "expires_in": 3600})
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+goodToken {
		refuse(w, http.StatusUnauthorized, "authError", "Invalid Credentials")
		return
	}
	switch requestName(r) {
	case "POST instances":
		c.insert(w, r)
	case "GET instances/ID":
		c.get(w, r)
	case "DELETE instances/ID":
		c.delete(w, r)
	case "GET aggregated/instances":
		c.list(w, r)
	case "POST operations/ID/wait":
		c.wait(w, r)
	case "GET machineTypes":
		page(w, r, []map[string]any{
			{"name": "e2-small", "guestCpus": 2, "memoryMb": 2048, "architecture": "X86_64"},
			{"name": "t2a-standard-1", "guestCpus": 1, "memoryMb": 4096, "architecture": "ARM64"},
			{"name": "n1-old", "guestCpus": 1, "memoryMb": 4096, "deprecated": map[string]any{"state": "DEPRECATED"}},
		})
	case "GET firewalls/ID":
		i := slices.IndexFunc(c.rules, func(there rule) bool { return there.Name == path.Base(r.URL.Path) })
		if i < 0 {
			refuse(w, http.StatusNotFound, "notFound", "The resource was not found")
			return
		}
		answer(w, http.StatusOK, c.rules[i])
	case "POST firewalls":
		c.insertRule(w, r)
	default:
		refuse(w, http.StatusNotFound, "notFound", "no such method: "+requestName(r))
	}
}

func (c *cloud) insert(w http.ResponseWriter, r *http.Request) {
	var i instance
	_ = json.NewDecoder(r.Body).Decode(&i)
	c.asked = append(c.asked, i)
	switch {
	case slices.ContainsFunc(c.instances, func(there *instance) bool { return there.Name == i.Name }):
		refuse(w, http.StatusConflict, "alreadyExists", "The resource 'projects/shop/zones/z/instances/"+i.Name+"' already exists")
		return
	case path.Base(i.MachineType) != "e2-small" || i.Disks[0].Initialize.SourceImage == "no-such-image":
		refuse(w, http.StatusBadRequest, "invalid", "Invalid value for field 'resource': '"+i.MachineType+"'. The referenced resource does not exist.")
		return
	case c.limit == 0:
		refuse(w, http.StatusForbidden, "quotaExceeded", "Quota 'INSTANCES' exceeded. Limit: 24.0 in region europe-west3.")
		return
	}
	c.count++
	started := map[string]any{"name": fmt.Sprintf("operation-%d", c.count), "status": "RUNNING", "targetId": strconv.Itoa(c.count)}
	if c.exhausted {
		c.failures[started["name"].(string)] = "ZONE_RESOURCE_POOL_EXHAUSTED"
		answer(w, http.StatusOK, started)
		return
	}
	c.limit--
	i.ID, i.Status, i.Created = strconv.Itoa(c.count), "PROVISIONING", time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	i.Zone = "https://www.googleapis.com/compute/v1/projects/shop/zones/" + strings.Split(r.URL.Path, "/")[6]
	i.MachineType = "https://www.googleapis.com/compute/v1/projects/shop/" + i.MachineType
	i.Interfaces = slices.Clone(i.Interfaces) // those that were asked for stay as they are
	i.Interfaces[0].Access = slices.Clone(i.Interfaces[0].Access)
	i.Interfaces[0].Address = fmt.Sprintf("10.156.0.%d", c.count%250)
	c.instances = append(c.instances, &i)
	answer(w, http.StatusOK, started)
}

func (c *cloud) wait(w http.ResponseWriter, r *http.Request) {
	name := path.Base(path.Dir(r.URL.Path))
	done := map[string]any{"name": name, "status": "DONE", "targetId": strings.TrimPrefix(name, "operation-")}
	if code := c.failures[name]; code != "" {
		done["error"] = map[string]any{"errors": []any{map[string]any{"code": code, "message": "The zone does not have enough resources available."}}}
	}
	answer(w, http.StatusOK, done)
}

func (c *cloud) get(w http.ResponseWriter, r *http.Request) {
	if i := c.find(r); i >= 0 {
		answer(w, http.StatusOK, c.instances[i])
		c.advance(c.instances[i])
		return
	}
	refuse(w, http.StatusNotFound, "notFound", "The resource was not found")
}

// find takes a name or an ID, as Compute Engine does.
func (c *cloud) find(r *http.Request) int {
	wanted := path.Base(r.URL.Path)
	return slices.IndexFunc(c.instances, func(i *instance) bool { return i.Name == wanted || i.ID == wanted })
}

func (c *cloud) delete(w http.ResponseWriter, r *http.Request) {
	i := c.find(r)
	if i < 0 {
		refuse(w, http.StatusNotFound, "notFound", "The resource was not found")
		return
	}
	c.instances[i].Status = "STOPPING"
	answer(w, http.StatusOK, map[string]any{"name": "operation-delete", "status": "RUNNING"})
}

func (c *cloud) list(w http.ResponseWriter, r *http.Request) {
	key, value, _ := strings.Cut(strings.TrimPrefix(r.URL.Query().Get("filter"), "labels."), "=")
	value, _ = strconv.Unquote(value)
	var found []*instance
	for _, i := range c.instances {
		if i.Labels[key] == value {
			found = append(found, i)
		}
	}
	here, next := part(r.URL.Query(), found)
	zones := map[string]any{"zones/us-east1-b": map[string]any{"warning": map[string]any{"code": "NO_RESULTS_ON_PAGE"}}}
	for _, i := range here {
		zone := "zones/" + path.Base(i.Zone)
		there, _ := zones[zone].(map[string][]instance)
		if there == nil {
			there = map[string][]instance{}
		}
		there["instances"] = append(there["instances"], *i)
		zones[zone] = there
		c.advance(i)
	}
	answer(w, http.StatusOK, map[string]any{"items": zones, "nextPageToken": next})
}

// advance is what time does to an instance.
func (c *cloud) advance(i *instance) {
	switch i.Status {
	case "PROVISIONING":
		i.Status = "RUNNING"
		i.Interfaces[0].Access[0].Address = "198.51.100.7"
	case "STOPPING":
		c.instances = slices.DeleteFunc(c.instances, func(there *instance) bool { return there == i })
	}
}

func (c *cloud) insertRule(w http.ResponseWriter, r *http.Request) {
	var asked rule
	_ = json.NewDecoder(r.Body).Decode(&asked)
	if slices.ContainsFunc(c.rules, func(there rule) bool { return there.Name == asked.Name }) {
		refuse(w, http.StatusConflict, "alreadyExists", "The resource already exists")
		return
	}
	c.rules = append(c.rules, asked)
	answer(w, http.StatusOK, map[string]any{"name": "operation-firewall", "status": "RUNNING"})
}

func page[T any](w http.ResponseWriter, r *http.Request, all []T) {
	here, next := part(r.URL.Query(), all)
	answer(w, http.StatusOK, map[string]any{"items": here, "nextPageToken": next})
}

// part is the page that was asked for; Google may answer with less than that.
func part[T any](q url.Values, all []T) ([]T, string) {
	from, _ := strconv.Atoi(q.Get("pageToken"))
	size, _ := strconv.Atoi(q.Get("maxResults"))
	to := min(from+min(size, 100), len(all))
	if to < len(all) {
		return all[from:to], strconv.Itoa(to)
	}
	return all[from:], ""
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, reason, message string) {
	answer(w, status, refusalBody(status, reason, message))
}

func refusalBody(status int, reason, message string) map[string]any {
	return map[string]any{"error": map[string]any{
		"code": status, "message": message,
		"errors": []any{map[string]any{"message": message, "domain": "global", "reason": reason}},
	}}
}
