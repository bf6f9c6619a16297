package project

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Position is a place in a file; lines and columns count from 1.
type Position struct {
	// File is as it is shown to the user: relative where it lies below the
	// working directory.
	File string
	Line int
	// Column is 0 where only the line is known.
	Column int
}

// String is FILE:LINE:COLUMN, without the parts that are not known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Error is something wrong in a file.
type Error struct {
	Position
	// Message is one sentence without a full stop.
	Message string
}

func (e *Error) Error() string {
	if e.File == "" {
		return e.Message
	}
	return e.Position.String() + ": " + e.Message
}

// problem is an Error before its place is found in the files.
type problem struct {
	path    path
	atKey   bool // the key is wrong, not its value
	message string
	// text is the value that is wrong from an offset on, in bytes; "" is all of it.
	text   string
	offset int
}

// locate turns problems into errors, each with its place, in order of places.
func (s sources) locate(problems []problem) error {
	var found []*Error
	for _, p := range problems {
		place, _ := s.find(p.path, p.atKey)
		place.Column += place.into(p.text, p.offset)
		found = append(found, &Error{Position: place.Position, Message: p.message})
	}
	slices.SortStableFunc(found, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, len(found))
	for i, e := range found {
		errs[i] = e
	}
	return errors.Join(errs...)
}
