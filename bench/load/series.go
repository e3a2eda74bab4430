package load

// What is varied. A new question is a new row.

import "slul/bench/objects"

// series is a list of sets that differ in one number. What a point costs is counted
// from the first.
type series struct {
	name  string
	title string // over the picture
	what  string
	unit  string
	ns    []int
	shape func(n int) objects.Shape
}

const kib = 1024

var allSeries = []series{
	{"libraries", "Libraries", "each library exports 10 functions and imports up to 10; the program calls one of each", "library",
		[]int{0, 1, 10, 100, 500},
		func(n int) objects.Shape { return objects.Shape{Libraries: n, Exports: 10, Imports: 10} }},
	{"compact", "Libraries of one page each", "the same, but constants and code of each library lie in one segment of one page", "library",
		[]int{0, 1, 10, 100, 500},
		func(n int) objects.Shape { return objects.Shape{Libraries: n, Exports: 10, Imports: 10, Compact: true} }},
	{"symbols", "Symbols of 10 libraries", "functions that the program imports, from 10 libraries that export no others", "symbol",
		[]int{10, 100, 1000, 10000, 100000},
		func(n int) objects.Shape { return objects.Shape{Libraries: 10, Exports: n / 10, Symbols: n} }},
	{"symbols-of-100", "Symbols of 100 libraries", "the same from 100 libraries", "symbol",
		[]int{100, 1000, 10000, 100000},
		func(n int) objects.Shape { return objects.Shape{Libraries: 100, Exports: n / 100, Symbols: n} }},
	{"rela", "Relocations of a library, RELA", "RELATIVE relocations of one library, in DT_RELA", "word", decades,
		func(n int) objects.Shape { return objects.Shape{Libraries: 1, Exports: 1, Relatives: n} }},
	{"relr", "Relocations of a library, RELR", "RELATIVE relocations of one library, in DT_RELR", "word", decades,
		func(n int) objects.Shape { return objects.Shape{Libraries: 1, Exports: 1, Relatives: n, Relr: true} }},
	{"own-rela", "Relocations of the program, RELA", "RELATIVE relocations of the program, in DT_RELA; no library", "word", decades,
		func(n int) objects.Shape { return objects.Shape{Relatives: n} }},
	{"own-relr", "Relocations of the program, RELR", "RELATIVE relocations of the program, in DT_RELR; no library", "word", decades,
		func(n int) objects.Shape { return objects.Shape{Relatives: n, Relr: true} }},
	{"size", "Size of a library", "KiB of one library that nobody reads", "KiB",
		[]int{4, 1 * kib, 16 * kib, 64 * kib},
		func(n int) objects.Shape { return objects.Shape{Libraries: 1, Exports: 1, Size: n * kib} }},
}

var decades = []int{1, 100, 1000, 10000, 100000, 1000000}
