package main

import "fmt"

func place(row, n int32, column, up, down []bool) int32 {
	if row == n {
		return 1
	}
	ways := int32(0)
	for c := range n {
		u, d := row+c, row+n-1-c
		if !column[c] && !up[u] && !down[d] {
			column[c], up[u], down[d] = true, true, true
			ways += place(row+1, n, column, up, down)
			column[c], up[u], down[d] = false, false, false
		}
	}
	return ways
}

func main() {
	n := int32(11)
	column, up, down := make([]bool, n), make([]bool, 2*n-1), make([]bool, 2*n-1)
	sum := int32(0)
	for range 20 {
		sum += place(0, n, column, up, down)
	}
	fmt.Println(sum)
}
