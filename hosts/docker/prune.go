package docker

import (
	"context"
	"strings"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// PruneImages removes the images of the host that no container is made from,
// running or not.
func (e *Engine) PruneImages(ctx context.Context) (hosts.Pruned, error) {
	var pruned hosts.Pruned
	err := e.do(ctx, "prune images", 0, func(ctx context.Context) error {
		filters := make(client.Filters).Add("dangling", "false") // as in docker image prune --all
		answer, err := e.api.ImagePrune(ctx, client.ImagePruneOptions{Filters: filters})
		if err != nil {
			return err
		}
		pruned.Bytes = int64(min(answer.Report.SpaceReclaimed, 1<<62))
		for _, i := range answer.Report.ImagesDeleted {
			if i.Untagged != "" && !strings.Contains(i.Untagged, "@") {
				pruned.Images++
			}
		}
		return nil
	})
	return pruned, err
}
