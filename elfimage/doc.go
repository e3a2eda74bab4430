// Package elfimage writes and reads ELF files of the kind that docs/file-format.md
// draws. Writing: it is given code, constants, symbols, fixups and a start-up
// stub, and leaves the bytes of a finished file. Reading: it is given bytes that
// anybody may have made and leaves what "slul inspect" shows.
//
// The files in reading order:
//
//	image.go     what goes into a file, and Bytes: the list of stages
//	build.go     the builder: checks of the Image, parts of the file
//	note.go      ELF notes, and the program note that PT_SLUL covers
//	service.go   the description of .note.slul-entry: services, givemes, entries
//	layout.go    which part lies where: parts -> offsets and addresses
//	segment.go   program headers; headers and parts -> bytes
//	dynamic.go   .dynsym, .gnu.hash, .rela.dyn, .dynamic
//	fixup.go     symbols and fixups -> bytes that no longer wait for anything
//	section.go   what only tools read: .symtab and the section headers
//	dwarf.go     .debug_info and .debug_line, so that gdb shows file:line
//	object.go    the same Image as a relocatable file
//	write.go     bytes -> a file that is there whole or not at all
//	parse.go     bytes -> File, bounds-checked
//	symbols.go   the symbols of a File
//	module.go    notes of modules, read
//	describe.go  File -> Description: JSON, or text for people
//
// The output is a pure function of the Image: no time, no path, no map order.
package elfimage
