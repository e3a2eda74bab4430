package compiler

import (
	"errors"
	"fmt"
	"io"

	"slul/compiler/syntax"
)

// Exit codes: each names the stage that refused.
const (
	CodeUsage   = 1 // or I/O
	CodeSyntax  = 2
	CodeCheck   = 3
	CodeCodegen = 4
	CodeImage   = 5 // or the stub
	CodeBug     = 125
)

// Error is the refusal of a stage.
type Error struct {
	Code int
	Err  error // syntax.Errors for mistakes in the source
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// maxErrors is how many mistakes of one file are shown.
const maxErrors = 50

// Print writes the error for people: mistakes with their source line and a caret,
// anything else as one line of slul's.
func (e *Error) Print(w io.Writer) {
	var list syntax.Errors
	if errors.As(e.Err, &list) {
		list.Print(w, maxErrors)
		return
	}
	fmt.Fprintf(w, "slul: %v\n", e.Err)
}

// refuse wraps err, if it is one, with the code of its stage.
func refuse(code int, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Err: err}
}
