// Package syntax turns source text into a tree, or into a list of mistakes.
package syntax
