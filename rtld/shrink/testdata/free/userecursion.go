//go:build userecursion

package main

//go:noinline
func even(n int) bool { return n == 0 || odd(n-1) }

//go:noinline
func odd(n int) bool { return n != 0 && even(n-1) }

func do(n int) int {
	if even(n) {
		return 1
	}
	return 2
}
