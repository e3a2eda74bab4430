//go:build usepanic

package main

func do(n int) int {
	if n > 1 {
		panic("many\x00")
	}
	return n
}
