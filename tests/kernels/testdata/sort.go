package main

import "fmt"

func sort(a []int32, from, to int32) {
	low, high := from, to
	for high-low > 16 {
		middle, i, j := a[low+(high-low)/2], low, high-1
		for i <= j {
			for a[i] < middle {
				i++
			}
			for a[j] > middle {
				j--
			}
			if i <= j {
				a[i], a[j] = a[j], a[i]
				i++
				if j == 0 {
					break
				}
				j--
			}
		}
		if j+1-low < high-i {
			sort(a, low, j+1)
			low = i
		} else {
			sort(a, i, high)
			high = j + 1
		}
	}
	for k := low + 1; k < high; k++ {
		x, at := a[k], k
		for at > low && a[at-1] > x {
			a[at] = a[at-1]
			at--
		}
		a[at] = x
	}
}

func main() {
	n := int32(1000000)
	a := make([]int32, n)
	x, sum := uint32(1), uint32(0)
	for range 2 {
		for i := range n {
			x = x*1103515245 + 12345
			a[i] = int32(x >> 1)
		}
		sort(a, 0, n)
		for i := int32(1); i < n; i++ {
			if a[i-1] > a[i] {
				panic("not sorted")
			}
		}
		sum = sum*31 + uint32(a[0]) + uint32(a[n/2])
	}
	fmt.Println(sum, a[n-1])
}
