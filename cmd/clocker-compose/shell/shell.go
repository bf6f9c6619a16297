// Package shell has the scripts by which shells complete command lines: each
// asks the program itself, by its hidden command __complete, what may stand in
// the place of the word that is being typed.
package shell

import (
	_ "embed"
	"fmt"
	"strings"
)

// Directives stand in the last line of the answer, as ":N", and may be added.
const (
	// NoSpace lets the user go on with the word.
	NoSpace = 2
	// NoFiles keeps the shell from offering files where nothing else is.
	NoFiles = 4
)

//go:embed completion.bash
var bash string

//go:embed completion.zsh
var zsh string

//go:embed completion.fish
var fish string

//go:embed completion.ps1
var powershell string

// Names are the shells there is a script for.
func Names() []string { return []string{"bash", "fish", "powershell", "zsh"} }

// Script is the completion script of a shell for the program.
func Script(shell, program string) (string, error) {
	script, ok := map[string]string{"bash": bash, "fish": fish, "powershell": powershell, "zsh": zsh}[shell]
	if !ok {
		return "", fmt.Errorf("there is no completion for %q; there is %s", shell, strings.Join(Names(), ", "))
	}
	return strings.ReplaceAll(script, "PROGRAM", program), nil
}
