package project

import (
	"regexp"
	"strings"
)

// validating finds what compose-go's schema check says, and of which file.
var validating = regexp.MustCompile(`^validating (.+?): (\S+) (.*)$`)

// unknownProperty finds the key that the schema doesn't have.
var unknownProperty = regexp.MustCompile(`additional propert(?:y|ies) '([^']+)'`)

// explain makes an error of compose-go one line with the place that it means.
func (s sources) explain(err error) error {
	text := oneLine(err.Error())
	m := validating.FindStringSubmatch(text)
	if m == nil {
		return err
	}
	var p path
	for key := range strings.SplitSeq(m[2], ".") {
		p = p.key(key)
	}
	atKey := false
	if unknown := unknownProperty.FindStringSubmatch(m[3]); unknown != nil {
		p, atKey = p.key(unknown[1]), true
	}
	found, _ := s.find(p, atKey)
	if found.File == "" {
		return err
	}
	return &Error{Position: found.Position, Message: m[2] + " " + m[3]}
}
