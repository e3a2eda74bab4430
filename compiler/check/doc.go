// Package check gives a parsed program its meaning: names, types, constants, calls.
// It leaves an Info (facts.go) for lowering, or a list of mistakes.
package check
