package project

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/tree"
)

// What compose-go's errors say of the place that they mean. It has no
// positions, but words for paths.
var (
	mentionedPath    = regexp.MustCompile(`(?:services|networks|volumes|configs|secrets|jobs|models)(?:\.[\w-]+|\[[^\]]*\])+`)
	mentionedService = regexp.MustCompile(`service "([^"]+)"(?: (depends on|refers to) undefined (service|network|volume|secret|config))?`)
	unknownKey       = regexp.MustCompile(`^(\S+)\.([^.\s]+) false schema$`)
	unknownTop       = regexp.MustCompile(`^additional propert(?:y|ies) '.+' not allowed$`)
	quotedWord       = regexp.MustCompile(`'([^']+)'`)
	construct        = regexp.MustCompile(`^failed to parse (.+?): yaml: construct errors: line (\d+): (?:go-yaml load error in \w+ at L(\d+)\.C(\d+): |line (\d+): )?(.*)$`)
	preamble         = regexp.MustCompile(`^(?:validating \S+: |decoding failed due to the following error\(s\): |failed to parse \S+: (?:yaml: )?)`)
	missingEnvFile   = regexp.MustCompile(`^(env file .+ not found): stat .+$`)
	notANumber       = regexp.MustCompile(`strconv\.\w+: parsing ("[^"]*"): invalid syntax`)
)

// explain makes an error of compose-go one line that begins with the place that
// it means, as far as it can be told.
func (s sources) explain(err error) error {
	var own *Error
	if errors.As(err, &own) {
		return err
	}
	if placed := s.constructError(oneLine(err.Error())); placed != nil {
		return placed
	}
	text := s.clean(err.Error())
	if unknownTop.MatchString(text) {
		return s.unknownTopLevel(text)
	}
	at, atKey := mentioned(text)
	if key := unknownKey.FindStringSubmatch(text); key != nil {
		atKey = true
		text = fmt.Sprintf("%s has no key %q%s", key[1], key[2], suggest(key[2], siblings(at)))
	}
	if len(at) > 1 {
		if place, depth := s.deepest(at, atKey); depth > 1 {
			return &Error{Position: place.Position, Message: text}
		}
	}
	if strings.HasPrefix(text, "no such service: ") {
		return errors.New(text) // what was asked for isn't there; the file is all right
	}
	if len(s) == 1 && !strings.Contains(text, s[0].name) {
		return &Error{Position: Position{File: s[0].name}, Message: text}
	}
	return errors.New(text)
}

// constructError is an error of the YAML library with the place that it knows,
// or nil for another.
func (s sources) constructError(text string) error {
	m := construct.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	at := Position{File: m[1]}
	at.Line, _ = strconv.Atoi(cmp.Or(m[3], m[5], m[2])) // the innermost is the exact one
	at.Column, _ = strconv.Atoi(m[4])
	for _, src := range s {
		if src.file == at.File {
			at.File = src.name
		}
	}
	return &Error{Position: at, Message: m[6]}
}

// unknownTopLevel reports the keys that no compose file has at its top.
func (s sources) unknownTopLevel(text string) error {
	var problems []problem
	for _, key := range quotedWord.FindAllStringSubmatch(text, -1) {
		at := path{}.key(key[1])
		problems = append(problems, problem{path: at, atKey: true, message: fmt.Sprintf("a compose file has no key %q%s", key[1], suggest(key[1], siblings(at)))})
	}
	return s.locate(problems)
}

// clean takes out of an error's text what doesn't help.
func (s sources) clean(text string) string {
	text = preamble.ReplaceAllString(oneLine(text), "")
	text = strings.TrimSuffix(text, ": invalid compose project")
	text = missingEnvFile.ReplaceAllString(text, "$1") // it said the name again
	text = notANumber.ReplaceAllString(text, "$1 isn't a number")
	for _, src := range s {
		text = strings.ReplaceAll(text, src.file, src.name)
	}
	return text
}

// mentioned is the path that an error's text holds, and whether it means a key.
func mentioned(text string) (at path, atKey bool) {
	if m := mentionedService.FindStringSubmatch(text); m != nil {
		if m[2] == "" {
			return path{}.key("services").key(m[1]), true
		}
		list := m[3] + "s"
		if m[2] == "depends on" {
			list = "depends_on"
		}
		return path{}.key("services").key(m[1]).key(list), false
	}
	found := mentionedPath.FindString(text)
	for _, key := range strings.FieldsFunc(found, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		at = at.key(key)
	}
	return at, false
}

// siblings are the keys that could stand where the last of a path does.
func siblings(at path) []string {
	if len(at) == 0 {
		return nil
	}
	parent := make([]string, len(at)-1)
	for i := range parent {
		parent[i] = at[i].key
	}
	var names []string
	for _, known := range schema.AttributePaths() {
		parts := known.Parts()
		if len(parts) == len(at) && parts[len(parts)-1] != "*" && tree.NewPath(parent...).Matches(tree.NewPath(parts[:len(parent)]...)) {
			names = append(names, parts[len(parts)-1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
