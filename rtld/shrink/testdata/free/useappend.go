//go:build useappend

package main

func do(n int) int {
	var list []int
	for i := range n {
		list = append(list, i)
	}
	return len(list)
}
