//go:build usebss

package main

var count int

func do(n int) int {
	count += n
	return count
}
