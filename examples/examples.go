// Package examples holds the examples that tools need wherever they run.
package examples

import _ "embed"

// Hello is the source of examples/hello: the smallest program that says something.
//
//go:embed hello/Hello.slul
var Hello []byte
