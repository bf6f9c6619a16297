package driver

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// longest bounds what is withheld by one request, so that a wrong one heals.
const longest = 10 * time.Minute

// Control serves who manages the host, who reaches it through the router's container.
func Control(d *Driver) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST "+notes.PathWithhold, func(w http.ResponseWriter, r *http.Request) {
		name := strings.ToLower(r.FormValue(notes.ValueContainer))
		seconds, err := strconv.Atoi(r.FormValue(notes.ValueSeconds))
		if err != nil || seconds < 0 || name == "" {
			http.Error(w, "give a container's name and a number of seconds", http.StatusBadRequest)
			return
		}
		if err := d.Withhold(r.Context(), name, min(time.Duration(seconds)*time.Second, longest)); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	return m
}
