package container

import (
	"maps"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

// env is sorted, because a request must not differ from one run to the next.
// A variable without a value is the engine's to leave out.
func (r *replica) env() []string {
	all := types.MappingWithEquals{}
	for name, value := range r.target.Environment {
		all[name] = &value
	}
	maps.Copy(all, r.Environment)
	var env []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if value := all[name]; value != nil {
			name += "=" + *value
		}
		env = append(env, name)
	}
	return env
}

func seconds(d *types.Duration) *int {
	if d == nil {
		return nil
	}
	return new(int(time.Duration(*d).Seconds()))
}
