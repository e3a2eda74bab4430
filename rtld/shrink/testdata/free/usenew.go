//go:build usenew

package main

//go:noinline
func make1() *int { return new(int) }

func do(n int) int { return *make1() }
