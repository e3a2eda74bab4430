package objects

// What a set of files is like.

import "fmt"

// Shape is the measure of a set. What is 0 is not there.
type Shape struct {
	Libraries int
	Exports   int // functions of each library; at least 1
	Imports   int // of each library from others; the last one has none

	// Symbols is the number of functions that the program imports, the same number from
	// each library, but never less than one.
	Symbols int

	Relatives int  // words to which the base is added: in the first library, or in the program when there is none
	Relr      bool // they are in DT_RELR
	Size      int  // bytes of constants that nobody reads, in the same file

	// Compact libraries have constants and code in one segment where both fit a page, as
	// elfimage does it by default. Without it they have three: R, R+X, R+W, like those that
	// linkers make.
	Compact bool

	All   bool // the program calls all that it imports, not one function of each library
	Strip bool // no section headers
}

func (s Shape) check() error {
	if s.Libraries < 0 || s.Relatives < 0 || s.Size < 0 || s.Imports < 0 || s.Libraries > 0 && s.Exports < 1 {
		return fmt.Errorf("shape %+v: bad number", s)
	}
	if s.Symbols > s.Libraries*s.Exports {
		return fmt.Errorf("shape %+v: only %d symbols are exported", s, s.Libraries*s.Exports)
	}
	if s.Libraries > 1 && s.Imports > 0 && s.Exports < 2 {
		return fmt.Errorf("shape %+v: libraries import what others export behind the first function", s)
	}
	return nil
}

// imported is how many functions of library i the program imports.
func (s Shape) imported(i int) int {
	n := s.Symbols / s.Libraries
	if i < s.Symbols%s.Libraries {
		n++
	}
	return max(n, 1)
}

// suppliers are the libraries that library i imports from, and so needs. Libraries
// stand in three tiers of equal size. One of the first needs up to three of the
// second, one of the second up to three of the third, and all of the third need the
// last library, as all libraries of a system need its C library. Nobody needs himself
// or what stands before him.
func (s Shape) suppliers(i int) []int {
	last := s.Libraries - 1
	if i == last || s.Imports == 0 {
		return nil
	}
	tier := (s.Libraries + 2) / 3
	first := (i/tier + 1) * tier // of the next tier
	size := min(tier, s.Libraries-first)
	if size <= 0 {
		return []int{last}
	}
	var list []int
	for k := range min(3, size) {
		list = append(list, first+(i*7+k)%size)
	}
	return list
}
