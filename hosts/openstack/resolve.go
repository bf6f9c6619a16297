package openstack

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
)

// flavor returns the ID of a flavor's name or ID.
func (s *services) flavor(ctx context.Context, word string) (string, error) {
	all, err := s.flavors(ctx)
	if err != nil {
		return "", fmt.Errorf("list flavors: %w", err)
	}
	var names []string
	for _, f := range all {
		if f.Name == word || f.ID == word {
			return f.ID, nil
		}
		names = append(names, f.Name)
	}
	return "", fmt.Errorf("size %s: the cloud has no such flavor; there are %s", word, strings.Join(names, ", "))
}

// imageID returns the ID of an image's name or ID.
func (s *services) imageID(ctx context.Context, word string) (string, error) {
	pages, err := images.List(s.image, images.ListOpts{Name: word}).AllPages(ctx)
	if err != nil {
		return "", fmt.Errorf("look up image %s: %w", word, explain(ctx, err))
	}
	named, err := images.ExtractImages(pages)
	if err != nil {
		return "", fmt.Errorf("look up image %s: %w", word, err)
	}
	switch len(named) {
	case 1:
		return named[0].ID, nil
	case 0:
		found, err := images.Get(ctx, s.image, word).Extract()
		if gophercloud.ResponseCodeIs(err, http.StatusNotFound) {
			return "", fmt.Errorf("image %s: the cloud has no such image", word)
		}
		if err != nil {
			return "", fmt.Errorf("look up image %s: %w", word, explain(ctx, err))
		}
		return found.ID, nil
	}
	return "", fmt.Errorf("image %s: the cloud has %d of that name: name one by its ID, such as %s", word, len(named), named[0].ID)
}

// networkID returns the ID of a network's name or ID.
func (s *services) networkID(ctx context.Context, word string) (string, error) {
	for _, by := range []networks.ListOpts{{Name: word}, {ID: word}} {
		pages, err := networks.List(s.network, by).AllPages(ctx)
		if err != nil {
			return "", fmt.Errorf("look up network %s: %w", word, explain(ctx, err))
		}
		found, err := networks.ExtractNetworks(pages)
		if err != nil {
			return "", fmt.Errorf("look up network %s: %w", word, err)
		}
		if len(found) == 1 {
			return found[0].ID, nil
		}
		if len(found) > 1 {
			return "", fmt.Errorf("network %s: the cloud has %d of that name: name one by its ID, such as %s", word, len(found), found[0].ID)
		}
	}
	return "", fmt.Errorf("network %s: the cloud has no such network", word)
}
