//go:build useok

package main

type pair struct {
	a, b [300]byte
	n    int
}

// fill and sum stay functions of their own.
//
//go:noinline
func fill(p *pair, v byte) {
	for i := range p.a {
		p.a[i] = v + byte(i)
	}
}

//go:noinline
func sum(b []byte) (n int) {
	for _, c := range b {
		n += int(c)
	}
	return n
}

//go:noinline
func same(a, b []byte) bool { return string(a) == string(b) }

// do ends with 42 when copy in both directions, clear, comparison and closures work as
// they do in any Go program, and with the index of the first that does not otherwise.
func do(n int) int {
	var p pair
	fill(&p, byte(n))
	copy(p.b[:], p.a[:])
	if !same(p.a[:], p.b[:]) {
		return 1
	}
	copy(p.b[n:], p.b[:200]) // overlapping, upwards
	if !same(p.b[n:200+n], p.a[:200]) || p.b[0] != p.a[0] {
		return 2
	}
	copy(p.b[:], p.b[n:]) // overlapping, downwards
	if !same(p.b[:200], p.a[:200]) {
		return 3
	}
	if p.b[7]++; same(p.a[:200], p.b[:200]) || !same(p.a[:0], p.b[:0]) || same(p.a[:n], p.b[:0]) {
		return 4
	}
	clear(p.b[10 : 20+n])
	if sum(p.b[10:20+n]) != 0 || p.b[9] == 0 || p.b[20+n] == 0 {
		return 5
	}
	total := 0
	each(func(i int) { total += i })
	if total != 6 {
		return 6
	}
	return 42
}

//go:noinline
func each(yield func(int)) {
	for i := range 4 {
		yield(i)
	}
}
