package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// refused CODE SENTENCE ARG... is a call that ends with the code and says one
// line, a regular expression, to standard error alone. What the engines hold is
// as it was, to the byte.
func refused(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: refused CODE SENTENCE ARG...")
	}
	before := held(ts)
	code := 0
	if err := ts.Exec("clocker-compose", args[2:]...); err != nil {
		exit, ended := errors.AsType[*exec.ExitError](err)
		if !ended {
			ts.Fatalf("run: %v", err)
		}
		code = exit.ExitCode()
	}
	out, complaint := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	switch {
	case strconv.Itoa(code) != args[0]:
		ts.Fatalf("exit code %d", code)
	case out != "":
		ts.Fatalf("there is output: %q", out)
	case !regexp.MustCompile(`\A(?:` + args[1] + `)\n\z`).MatchString(complaint):
		ts.Fatalf("said %q", complaint)
	case held(ts) != before:
		ts.Fatalf("the engines hold something else now:\n%s\nbefore:\n%s", held(ts), before)
	}
}

// held is all that the script's engines hold, but for the calls that they count.
func held(ts *testscript.TestScript) string {
	files, err := filepath.Glob(filepath.Join(ts.Getenv(poolVariable), "*.json"))
	ts.Check(err)
	var all strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		ts.Check(err)
		var state map[string]any
		ts.Check(json.Unmarshal(content, &state))
		delete(state, "Calls")
		if len(state["Containers"].(map[string]any)) == 0 && state["Events"] == nil {
			continue // one that was only looked at
		}
		content, err = json.MarshalIndent(state, "", " ")
		ts.Check(err)
		all.WriteString(file + " " + string(content) + "\n")
	}
	return all.String()
}

// sparse FILE BYTES makes a file of so many zeros.
func sparse(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	path := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(path, nil, 0o644))
	ts.Check(os.Truncate(path, size))
}
