package cloudtest

import (
	"encoding/json"
	"net/http"
)

// JSON answers with a body.
func JSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Body is what a request asks for.
func Body(r *http.Request) (asked map[string]any) {
	_ = json.NewDecoder(r.Body).Decode(&asked)
	return asked
}
