package main

import "fmt"

//go:noinline
func multiply(c, a, b []int32, n int32) {
	for i := range n {
		for j := range n {
			sum := int32(0)
			for k := range n {
				sum += a[i*n+k] * b[k*n+j]
			}
			c[i*n+j] = sum
		}
	}
}

func main() {
	n := int32(300)
	a, b, c := make([]int32, n*n), make([]int32, n*n), make([]int32, n*n)
	for i := range n * n {
		a[i] = i % 1000
		b[i] = i * 7 % 1000
	}
	for range 4 {
		multiply(c, a, b, n)
	}
	fmt.Println(c[12345], c[n*n-1])
}
