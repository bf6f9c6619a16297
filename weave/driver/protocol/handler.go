package protocol

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// Driver is what the engine asks of a network driver.
type Driver interface {
	CreateNetwork(context.Context, CreateNetwork) error
	DeleteNetwork(context.Context, DeleteNetwork) error
	CreateEndpoint(context.Context, CreateEndpoint) (CreatedEndpoint, error)
	DeleteEndpoint(context.Context, Endpoint) error
	Join(context.Context, Join) (Joined, error)
	Leave(context.Context, Endpoint) error
}

// Handler serves the driver's methods.
func Handler(d Driver, log *slog.Logger) http.Handler {
	m := methods{mux: http.NewServeMux(), log: log}
	m.constant("/Plugin.Activate", map[string]any{"Implements": []string{"NetworkDriver"}})
	m.constant("/NetworkDriver.GetCapabilities", map[string]any{"Scope": "local", "ConnectivityScope": "local"})
	m.constant("/NetworkDriver.EndpointOperInfo", map[string]any{"Value": map[string]any{}})
	for _, unused := range []string{"AllocateNetwork", "FreeNetwork", "ProgramExternalConnectivity", "RevokeExternalConnectivity", "DiscoverNew", "DiscoverDelete"} {
		m.constant("/NetworkDriver."+unused, map[string]any{})
	}
	method(m, "CreateNetwork", silent(d.CreateNetwork))
	method(m, "DeleteNetwork", silent(d.DeleteNetwork))
	method(m, "CreateEndpoint", d.CreateEndpoint)
	method(m, "DeleteEndpoint", silent(d.DeleteEndpoint))
	method(m, "Join", d.Join)
	method(m, "Leave", silent(d.Leave))
	return m.mux
}

type methods struct {
	mux *http.ServeMux
	log *slog.Logger
}

func (m methods) constant(path string, answer map[string]any) {
	m.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { m.reply(w, http.StatusOK, answer) })
}

// silent makes a method without an answer one with an empty answer.
func silent[Q any](f func(context.Context, Q) error) func(context.Context, Q) (struct{}, error) {
	return func(ctx context.Context, q Q) (struct{}, error) { return struct{}{}, f(ctx, q) }
}

// requestLimit is in bytes; the engine's requests are a few kilobytes.
const requestLimit = 1 << 20

func method[Q, A any](m methods, name string, f func(context.Context, Q) (A, error)) {
	m.mux.HandleFunc("/NetworkDriver."+name, func(w http.ResponseWriter, r *http.Request) {
		var question Q
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, requestLimit)).Decode(&question)
		if err != nil {
			m.reply(w, http.StatusBadRequest, map[string]string{"Err": "read request: " + err.Error()})
			return
		}
		answer, err := f(r.Context(), question)
		if err != nil {
			m.log.Error(name, "error", err)
			// A status other than 200 would make the engine try again for half a minute.
			m.reply(w, http.StatusOK, map[string]string{"Err": err.Error()})
			return
		}
		m.reply(w, http.StatusOK, answer)
	})
}

func (m methods) reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/vnd.docker.plugins.v1.2+json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(answer); err != nil && !errors.Is(err, http.ErrHandlerTimeout) {
		m.log.Warn("answer the engine", "error", err)
	}
}
