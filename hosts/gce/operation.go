package gce

import (
	"context"
	"net/http"
	"strings"
)

// operation is something that Compute Engine is at.
type operation struct {
	Name     string
	Status   string
	TargetID string `json:"targetId"`
	Error    struct {
		Errors []struct{ Code, Message string }
	}
}

// await waits until the operation is done, and returns what became of it. Each
// request takes until then, or two minutes.
func (p *provider) await(ctx context.Context, zone string, o operation) error {
	for o.Status != "DONE" {
		if err := p.api.call(ctx, http.MethodPost, inZone(zone, "operations", o.Name, "wait"), nil, nil, &o); err != nil {
			return err
		}
	}
	if len(o.Error.Errors) == 0 {
		return nil
	}
	return &refusal{reason: o.Error.Errors[0].Code, message: o.Error.Errors[0].Message}
}

// regionOf is the region of a zone: europe-west3 of europe-west3-a.
func regionOf(zone string) string {
	return zone[:max(0, strings.LastIndexByte(zone, '-'))]
}
