//go:build usevariable

package main

var count = 1

func do(n int) int {
	count += n
	return count
}
