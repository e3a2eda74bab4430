package slab

import "testing"

// TestLists: lists are empty, do not overlap, have no room behind them, and are empty again
// after a reset, whatever their sizes.
func TestLists(t *testing.T) {
	var s Of[int]
	for round := range 3 {
		var lists [][]int
		for n := range 400 {
			l := s.List(n * 7 % 41)
			if n == 300 {
				l = s.List(2 * most)
			}
			if cap(l) != len(l) {
				t.Fatalf("a list of %d has room for %d", len(l), cap(l))
			}
			for k := range l {
				if l[k] != 0 {
					t.Fatalf("round %d: a list is not empty", round)
				}
				l[k] = n + 1
			}
			lists = append(lists, l)
		}
		for n, l := range lists {
			for _, x := range l {
				if x != n+1 {
					t.Fatalf("list %d has a value of list %d", n, x-1)
				}
			}
		}
		s.Reset()
	}
}

func TestCopy(t *testing.T) {
	var s Of[int]
	list := []int{1, 2, 3}
	c := s.Copy(list)
	list[0] = 9
	if c[0] != 1 || len(c) != 3 || s.Copy(nil) != nil || *s.One() != 0 {
		t.Error(c)
	}
}

// TestReset: what is used again is not allocated again.
func TestReset(t *testing.T) {
	var s Of[[4]int]
	use := func() {
		for range 1000 {
			s.One()[0] = 1
		}
		s.Reset()
	}
	use()
	if n := testing.AllocsPerRun(10, use); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
