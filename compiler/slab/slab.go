// Package slab makes many small things in pieces of memory: each by itself would cost the
// allocator and the collector more than the work on it.
package slab

// Of gives room for values of T. The zero value is ready to use. A piece lives as long as
// anything in it does.
type Of[T any] struct {
	pieces [][]T
	piece  int // the current one
	at     int // what is given away of it
}

// Sizes of the pieces: the first is small, as most functions are.
const (
	first = 16
	most  = 256
)

// One gives an empty T.
func (s *Of[T]) One() *T { return &s.List(1)[0] }

// List gives n empty values of T that have no room behind them: appending makes a copy.
func (s *Of[T]) List(n int) []T {
	for s.piece >= len(s.pieces) || s.at+n > len(s.pieces[s.piece]) {
		s.next(n)
	}
	s.at += n
	return s.pieces[s.piece][s.at-n : s.at : s.at]
}

// Copy gives a copy of a list.
func (s *Of[T]) Copy(list []T) []T {
	if len(list) == 0 {
		return nil
	}
	c := s.List(len(list))
	copy(c, list)
	return c
}

// next goes on to another piece, a new one after the last.
func (s *Of[T]) next(n int) {
	if s.piece < len(s.pieces) {
		s.piece++
		s.at = 0
	}
	if s.piece == len(s.pieces) {
		size := first
		if s.piece > 0 {
			size = min(2*len(s.pieces[s.piece-1]), most)
		}
		s.pieces = append(s.pieces, make([]T, max(size, n)))
	}
}

// Reset takes everything back that was given, to give it again. Nobody may use it any more.
func (s *Of[T]) Reset() {
	for k, p := range s.pieces[:min(s.piece+1, len(s.pieces))] {
		if k == s.piece {
			p = p[:s.at]
		}
		clear(p)
	}
	s.piece, s.at = 0, 0
}
