package slab

import "unsafe"

// Stream makes values of T in pieces of memory, like Of, but keeps none but the current piece: the
// others go when nothing in them is used. The zero value is ready to use.
type Stream[T any] struct{ rest []T }

// pieceBytes is the size of a piece: one that the allocator has a class for.
const pieceBytes = 16 << 10

// One gives an empty T.
func (s *Stream[T]) One() *T { return &s.List(1)[0] }

// List gives n empty values of T that have no room behind them: appending makes a copy.
func (s *Stream[T]) List(n int) []T {
	if n > len(s.rest) {
		var t T
		piece := pieceBytes / int(unsafe.Sizeof(t))
		if n > piece/4 { // what is left of the current piece serves others
			return make([]T, n)
		}
		s.rest = make([]T, piece)
	}
	list := s.rest[:n:n]
	s.rest = s.rest[n:]
	return list
}

// Copy gives a copy of a list.
func (s *Stream[T]) Copy(list []T) []T {
	if len(list) == 0 {
		return nil
	}
	c := s.List(len(list))
	copy(c, list)
	return c
}
