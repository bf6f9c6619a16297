package project_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// BenchmarkLoad loads projects of so many services, each with an x-clocker.
func BenchmarkLoad(b *testing.B) {
	for _, services := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(services), func(b *testing.B) {
			var content strings.Builder
			content.WriteString("services:\n")
			for i := range services {
				fmt.Fprintf(&content, "  s%d:\n    image: nginx\n    ports: ['80']\n    environment: [A=1, B]\n    x-clocker: {placement: {strategies: [random]}}\n", i)
			}
			dir := b.TempDir()
			assert.NilError(b, os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(content.String()), 0o600))
			for b.Loop() {
				_, err := project.Load(context.Background(), project.Options{WorkingDir: dir, Strategies: catalog{}})
				assert.NilError(b, err)
			}
		})
	}
}
