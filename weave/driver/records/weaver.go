// Package records keeps weaveDNS's records of this host's containers true.
// The router keeps them in memory only: after its restart they are put again.
package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
)

// Record is one name of one container, in weaveDNS's spelling.
type Record struct {
	// Owner is what the record belongs to: an endpoint's ID.
	Owner   string
	FQDN    string
	Address netip.Addr
}

// Weaver is the router's HTTP interface on this host.
type Weaver struct {
	// URL is http://ADDRESS:PORT.
	URL    string
	Client *http.Client
}

// Put adds a record; one that exists stays.
func (w Weaver) Put(ctx context.Context, r Record) error {
	return w.change(ctx, http.MethodPut, r)
}

// Delete removes a record; one that is gone is no error.
func (w Weaver) Delete(ctx context.Context, r Record) error {
	return w.change(ctx, http.MethodDelete, r)
}

func (w Weaver) change(ctx context.Context, method string, r Record) error {
	address := fmt.Sprintf("%s/name/%s/%s?%s", w.URL, url.PathEscape(r.Owner), r.Address, url.Values{"fqdn": {r.FQDN}}.Encode())
	return w.do(ctx, method, address, nil)
}

// List returns the records that this host's router has put, deleted ones left out.
func (w Weaver) List(ctx context.Context) ([]Record, error) {
	var report struct {
		Router struct{ Name string }
		DNS    struct {
			Entries []struct {
				Hostname, Origin, ContainerID, Address string
				Tombstone                              int64
			}
		}
	}
	if err := w.do(ctx, http.MethodGet, w.URL+"/report", &report); err != nil {
		return nil, err
	}
	var own []Record
	for _, e := range report.DNS.Entries {
		address, err := netip.ParseAddr(e.Address)
		if e.Origin == report.Router.Name && e.Tombstone == 0 && err == nil {
			own = append(own, Record{Owner: e.ContainerID, FQDN: e.Hostname, Address: address})
		}
	}
	return own, nil
}

func (w Weaver) do(ctx context.Context, method, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return fmt.Errorf("ask router: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	reply, err := w.Client.Do(request)
	if err != nil {
		return fmt.Errorf("ask router: %w", err)
	}
	err = read(reply, into)
	return errors.Join(err, reply.Body.Close())
}

func read(reply *http.Response, into any) error {
	if reply.StatusCode >= http.StatusBadRequest {
		said, _ := io.ReadAll(io.LimitReader(reply.Body, 512))
		return fmt.Errorf("ask router: %s: %s", reply.Status, said)
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(reply.Body).Decode(into); err != nil {
		return fmt.Errorf("read the router's answer: %w", err)
	}
	return nil
}
