//go:build useinit

package main

var start1 = begin()

//go:noinline
func begin() int { return argc1 + 1 }

var argc1 = len(hold)

var hold = []string{}

func init() { argc1++ }

func do(n int) int { return n }
