// Package clib has tests only: objects that C compilers and linkers made run through the loader.
//
//	deps_test.go      three levels of libraries, linked in many ways, under three kinds of programs
//	refuse_test.go    a version that is missing
//	zlib_test.go      the objects of Debian's libz.a as shared objects
//	late_test.go      what the loader does for running programs
//	build_test.go     compiles, links, runs
//
// Everything is freestanding: no C library, no start files. Programs check themselves and tell by
// their exit status, and on fd 2 which check failed.
package clib
