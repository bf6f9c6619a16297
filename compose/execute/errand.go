package execute

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/tree"
)

// errand is what the tool does in a volume that the engine can't: it reads this
// as JSON.
type errand struct {
	// Root is the folder in which it works.
	Root string `json:"root"`
	// Remove are paths in it that go, with all that is in them.
	Remove []string `json:"remove,omitempty"`
	// Write are contents of files elsewhere, by the path in Root whose content
	// they become: the file stays the same one, as containers have it mounted.
	Write map[string]string `json:"write,omitempty"`
}

func errandOf(a plan.ShipFiles, changes tree.Changes, inPlace bool) errand {
	e := errand{Root: shipContent, Remove: changes.Removed}
	if inPlace {
		e.Write = map[string]string{a.Tree.File: stagedFile(a.Tree)}
	}
	return e
}

// prepare puts the tool and its errand into the container.
func (r *run) prepare(ctx context.Context, engine Engine, carrier string, a plan.ShipFiles, e errand) error {
	if r.Tool == nil {
		return fmt.Errorf("nothing can be removed from volume %s", a.Volume.Name)
	}
	tool, err := r.Tool(a.Platform)
	if err != nil {
		return err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, f := range []struct {
		name    string
		kind    byte
		content []byte
	}{{shipTool, tar.TypeReg, tool}, {shipErrand, tar.TypeReg, text}, {shipStage + "/", tar.TypeDir, nil}} {
		if err := w.WriteHeader(&tar.Header{Name: f.name[1:], Typeflag: f.kind, Mode: 0o755, Size: int64(len(f.content))}); err != nil {
			return fmt.Errorf("pack %s: %w", f.name, err)
		}
		if _, err := w.Write(f.content); err != nil {
			return fmt.Errorf("pack %s: %w", f.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("pack tool: %w", err)
	}
	return engine.CopyTo(ctx, carrier, "/", &archive)
}

// runErrand starts the container and waits for its end.
func runErrand(ctx context.Context, engine Engine, carrier string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := engine.StartContainer(ctx, carrier); err != nil {
		return err
	}
	code, err := engine.WaitContainer(ctx, carrier)
	if err == nil && code != 0 {
		err = fmt.Errorf("the program that mirrors files ended with code %d", code)
	}
	return err
}
