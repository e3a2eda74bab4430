//go:build usemap

package main

func do(n int) int {
	m := map[int]int{1: 2}
	m[n] = n
	return len(m)
}
