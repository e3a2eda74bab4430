package main

import "fmt"

//go:noinline
func flips(p, from []int32, n int32) int32 {
	for i := int32(0); i < n; i++ {
		p[i] = from[i]
	}
	count, first := int32(0), p[0]
	for first != 0 {
		low, high := int32(0), first
		for low < high {
			p[low], p[high] = p[high], p[low]
			low++
			high--
		}
		count++
		first = p[0]
	}
	return count
}

func main() {
	n := int32(10)
	perm, work, turn := make([]int32, n), make([]int32, n), make([]int32, n)
	for i := range n {
		perm[i] = i
	}
	most, check, number, r := int32(0), int32(0), int32(0), n
	for r > 0 {
		for ; r != 1; r-- {
			turn[r-1] = r
		}
		count := flips(work, perm, n)
		most = max(most, count)
		if number%2 == 0 {
			check += count
		} else {
			check -= count
		}
		number++
		for more := true; more; {
			if r == n {
				more, r = false, 0
				continue
			}
			first := perm[0]
			for i := int32(0); i < r; i++ {
				perm[i] = perm[i+1]
			}
			perm[r] = first
			turn[r]--
			if turn[r] > 0 {
				more = false
			} else {
				r++
			}
		}
	}
	fmt.Println(check, most)
}
