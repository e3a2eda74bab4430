//go:build usedefer

package main

//go:noinline
func end() {}

func do(n int) int {
	for range n {
		defer end()
	}
	return n
}
