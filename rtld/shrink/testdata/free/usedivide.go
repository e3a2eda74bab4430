//go:build usedivide

package main

func do(n int) int { return 1 / (n - 1) }
