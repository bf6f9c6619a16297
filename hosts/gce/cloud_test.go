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

	"google.golang.org/api/compute/v1"

	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
)

// cloud answers as Google's documentation says of Compute Engine: names are
// unique in a zone, what is begun is an operation, a deletion takes its time,
// and lists have pages.
type cloud struct {
	instances []*compute.Instance
	rules     []*compute.Firewall
	failures  map[string]string // what operations end with, by their names
	count     int
	limit     int // instances more; negative is any number
	exhausted bool
	asked     []*compute.Instance
	begun     map[string]map[string]any // operations, by the IDs of their requests
}

const (
	goodToken = "ya29.good"
	inProject = "/compute/v1/projects/shop/"
)

func newCloud() *cloud {
	return &cloud{limit: -1, failures: map[string]string{}, begun: map[string]map[string]any{}}
}

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
		cloudtest.JSON(w, http.StatusOK, map[string]any{"access_token": goodToken, "token_type": "Bearer", "expires_in": 3600})
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
		i := slices.IndexFunc(c.rules, func(there *compute.Firewall) bool { return there.Name == path.Base(r.URL.Path) })
		if i < 0 {
			refuse(w, http.StatusNotFound, "notFound", "The resource was not found")
			return
		}
		cloudtest.JSON(w, http.StatusOK, c.rules[i])
	case "POST firewalls":
		c.insertRule(w, r)
	default:
		refuse(w, http.StatusNotFound, "notFound", "no such method: "+requestName(r))
	}
}

func (c *cloud) insert(w http.ResponseWriter, r *http.Request) {
	i := new(compute.Instance)
	_ = json.NewDecoder(r.Body).Decode(i)
	c.asked = append(c.asked, i)
	id := r.URL.Query().Get("requestId")
	if begun := c.begun[id]; begun != nil {
		cloudtest.JSON(w, http.StatusOK, begun)
		return
	}
	switch {
	case slices.ContainsFunc(c.instances, func(there *compute.Instance) bool { return there.Name == i.Name }):
		refuse(w, http.StatusConflict, "alreadyExists", "The resource 'projects/shop/zones/z/instances/"+i.Name+"' already exists")
		return
	case path.Base(i.MachineType) != "e2-small" || i.Disks[0].InitializeParams.SourceImage == "no-such-image":
		refuse(w, http.StatusBadRequest, "invalid", "Invalid value for field 'resource': '"+i.MachineType+"'. The referenced resource does not exist.")
		return
	case c.limit == 0:
		refuse(w, http.StatusForbidden, "quotaExceeded", "Quota 'INSTANCES' exceeded. Limit: 24.0 in region europe-west3.")
		return
	}
	c.count++
	started := map[string]any{"name": fmt.Sprintf("operation-%d", c.count), "status": "RUNNING", "targetId": strconv.Itoa(c.count)}
	c.begun[id] = started
	if c.exhausted {
		c.failures[started["name"].(string)] = "ZONE_RESOURCE_POOL_EXHAUSTED"
		cloudtest.JSON(w, http.StatusOK, started)
		return
	}
	c.limit--
	made := *i // what was asked for stays as it is
	made.Id, made.Status, made.CreationTimestamp = uint64(c.count), "PROVISIONING", "2026-07-01T00:00:00.000-07:00"
	made.Zone = "https://www.googleapis.com/compute/v1/projects/shop/zones/" + strings.Split(r.URL.Path, "/")[6]
	made.MachineType = "https://www.googleapis.com/compute/v1/projects/shop/" + i.MachineType
	made.NetworkInterfaces = []*compute.NetworkInterface{{
		NetworkIP: fmt.Sprintf("10.156.0.%d", c.count%250), AccessConfigs: []*compute.AccessConfig{{Type: "ONE_TO_ONE_NAT"}},
	}}
	c.instances = append(c.instances, &made)
	cloudtest.JSON(w, http.StatusOK, started)
}

func (c *cloud) wait(w http.ResponseWriter, r *http.Request) {
	name := path.Base(path.Dir(r.URL.Path))
	done := map[string]any{"name": name, "status": "DONE", "targetId": strings.TrimPrefix(name, "operation-")}
	if code := c.failures[name]; code != "" {
		done["error"] = map[string]any{"errors": []any{map[string]any{"code": code, "message": "The zone does not have enough resources available."}}}
	}
	cloudtest.JSON(w, http.StatusOK, done)
}

func (c *cloud) get(w http.ResponseWriter, r *http.Request) {
	if i := c.find(r); i >= 0 {
		cloudtest.JSON(w, http.StatusOK, c.instances[i])
		c.advance(c.instances[i])
		return
	}
	refuse(w, http.StatusNotFound, "notFound", "The resource was not found")
}

// find takes a name or an ID, as Compute Engine does.
func (c *cloud) find(r *http.Request) int {
	wanted := path.Base(r.URL.Path)
	return slices.IndexFunc(c.instances, func(i *compute.Instance) bool { return i.Name == wanted || strconv.FormatUint(i.Id, 10) == wanted })
}

func (c *cloud) delete(w http.ResponseWriter, r *http.Request) {
	i := c.find(r)
	if i < 0 {
		refuse(w, http.StatusNotFound, "notFound", "The resource was not found")
		return
	}
	c.instances[i].Status = "STOPPING"
	cloudtest.JSON(w, http.StatusOK, map[string]any{"name": "operation-delete", "status": "RUNNING"})
}

func (c *cloud) list(w http.ResponseWriter, r *http.Request) {
	key, value, _ := strings.Cut(strings.TrimPrefix(r.URL.Query().Get("filter"), "labels."), "=")
	value, _ = strconv.Unquote(value)
	var found []*compute.Instance
	for _, i := range c.instances {
		if i.Labels[key] == value {
			found = append(found, i)
		}
	}
	here, next := part(r.URL.Query(), found)
	zones := map[string]compute.InstancesScopedList{"zones/us-east1-b": {Warning: &compute.InstancesScopedListWarning{Code: "NO_RESULTS_ON_PAGE"}}}
	for _, i := range here {
		seen := *i
		seen.Metadata = nil // it isn't among the fields that are asked for
		zone := "zones/" + path.Base(i.Zone)
		zones[zone] = compute.InstancesScopedList{Instances: append(zones[zone].Instances, &seen)}
		c.advance(i)
	}
	cloudtest.JSON(w, http.StatusOK, map[string]any{"items": zones, "nextPageToken": next})
}

// advance is what time does to an instance.
func (c *cloud) advance(i *compute.Instance) {
	switch i.Status {
	case "PROVISIONING":
		i.Status = "RUNNING"
		i.NetworkInterfaces[0].AccessConfigs[0].NatIP = "198.51.100.7"
	case "STOPPING":
		c.instances = slices.DeleteFunc(c.instances, func(there *compute.Instance) bool { return there == i })
	}
}

func (c *cloud) insertRule(w http.ResponseWriter, r *http.Request) {
	asked := new(compute.Firewall)
	_ = json.NewDecoder(r.Body).Decode(asked)
	if slices.ContainsFunc(c.rules, func(there *compute.Firewall) bool { return there.Name == asked.Name }) {
		refuse(w, http.StatusConflict, "alreadyExists", "The resource already exists")
		return
	}
	c.rules = append(c.rules, asked)
	cloudtest.JSON(w, http.StatusOK, map[string]any{"name": "operation-firewall", "status": "RUNNING"})
}

func page[T any](w http.ResponseWriter, r *http.Request, all []T) {
	here, next := part(r.URL.Query(), all)
	cloudtest.JSON(w, http.StatusOK, map[string]any{"items": here, "nextPageToken": next})
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

func refuse(w http.ResponseWriter, status int, reason, message string) {
	cloudtest.JSON(w, status, refusalBody(status, reason, message))
}

func refusalBody(status int, reason, message string) map[string]any {
	return map[string]any{"error": map[string]any{
		"code": status, "message": message,
		"errors": []any{map[string]any{"message": message, "domain": "global", "reason": reason}},
	}}
}
