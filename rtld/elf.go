package rtld

// The few words of the ELF format that the loader needs, spelled as in the generic
// ABI and the x86-64 psABI. elf_test.go compares every number with debug/elf.

const (
	ehdrSize = 64
	phdrSize = 56
	symSize  = 24
	relaSize = 24
	relrSize = 8
	dynSize  = 16
	noteSize = 44
	ntSize   = 12 // a note's header

	etExec = 2
	etDyn  = 3

	pfX = 1
	pfW = 2
	pfR = 4

	ptLoad     = 1
	ptDynamic  = 2
	ptInterp   = 3
	ptNote     = 4
	ptPhdr     = 6
	ptTLS      = 7
	ptGnuRelro = 0x6474e552
	ptSlul     = 0x60534C55 // the program note (docs/startup.md, "The file")
)

const (
	dtNull        = 0
	dtNeeded      = 1
	dtPltRelSz    = 2
	dtHash        = 4
	dtStrtab      = 5
	dtSymtab      = 6
	dtRela        = 7
	dtRelaSz      = 8
	dtRelaEnt     = 9
	dtStrSz       = 10
	dtSymEnt      = 11
	dtInit        = 12
	dtFini        = 13
	dtSoname      = 14
	dtRpath       = 15
	dtSymbolic    = 16
	dtRel         = 17
	dtPltRel      = 20
	dtDebug       = 21
	dtTextRel     = 22
	dtJmpRel      = 23
	dtInitArray   = 25
	dtFiniArray   = 26
	dtInitArraySz = 27
	dtFiniArraySz = 28
	dtRunpath     = 29
	dtFlags       = 30
	dtPreInit     = 32
	dtPreInitSz   = 33
	dtRelrSz      = 35
	dtRelr        = 36
	dtRelrEnt     = 37
	dtVersym      = 0x6ffffff0
	dtGnuHash     = 0x6ffffef5
	dtFlags1      = 0x6ffffffb
	dtVerDef      = 0x6ffffffc
	dtVerDefNum   = 0x6ffffffd
	dtVerNeed     = 0x6ffffffe
	dtVerNeedNum  = 0x6fffffff
	dfSymbolic    = 2
	dfTextRel     = 4
	df1Pie        = 0x08000000
	stbLocal      = 0
	stbWeak       = 2
	sttTLS        = 6
	stvHidden     = 2
	verNdxGlobal  = 1
	verFlgBase    = 1
	verFlgWeak    = 2
	sttGnuIfunc   = 10
	shnUndef      = 0
	shnAbs        = 0xfff1
)

// Auxiliary vector (include/uapi/linux/auxvec.h).
const (
	atNull   = 0
	atIgnore = 1
	atExecfd = 2
	atPhdr   = 3
	atPhent  = 4
	atPhnum  = 5
	atPagesz = 6
	atBase   = 7
	atFlags  = 8
	atEntry  = 9
	atUID    = 11
	atSecure = 23
	atRandom = 25
	atExecfn = 31
)

// The structures of a file, laid over its bytes: the loader and the files that it
// accepts are both little-endian, and every CPU here reads unaligned words.

// ehdr is Elf64_Ehdr.
type ehdr struct {
	magic                     uint32
	class, data, identVersion uint8
	_                         [9]uint8
	typ, machine              uint16
	version                   uint32
	entry, phoff, shoff       uint64
	flags                     uint32
	ehsize, phentsize, phnum  uint16
	shentsize, shnum          uint16
	_                         uint16
}

// phdr is Elf64_Phdr.
type phdr struct {
	typ, flags                              uint32
	off, vaddr, paddr, filesz, memsz, align uint64
}

// verdef is Elf64_Verdef; its first auxiliary entry, which names it, is a verdaux.
type verdef struct {
	version, flags, ndx, cnt uint16
	hash, aux, next          uint32
}

// verneed is Elf64_Verneed.
type verneed struct {
	version, cnt    uint16
	file, aux, next uint32
}

// vernaux is Elf64_Vernaux. Its first two fields are in the other order than Elf64_Verdaux
// has the like, see versions.go.
type vernaux struct {
	hash         uint32
	flags, other uint16
	name, next   uint32
}

// noteHeader is Elf64_Nhdr with the first word of a short owner.
type noteHeader struct{ namesz, descsz, typ, owner uint32 }

// end returns the address behind the segment's memory.
func (s *phdr) end() uint64 { return s.vaddr + s.memsz }

// dyn is Elf64_Dyn.
type dyn struct{ tag, value uint64 }

// rela is Elf64_Rela.
type rela struct {
	offset      uint64
	number, sym uint32
	addend      uint64
}

// symbol is Elf64_Sym.
type symbol struct {
	name        uint32
	info, other uint8
	shndx       uint16
	value, size uint64
}

// note is the program note: its header, the owner padded to 8, its contents.
type note struct {
	namesz, descsz, typ uint32
	owner               uint32
	_                   uint32
	format, flags       uint32
	entryLow, entryHigh uint32 // the contents are only 4-byte aligned
	minRtld, stub       uint32
}

// pageDown and pageUp round to a multiple of page, a power of two.
func pageDown(v, page uint64) uint64 { return v &^ (page - 1) }

func pageUp(v, page uint64) uint64 { return (v + page - 1) &^ (page - 1) }
