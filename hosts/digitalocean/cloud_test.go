package digitalocean

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts/cloudtest"
)

// cloud answers as DigitalOcean's documentation says of its API: names of
// droplets aren't unique, a new one has no address, lists have pages of at most
// 200, and tags outlive what they were on.
type cloud struct {
	droplets  []*droplet
	tags      map[string]bool
	firewalls []map[string]any
	lastID    int
	limit     int // droplets more; negative is any number
	asked     []map[string]any
}

type droplet struct {
	ID       int              `json:"id"`
	Name     string           `json:"name"`
	Status   string           `json:"status"`
	Created  string           `json:"created_at"`
	SizeSlug string           `json:"size_slug"`
	Tags     []string         `json:"tags"`
	Networks map[string][]any `json:"networks"`
}

const goodToken = "dop_v1_0123456789"

func newCloud() *cloud { return &cloud{limit: -1, lastID: 3164440, tags: map[string]bool{}} }

// requestName is how tests speak of a request: "GET /droplets".
func requestName(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.Path, "/v2")
	for _, what := range []string{"/droplets/", "/tags/"} {
		if rest, ok := strings.CutPrefix(path, what); ok && rest != "" {
			path = what + "ID"
		}
	}
	return r.Method + " " + path
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+goodToken {
		refuse(w, http.StatusUnauthorized, "unauthorized", "Unable to authenticate you")
		return
	}
	switch requestName(r) {
	case "POST /droplets":
		c.create(w, r)
	case "GET /droplets":
		c.list(w, r)
	case "DELETE /droplets/ID":
		c.delete(w, r)
	case "GET /sizes":
		page(w, r, "sizes", sizes())
	case "GET /firewalls":
		page(w, r, "firewalls", c.firewalls)
	case "POST /firewalls":
		c.createFirewall(w, r)
	case "POST /tags":
		tag := cloudtest.Body(r)["name"].(string)
		c.tags[tag] = true
		cloudtest.JSON(w, http.StatusCreated, map[string]any{"tag": map[string]any{"name": tag}})
	case "DELETE /tags/ID":
		c.deleteTag(w, r)
	default:
		refuse(w, http.StatusNotFound, "not_found", "The resource you requested could not be found.")
	}
}

func (c *cloud) create(w http.ResponseWriter, r *http.Request) {
	asked := cloudtest.Body(r)
	c.asked = append(c.asked, asked)
	switch {
	case asked["size"] != "s-1vcpu-1gb":
		refuse(w, http.StatusUnprocessableEntity, "unprocessable_entity", "You specified an invalid size for Droplet creation.")
		return
	case asked["image"] == "no-such-image" || asked["region"] == "no-such-region":
		refuse(w, http.StatusUnprocessableEntity, "unprocessable_entity", "You specified an invalid image or region for Droplet creation.")
		return
	case c.limit == 0:
		refuse(w, http.StatusUnprocessableEntity, "unprocessable_entity", "creating this/these droplet(s) will exceed your droplet limit")
		return
	}
	c.limit--
	c.lastID++
	d := &droplet{
		ID: c.lastID, Name: asked["name"].(string), Status: "new", Created: "2026-07-21T18:37:44Z",
		SizeSlug: asked["size"].(string), Networks: map[string][]any{"v4": {}, "v6": {}},
	}
	for _, tag := range asked["tags"].([]any) {
		d.Tags = append(d.Tags, tag.(string))
		c.tags[tag.(string)] = true
	}
	c.droplets = append(c.droplets, d)
	cloudtest.JSON(w, http.StatusAccepted, map[string]any{"droplet": d, "links": map[string]any{"actions": []any{}}})
}

func (c *cloud) list(w http.ResponseWriter, r *http.Request) {
	var found []*droplet
	for _, d := range c.droplets {
		if slices.Contains(d.Tags, r.URL.Query().Get("tag_name")) {
			found = append(found, d)
		}
	}
	page(w, r, "droplets", found)
	for _, d := range found {
		if d.Status == "new" {
			d.Status = "active"
			d.Networks["v4"] = []any{
				map[string]any{"ip_address": fmt.Sprintf("10.128.192.%d", d.ID%250), "type": "private"},
				map[string]any{"ip_address": fmt.Sprintf("198.51.100.%d", d.ID%250), "type": "public"},
			}
		}
	}
}

func (c *cloud) delete(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	i := slices.IndexFunc(c.droplets, func(d *droplet) bool { return d.ID == id })
	if i < 0 {
		refuse(w, http.StatusNotFound, "not_found", "The resource you requested could not be found.")
		return
	}
	c.droplets = slices.Delete(c.droplets, i, i+1)
	w.WriteHeader(http.StatusNoContent)
}

func (c *cloud) deleteTag(w http.ResponseWriter, r *http.Request) {
	tag := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	if !c.tags[tag] {
		refuse(w, http.StatusNotFound, "not_found", "The resource you requested could not be found.")
		return
	}
	delete(c.tags, tag)
	w.WriteHeader(http.StatusNoContent)
}

func (c *cloud) createFirewall(w http.ResponseWriter, r *http.Request) {
	asked := cloudtest.Body(r)
	switch {
	case slices.ContainsFunc(c.firewalls, func(f map[string]any) bool { return f["name"] == asked["name"] }):
		refuse(w, http.StatusConflict, "conflict", "duplicate name")
		return
	case !c.tags[asked["tags"].([]any)[0].(string)]:
		refuse(w, http.StatusUnprocessableEntity, "unprocessable_entity", "tag does not exist")
		return
	}
	c.firewalls = append(c.firewalls, asked)
	cloudtest.JSON(w, http.StatusAccepted, map[string]any{"firewall": asked})
}

// page answers with the part of the list that was asked for.
func page[T any](w http.ResponseWriter, r *http.Request, what string, all []T) {
	number, _ := strconv.Atoi(r.URL.Query().Get("page"))
	size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	number, size = max(number, 1), min(max(size, 1), 200)
	here := all[min((number-1)*size, len(all)):min(number*size, len(all))]
	links := map[string]any{}
	if number*size < len(all) {
		link := func(page int) string { return fmt.Sprintf("https://api.digitalocean.com/v2/%s?page=%d", what, page) }
		links["pages"] = map[string]any{"last": link((len(all) + size - 1) / size), "next": link(number + 1)}
	}
	cloudtest.JSON(w, http.StatusOK, map[string]any{what: append([]T{}, here...), "links": links, "meta": map[string]any{"total": len(all)}})
}

func sizes() []map[string]any {
	return []map[string]any{
		{"slug": "s-1vcpu-1gb", "memory": 1024, "vcpus": 1, "price_hourly": 0.00893, "regions": []string{"fra1", "nyc1"}, "available": true},
		{"slug": "s-2vcpu-2gb", "memory": 2048, "vcpus": 2, "price_hourly": 0.02679, "regions": []string{"fra1"}, "available": false},
		{"slug": "g-2vcpu-8gb", "memory": 8192, "vcpus": 2, "price_hourly": 0.09375, "regions": []string{"nyc1"}, "available": true},
	}
}

func refuse(w http.ResponseWriter, status int, id, message string) {
	cloudtest.JSON(w, status, map[string]any{"id": id, "message": message})
}
