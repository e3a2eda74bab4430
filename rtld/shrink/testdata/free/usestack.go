//go:build usestack

package main

//go:noinline
func deep(b []byte) int { return len(b) }

func do(n int) int {
	var b [100000]byte
	return deep(b[:n])
}
