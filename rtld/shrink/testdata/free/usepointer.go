//go:build usepointer

package main

var names = [...]string{"none\x00", "one of them\x00", "two of them\x00"}

func do(n int) int { return len(names[n]) }
