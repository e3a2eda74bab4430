package main

import "fmt"

//go:noinline
func primes(most int32) (count int32) {
	gone := make([]bool, most)
	for i := int32(2); i < most; i++ {
		if gone[i] {
			continue
		}
		count++
		for j := i + i; j < most; j += i {
			gone[j] = true
		}
	}
	return count
}

func main() {
	count := int32(0)
	for range 20 {
		count = primes(2000000)
	}
	fmt.Println(count)
}
