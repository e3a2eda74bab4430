//go:build useconcat

package main

//go:noinline
func join(a, b string) string { return a + b }

func do(n int) int { return len(join("some text\x00"[:n], "more text\x00"[:n])) }
