package slab

import "testing"

// TestStream: lists are empty, do not overlap and have no room behind them, also where one is too
// long for what is left of a piece.
func TestStream(t *testing.T) {
	var s Stream[int64]
	const piece = pieceBytes / 8
	var lists [][]int64
	for n := range 2000 {
		size := n * 7 % 41
		switch n % 500 {
		case 300:
			size = 2 * piece
		case 301:
			size = piece / 3
		case 302:
			size = piece / 4
		}
		l := s.List(size)
		if len(l) != size || cap(l) != size {
			t.Fatalf("a list of %d has %d and room for %d", size, len(l), cap(l))
		}
		for k := range l {
			if l[k] != 0 {
				t.Fatalf("list %d is not empty", n)
			}
			l[k] = int64(n + 1)
		}
		lists = append(lists, l)
	}
	for n, l := range lists {
		for _, x := range l {
			if x != int64(n+1) {
				t.Fatalf("list %d has a value of list %d", n, x-1)
			}
		}
	}
}

// TestStreamCopy: a copy is apart, and the copy of nothing is nil.
func TestStreamCopy(t *testing.T) {
	var s Stream[int]
	list := []int{1, 2, 3}
	c := s.Copy(list)
	list[0] = 9
	if c[0] != 1 || len(c) != 3 || s.Copy(nil) != nil || *s.One() != 0 {
		t.Error(c)
	}
}

// TestStreamPieces: a piece serves many.
func TestStreamPieces(t *testing.T) {
	var s Stream[[4]int64]
	n := testing.AllocsPerRun(10, func() {
		for range 100 * pieceBytes / 32 {
			s.One()
		}
	})
	if n < 90 || n > 110 {
		t.Errorf("%v pieces for 100", n)
	}
}
