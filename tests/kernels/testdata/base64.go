package main

import "fmt"

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

//go:noinline
func encode(out, text []byte) []byte {
	for at := 0; at+3 <= len(text); at += 3 {
		bits := uint32(text[at])<<16 | uint32(text[at+1])<<8 | uint32(text[at+2])
		out = append(out, letters[bits>>18&63])
		out = append(out, letters[bits>>12&63])
		out = append(out, letters[bits>>6&63])
		out = append(out, letters[bits&63])
	}
	return out
}

//go:noinline
func decode(out, text, values []byte) []byte {
	for at := 0; at+4 <= len(text); at += 4 {
		bits := uint32(0)
		for i := range 4 {
			bits = bits<<6 | uint32(values[text[at+i]])
		}
		out = append(out, byte(bits>>16))
		out = append(out, byte(bits>>8))
		out = append(out, byte(bits))
	}
	return out
}

func main() {
	n := 3000000
	text := make([]byte, 0, n)
	x := uint32(1)
	for range n {
		x = x*1103515245 + 12345
		text = append(text, byte(x>>16))
	}
	values := make([]byte, 256)
	for i := range 64 {
		values[letters[i]] = byte(i)
	}
	coded, back := make([]byte, 0, n/3*4), make([]byte, 0, n)
	sum := uint32(0)
	for round := range 8 {
		coded = encode(coded[:0], text)
		back = decode(back[:0], coded, values)
		sum = sum*31 + uint32(coded[round*1000]) + uint32(back[round*999])
	}
	fmt.Println(sum, len(coded), len(back))
}
