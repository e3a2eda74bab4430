//go:build useindex

package main

func do(n int) int { return int("abc\x00"[n+3]) }
