package slab

import "unsafe"

// Stream makes values of T in pieces of memory, like Of, but keeps none but the current piece: the
// others go when nothing in them is used. The zero value is ready to use.
type Stream[T any] struct {
	piece []T
	at    int // what is given away of it
}

// pieceBytes is the size of a piece: one that the allocator has a class for.
const pieceBytes = 16 << 10

// One gives an empty T.
func (s *Stream[T]) One() *T {
	if s.at == len(s.piece) {
		s.next()
	}
	s.at++
	return &s.piece[s.at-1]
}

// List gives n empty values of T that have no room behind them: appending makes a copy.
func (s *Stream[T]) List(n int) []T {
	if n > len(s.piece)-s.at {
		if n > s.size()/4 { // what is left of the current piece serves others
			return make([]T, n)
		}
		s.next()
	}
	s.at += n
	return s.piece[s.at-n : s.at : s.at]
}

func (s *Stream[T]) next() { s.piece, s.at = make([]T, s.size()), 0 }

// size is how many values a piece has.
func (s *Stream[T]) size() int {
	var t T
	return pieceBytes / int(unsafe.Sizeof(t))
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
