//go:build usegoroutine

package main

//go:noinline
func end() {}

func do(n int) int {
	go end()
	return n
}
