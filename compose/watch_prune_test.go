package compose_test

import (
	"context"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// imageBuilder builds the image app on all hosts, another one each time.
type imageBuilder struct {
	*watched
	count int
}

func (b *imageBuilder) Build(ctx context.Context, _ *project.Project, _ []string) error {
	b.count++
	return b.build(ctx, "app", "shop")
}

func (b *imageBuilder) build(ctx context.Context, tag, project string) error {
	for _, e := range b.engines {
		spec := hosts.BuildSpec{
			Tags: []string{tag}, Inline: fmt.Sprintf("FROM app\nRUN %d", b.count), Labels: map[string]string{hosts.LabelProject: project},
		}
		if _, err := e.Build(ctx, spec, func(hosts.BuildProgress) {}); err != nil {
			return err
		}
	}
	return nil
}

// nameless counts a project's images that have no name, on all hosts.
func (b *imageBuilder) nameless(t *testing.T, project string) (count int) {
	t.Helper()
	for _, e := range b.engines {
		o, err := e.Observe(t.Context())
		assert.NilError(t, err)
		for _, i := range o.Images {
			if i.Labels[hosts.LabelProject] == project && len(i.Tags) == 0 {
				count++
			}
		}
	}
	return count
}

func TestWatchPrunes(t *testing.T) {
	for _, prune := range []bool{true, false} {
		t.Run(fmt.Sprint(prune), func(t *testing.T) {
			w := newWatched(t, rebuiltFile, map[string]string{"src/a": ""}, "h1", "h2")
			b := &imageBuilder{watched: w}
			w.Builder = b
			for range 2 { // the second takes the first one's name
				b.count++
				assert.NilError(t, b.build(t.Context(), "other", "other"))
			}
			w.keep = !prune
			w.watch(t)
			for n := 1; n <= 3; n++ {
				w.write(t, "src/a", fmt.Sprint(n))
				w.eventually(t, func() string {
					if built := w.heardTimes(`service(s) ["web"] successfully built`); built < n {
						return fmt.Sprintf("built %d times", built)
					}
					return ""
				})
			}
			w.eventually(t, func() string {
				if left := b.nameless(t, "shop"); (left == 0) != prune {
					return fmt.Sprintf("%d are left", left)
				}
				return ""
			})
			assert.Equal(t, b.nameless(t, "other"), 2, "another project's")
		})
	}
}

// heardTimes is how often a sentence was said.
func (w *watched) heardTimes(sentence string) (count int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, said := range w.said {
		if said == sentence {
			count++
		}
	}
	return count
}
