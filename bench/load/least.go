package load

// What the libraries of a set cost at least: a static program that knows all before. It opens
// each, reads its header and asks which file it is, as every loader must that does not trust its own cache; it maps
// the segments side by side, touches each once, makes RELRO read-only, and ends. Nothing is looked up,
// nothing is bound, nothing is called.

import (
	"debug/elf"
	"path/filepath"

	"golang.org/x/sys/unix"

	. "slul/asm/amd64"
	"slul/bench/objects"
	"slul/elfimage"
	"slul/tests/tiny"
)

const (
	pageSize = 4096
	header   = 1024 // bytes of a file that are read before it is mapped
)

// Registers of the program that system calls keep.
const (
	region = RBX // free address space for all libraries; libraries lie there one after the other
	file   = RBP // the descriptor
)

func writeLeast(set *objects.Set) (string, error) {
	a := New()
	a.Label(tiny.Start)
	var files []*elfimage.File
	size := 0
	for _, path := range set.Libraries {
		f, err := elfimage.Open(path)
		if err != nil {
			return "", err
		}
		files = append(files, f)
		size += span(f)
	}
	if size > 0 {
		tiny.CallWith(a, unix.SYS_MMAP, 0, size, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE, -1, 0)
		a.Op(MOVQ, region, RAX)
		tiny.CallWith(a, unix.SYS_MUNMAP, region, size)
	}
	at := 0
	for i, f := range files {
		leastLoad(a, f, at, filepath.Base(set.Libraries[i]))
		at += span(f)
	}
	tiny.CallWith(a, unix.SYS_EXIT_GROUP, 0)
	for _, path := range set.Libraries {
		name := filepath.Base(path)
		a.String(name, []byte(path+"\x00"))
	}
	return set.Write("least", tiny.Static(tiny.Must(a)))
}

// span is the address space that a library takes, from address 0 of the file on.
func span(f *elfimage.File) int {
	end := uint64(0)
	for _, s := range f.Segments {
		if s.Type == elf.PT_LOAD {
			end = max(end, s.Vaddr+s.Memsz)
		}
	}
	return pageUp(end)
}

func pageUp(n uint64) int { return int(n+pageSize-1) &^ (pageSize - 1) }

// leastLoad loads one library to this place in the region. name is the label of its path.
func leastLoad(a *Asm, f *elfimage.File, at int, name string) {
	tiny.CallWith(a, unix.SYS_OPEN, Label(name), unix.O_RDONLY)
	a.Op(MOVQ, file, RAX)
	below := Mem{Base: RSP, Disp: -header}
	tiny.CallWith(a, unix.SYS_PREAD64, file, below, header, 0)
	tiny.CallWith(a, unix.SYS_FSTAT, file, below)
	for _, s := range f.Segments {
		start := int(s.Vaddr) &^ (pageSize - 1)
		place := Mem{Base: region, Disp: int32(at + start)}
		switch {
		case s.Type == elf.PT_GNU_RELRO:
			tiny.CallWith(a, unix.SYS_MPROTECT, place, pageUp(s.Vaddr+s.Memsz)-start, unix.PROT_READ)
		case s.Type != elf.PT_LOAD:
		default:
			prot := unix.PROT_READ
			if s.Flags&elf.PF_X != 0 {
				prot |= unix.PROT_EXEC
			}
			if s.Flags&elf.PF_W != 0 {
				prot |= unix.PROT_WRITE
			}
			end := start
			if s.Filesz > 0 {
				end = pageUp(s.Vaddr + s.Filesz)
				tiny.CallWith(a, unix.SYS_MMAP, place, end-start, prot, unix.MAP_PRIVATE|unix.MAP_FIXED_NOREPLACE, file, int(s.Off)&^(pageSize-1))
			}
			if rest := pageUp(s.Vaddr+s.Memsz) - end; rest > 0 {
				tiny.CallWith(a, unix.SYS_MMAP, Mem{Base: region, Disp: int32(at + end)}, rest, prot, unix.MAP_PRIVATE|unix.MAP_FIXED_NOREPLACE|unix.MAP_ANONYMOUS, -1, 0)
			}
			if prot&unix.PROT_WRITE != 0 {
				a.Op(MOVQ, place, RAX)
			} else {
				a.Op(MOVQ, RAX, place)
			}
		}
	}
	tiny.CallWith(a, unix.SYS_CLOSE, file)
}
