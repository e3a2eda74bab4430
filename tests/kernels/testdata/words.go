package main

import (
	"fmt"
	"maps"
	"slices"
)

func text(count int) (out []byte) {
	x := uint32(1)
	for range count {
		x = x*1103515245 + 12345
		a := x >> 8 & 255
		x = x*1103515245 + 12345
		for number := a * (x >> 8 & 255); number != 0; number /= 26 {
			out = append(out, byte(97+number%26))
		}
		out = append(out, 'e', ' ')
	}
	return out
}

func isLetter(b byte) bool { return b|32 >= 'a' && b|32 <= 'z' }

//go:noinline
func count(text []byte, counts map[string]int32) {
	var word []byte
	for _, b := range text {
		if isLetter(b) {
			word = append(word, b)
		} else if len(word) > 0 {
			counts[string(word)]++
			word = word[:0]
		}
	}
}

func main() {
	all := text(500000)
	counts := map[string]int32{}
	for range 2 {
		count(all, counts)
	}
	most, sum := int32(0), uint32(0)
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		n := counts[key]
		most = max(most, n)
		sum = sum*31 + uint32(n)
	}
	fmt.Println(len(counts), most, sum)
}
