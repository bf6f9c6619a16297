package fake

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Exec runs a command in a running container: what the shell knows at once,
// without the time that it sleeps, and else what [Engine.OnExec] answers.
func (e *Engine) Exec(ctx context.Context, name string, command []string) (hosts.ExecResult, error) {
	var result hosts.ExecResult
	err := e.call(ctx, "Exec", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		if r.State != hosts.Running {
			return conflict("Container %s is not running", r.ID)
		}
		result = e.answer(r, command)
		return nil
	})
	return result, err
}

func (e *Engine) answer(r *record, command []string) hosts.ExecResult {
	if e.exec != nil {
		if result, known := e.exec(r.Name, command); known {
			return result
		}
	}
	if len(command) > 0 && command[0] == "rm" {
		return removeFiles(r.Files, command[1:])
	}
	result := hosts.ExecResult{ExitCode: 127}
	for _, a := range interpret(command, r.Files) {
		switch {
		case a.Exit != nil:
			result.ExitCode = *a.Exit
		case a.Stderr:
			result.Stderr = append(append(result.Stderr, a.Line...), '\n')
		default:
			result.Stdout = append(append(result.Stdout, a.Line...), '\n')
		}
	}
	return result
}

// removeFiles is rm -rf.
func removeFiles(files map[string][]byte, args []string) hosts.ExecResult {
	for _, arg := range args {
		for file := range files {
			if file == arg || strings.HasPrefix(file, arg+"/") {
				delete(files, file)
			}
		}
	}
	return hosts.ExecResult{}
}

// CopyTo unpacks a tar stream; only regular files count.
func (e *Engine) CopyTo(ctx context.Context, name, folder string, content io.Reader) error {
	files, err := unpack(folder, content)
	if err != nil {
		return fmt.Errorf("copy to container %s: %w", name, err)
	}
	return e.call(ctx, "CopyTo", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		for p, b := range files {
			r.Files[p] = b
		}
		return nil
	})
}

func unpack(folder string, content io.Reader) (map[string][]byte, error) {
	files := map[string][]byte{}
	for t := tar.NewReader(content); ; {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if files[path.Join("/", folder, header.Name)], err = io.ReadAll(t); err != nil {
			return nil, err
		}
	}
}
