package rtld_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"slul/rtld/elftest"
)

// The rows of docs/loader.md, "Damaged files", on a file that has everything: as the program, as a
// library that it needs, as a library that is loaded late (late_test.go).

// place is where a damaged file stands.
type place uint8

const (
	program place = 1 << iota
	library
	both = program | library
)

// row is a damage and what is said about it.
type row struct {
	row    int
	name   string
	in     place
	change func(o *elftest.Object)
	want   string // of the line
	found  string // in library position when not as want: the file is passed over in a search
}

const (
	passed    = "libraries not found: libevery.so (for "
	dtRelrSz  = elf.DynTag(35)
	dtRelr    = elf.DynTag(36)
	dtRelrEnt = elf.DynTag(37)
)

// seg changes a program header.
func seg(i int, change func(s *elf.Prog64)) func(o *elftest.Object) {
	return func(o *elftest.Object) { change(&o.Progs[i]) }
}

// tag changes a dynamic tag.
func tag(t elf.DynTag, v uint64) func(o *elftest.Object) {
	return func(o *elftest.Object) { o.Set(t, v) }
}

// header changes the ELF header.
func header(change func(h *elf.Header64)) func(o *elftest.Object) {
	return func(o *elftest.Object) { change(&o.Header) }
}

// reloc changes the relocation of a word.
func reloc(label string, change func(r *elf.Rela64)) func(o *elftest.Object) {
	return func(o *elftest.Object) { change(o.Reloc(label)) }
}

// typed changes the type of a relocation.
func typed(label string, typ uint32) func(o *elftest.Object) {
	return reloc(label, func(r *elf.Rela64) { r.Info = r.Info&^0xffffffff | uint64(typ) })
}

// indexed changes the symbol of a relocation.
func indexed(label string, sym uint64) func(o *elftest.Object) {
	return reloc(label, func(r *elf.Rela64) { r.Info = r.Info&0xffffffff | sym<<32 })
}

// cut shortens the file.
func cut(n int) func(o *elftest.Object) {
	return func(o *elftest.Object) { o.Body = o.Body[:n] }
}

// pathIn puts a string of that length into PT_INTERP.
func pathIn(name []byte) func(o *elftest.Object) {
	return func(o *elftest.Object) {
		o.Progs[elftest.SegStack] = elf.Prog64{Type: uint32(elf.PT_INTERP), Flags: 4, Off: uint64(len(o.Body)), Filesz: uint64(len(name))}
		o.Body = append(o.Body, name...)
	}
}

func all(changes ...func(o *elftest.Object)) func(o *elftest.Object) {
	return func(o *elftest.Object) {
		for _, c := range changes {
			c(o)
		}
	}
}

var rows = []row{
	{1, "empty", both, cut(0), "file too short: size=0", passed},
	{1, "4 bytes", both, cut(4), "file too short: size=4", passed},
	{1, "header only", both, cut(64), "bad program headers: e_phoff=0x40", ""},
	{1, "cut in the table", both, cut(500), "bad program headers: e_phoff=0x40", ""},
	{1, "cut in the data", both, cut(0x2800), "segment outside the file: p_offset=0x2000", ""},
	{2, "magic", both, header(func(h *elf.Header64) { h.Ident[0] = 0x7e }), "e_ident=", passed},
	{2, "class 32", both, header(func(h *elf.Header64) { h.Ident[4] = 1 }), "EI_CLASS=1", passed},
	{2, "big-endian", both, header(func(h *elf.Header64) { h.Ident[5] = 2 }), "EI_DATA=2", passed},
	{2, "EI_VERSION 0", both, header(func(h *elf.Header64) { h.Ident[6] = 0 }), "unknown ELF version: e_version=", ""},
	{2, "e_version 0", both, header(func(h *elf.Header64) { h.Version = 0 }), "e_version=0", ""},
	{3, "AArch64", both, header(func(h *elf.Header64) { h.Machine = 183 }), "made for AArch64, this loader is for x86-64: e_machine=183", passed},
	{4, "NONE", both, header(func(h *elf.Header64) { h.Type = 0 }), "e_type=0", ""},
	{4, "REL", both, header(func(h *elf.Header64) { h.Type = 1 }), "e_type=1", ""},
	{4, "CORE", both, header(func(h *elf.Header64) { h.Type = 4 }), "e_type=4", ""},
	{5, "EXEC", both, header(func(h *elf.Header64) { h.Type = 2 }), "e_type=2", ""},
	{5, "PIE", library, tag(elf.DT_FLAGS_1, 0x08000000), "not a library but a program: e_type=3", ""},
	{5, "a SLUL program", library, seg(elftest.SegNote, func(s *elf.Prog64) { s.Type = 0x60534C55 }), "not a library but a program", ""},
	{6, "e_phentsize 32", both, header(func(h *elf.Header64) { h.Phentsize = 32 }), "e_phentsize=32", ""},
	{6, "e_phentsize 0", both, header(func(h *elf.Header64) { h.Phentsize = 0 }), "e_phentsize=0", ""},
	{7, "e_phnum 0", both, header(func(h *elf.Header64) { h.Phnum = 0 }), "e_phnum=0", ""},
	{7, "PN_XNUM", both, header(func(h *elf.Header64) { h.Phnum = 0xffff }), "e_phnum=65535", ""},
	{7, "over 64 KiB", both, func(o *elftest.Object) { o.Header.Phnum = 1171; o.Body = append(o.Body, make([]byte, 80000)...) }, "e_phnum=1171", ""},
	{8, "e_phoff past the end", both, header(func(h *elf.Header64) { h.Phoff = 1 << 20 }), "e_phoff=0x100000", ""},
	{8, "e_phoff wraps", both, header(func(h *elf.Header64) { h.Phoff = ^uint64(7) }), "e_phoff=0xfffffffffffffff8", ""},
	{8, "e_phoff unaligned", both, header(func(h *elf.Header64) { h.Phoff = 65 }), "e_phoff=0x41", ""},

	{12, "no PT_LOAD", both, func(o *elftest.Object) {
		for i := range o.Progs {
			if o.Progs[i].Type == 1 {
				o.Progs[i].Type = 4
			}
		}
	}, "nothing to load: e_phnum=9", ""},
	{12, "no PT_DYNAMIC", library, seg(elftest.SegDynamic, func(s *elf.Prog64) { s.Type = 4 }), "not a library: no PT_DYNAMIC", ""},
	{13, "filesz over memsz", both, seg(elftest.SegRW, func(s *elf.Prog64) { s.Memsz = 0x1000 }), "p_filesz larger than p_memsz: p_filesz=0x1400", ""},
	{14, "memsz 2^62", both, seg(elftest.SegRW, func(s *elf.Prog64) { s.Memsz = 1 << 62 }), "p_memsz=0x4000000000000000", ""},
	{14, "vaddr+memsz wraps", both, seg(elftest.SegRW, func(s *elf.Prog64) { s.Memsz = -s.Vaddr - 8 }), "segment too large", ""},
	{14, "span 2^55", both, seg(elftest.SegRW, func(s *elf.Prog64) { s.Memsz = 1 << 55 }), "no address space: bytes=", ""},
	{15, "offset+filesz past the end", both, seg(elftest.SegRW, func(s *elf.Prog64) { s.Filesz = 0x2000 }), "segment outside the file: p_offset=0x2000", ""},
	{15, "offset wraps", both, seg(elftest.SegRW, func(s *elf.Prog64) { s.Off = 0xfffffffffffff000 }), "segment outside the file: p_offset=0xfffffffffffff000", ""},
	{16, "p_align 3", both, seg(elftest.SegCode, func(s *elf.Prog64) { s.Align = 3 }), "bad segment alignment: p_align=0x3", ""},
	{17, "p_align 2^48", both, seg(elftest.SegCode, func(s *elf.Prog64) { s.Align = 1 << 48 }), "no address space: bytes=", ""},
	{17, "p_align 2^63", both, seg(elftest.SegCode, func(s *elf.Prog64) { s.Align = 1 << 63 }), "p_align=0x8000000000000000", ""},
	{18, "not congruent", both, seg(elftest.SegRW, func(s *elf.Prog64) { s.Off += 8; s.Filesz -= 8 }), "differ: p_vaddr=0x3000", ""},
	{19, "overlap", both, seg(elftest.SegCode, func(s *elf.Prog64) { s.Memsz = 0x2008 }), "segments overlap: p_vaddr=0x3000", ""},
	{20, "other permissions in a page", both, seg(elftest.SegStack, func(s *elf.Prog64) { s.Type, s.Flags, s.Vaddr, s.Memsz = 1, 4, elftest.EndAt, 8 }),
		"segments share a page: p_vaddr=0x5800", ""},
	{20, "other bytes in a page", both, seg(elftest.SegStack, func(s *elf.Prog64) {
		s.Type, s.Flags, s.Off, s.Vaddr, s.Filesz, s.Memsz = 1, 6, 0x2800, elftest.EndAt, 8, 8
	}), "segments share a page: p_vaddr=0x5800", ""},
	{24, "writable code", both, seg(elftest.SegCode, func(s *elf.Prog64) { s.Flags = 7 }), "segment writable and executable: p_flags=7", ""},
	{26, "PT_INTERP empty", program, pathIn(nil), "bad interpreter name: p_filesz=0", ""},
	{26, "PT_INTERP only NUL", program, pathIn([]byte{0}), "bad interpreter name: p_filesz=1", ""},
	{26, "PT_INTERP unterminated", program, pathIn([]byte("/lib/x")), "bad interpreter name: p_filesz=6", ""},
	{26, "PT_INTERP too long", program, pathIn(bytes.Repeat([]byte{'/'}, 5000)), "bad interpreter name: p_filesz=5000", ""},
	{27, "PT_TLS align 3", both, seg(elftest.SegTLS, func(s *elf.Prog64) { s.Align = 3 }), "bad segment alignment: p_align=0x3", ""},
	{27, "PT_TLS filesz over memsz", both, seg(elftest.SegTLS, func(s *elf.Prog64) { s.Memsz = 4 }), "p_filesz=0x8", ""},
	{27, "PT_TLS memsz 2^62", both, seg(elftest.SegTLS, func(s *elf.Prog64) { s.Memsz = 1 << 62 }), "PT_TLS too large: p_memsz=4611686018427387904", ""},
	{27, "PT_TLS outside", both, seg(elftest.SegTLS, func(s *elf.Prog64) { s.Vaddr = 1 << 40 }), "segment outside the image: p_vaddr=0x10000000000", ""},
	{27, "PT_TLS outside the file", both, seg(elftest.SegTLS, func(s *elf.Prog64) { s.Off = 1 << 40 }), "segment outside the file: p_offset=0x10000000000", ""},
	{27, "two PT_TLS", both, func(o *elftest.Object) { o.Progs[elftest.SegStack] = o.Progs[elftest.SegTLS] }, "two segments of one kind: p_type=0x7", ""},
	{28, "RELRO outside", both, seg(elftest.SegRelro, func(s *elf.Prog64) { s.Vaddr = 1 << 40 }), "segment outside the image: p_vaddr=0x10000000000", ""},
	{28, "RELRO over code", both, seg(elftest.SegRelro, func(s *elf.Prog64) { s.Vaddr = elftest.CodeOff }), "segment outside the image: p_vaddr=0x1000", ""},
	{28, "RELRO wraps", both, seg(elftest.SegRelro, func(s *elf.Prog64) { s.Memsz = ^uint64(0) }), "segment outside the image: p_vaddr=0x3000", ""},

	{32, "PT_DYNAMIC outside", both, seg(elftest.SegDynamic, func(s *elf.Prog64) { s.Vaddr = 1 << 30 }), "segment outside the image: p_vaddr=0x40000000", ""},
	{32, "PT_DYNAMIC outside the file", both, seg(elftest.SegDynamic, func(s *elf.Prog64) { s.Filesz = 1 << 40 }), "segment outside the file: p_offset=0x2000", ""},
	{32, "PT_DYNAMIC straddles the end", both, seg(elftest.SegDynamic, func(s *elf.Prog64) { s.Vaddr = elftest.EndAt - 0x10 }), "segment outside the image", ""},
	{33, "two DT_RELA", both, func(o *elftest.Object) { o.Add(elf.DT_RELA, 0x700) }, "dynamic tag given twice: DT_RELA=0x700", ""},
	{33, "two DT_STRTAB", both, func(o *elftest.Object) { o.Add(elf.DT_STRTAB, 0x700) }, "dynamic tag given twice: DT_STRTAB=0x700", ""},
	{33, "two PT_DYNAMIC", both, func(o *elftest.Object) { o.Progs[elftest.SegStack] = o.Progs[elftest.SegDynamic] }, "two segments of one kind: p_type=0x2", ""},
	{34, "DT_STRTAB outside", both, tag(elf.DT_STRTAB, 1<<40), "table outside the image: DT_STRTAB=0x10000000000", ""},
	{34, "DT_SYMTAB outside", both, tag(elf.DT_SYMTAB, 1<<40), "table outside the image: DT_SYMTAB=0x10000000000", ""},
	{34, "DT_HASH outside", both, func(o *elftest.Object) { o.Drop(elf.DT_GNU_HASH); o.Set(elf.DT_HASH, 1<<40) }, "table outside the image: DT_HASH=0x10000000000", ""},
	{34, "DT_GNU_HASH outside", both, tag(elf.DT_GNU_HASH, 1<<40), "table outside the image: DT_GNU_HASH=0x10000000000", ""},
	{34, "DT_VERSYM outside", both, tag(elf.DT_VERSYM, 1<<40), "table outside the image: DT_VERSYM=0x10000000000", ""},
	{34, "DT_VERNEED outside", both, tag(elf.DT_VERNEED, 1<<40), "damaged table: DT_VERNEED=0x10000000000", ""},
	{34, "DT_VERDEF outside", library, tag(elf.DT_VERDEF, 1<<40), "damaged table: DT_VERDEF=0x10000000000", ""},
	{34, "DT_JMPREL outside", both, tag(elf.DT_JMPREL, elftest.EndAt-8), "table outside the image: DT_JMPREL=0x57f8", ""},
	{34, "DT_RELA outside", both, tag(elf.DT_RELA, 1<<40), "table outside the image: DT_RELA=0x10000000000", ""},
	{34, "DT_RELR outside", both, tag(dtRelr, ^uint64(0)), "table outside the image: DT_RELR=0xffffffffffffffff", ""},
	{35, "DT_STRSZ too small", both, tag(elf.DT_STRSZ, 4), "damaged table: DT_STRTAB=", ""},
	{35, "DT_STRSZ 1", both, tag(elf.DT_STRSZ, 1), "bad string: offset=", ""},
	{35, "DT_STRSZ missing", both, func(o *elftest.Object) { o.Drop(elf.DT_STRSZ) }, "incomplete table: DT_STRSZ=0x0", ""},
	{35, "DT_STRSZ 2^60", both, tag(elf.DT_STRSZ, 1<<60), "table outside the image: DT_STRTAB=", ""},
	{35, "not terminated", both, func(o *elftest.Object) { o.Str[len(o.Str)-1] = 'x' }, "damaged table: DT_STRTAB=", ""},
	{36, "DT_SYMENT", both, tag(elf.DT_SYMENT, 16), "wrong value: DT_SYMENT=0x10", ""},
	{36, "DT_RELAENT", both, tag(elf.DT_RELAENT, 16), "wrong value: DT_RELAENT=0x10", ""},
	{36, "DT_RELRENT", both, tag(dtRelrEnt, 4), "wrong value: DT_RELRENT=0x4", ""},
	{36, "DT_RELASZ odd", both, tag(elf.DT_RELASZ, 25), "wrong value: DT_RELASZ=0x19", ""},
	{36, "DT_PLTRELSZ odd", both, tag(elf.DT_PLTRELSZ, 25), "wrong value: DT_PLTRELSZ=0x19", ""},
	{36, "DT_RELRSZ odd", both, tag(dtRelrSz, 12), "wrong value: DT_RELRSZ=0xc", ""},
	{36, "DT_REL", both, tag(elf.DT_REL, 0x300), "relocations not supported", ""},
	{36, "DT_PLTREL", both, tag(elf.DT_PLTREL, 17), "wrong value: DT_PLTREL=0x11", ""},
	{37, "nbucket 0", both, sysv(func(h []uint32) { h[0] = 0 }), "damaged table: DT_HASH=", ""},
	{37, "nbucket 2^32-1", both, sysv(func(h []uint32) { h[0] = 0xffffffff }), "damaged table: DT_HASH=", ""},
	{37, "nchain 2^32-1", both, sysv(func(h []uint32) { h[1] = 0xffffffff }), "damaged table: DT_HASH=", ""},
	{37, "bucket out of range", both, sysv(func(h []uint32) { h[2] = 0x7fffffff }), "damaged table: DT_HASH=", ""},
	{37, "chain out of range", both, sysv(func(h []uint32) { h[5+h[2]] = 0x7fffffff; h[5+h[3]] = 0x7fffffff; h[5+h[4]] = 0x7fffffff }), "damaged table: DT_HASH=", ""},
	{37, "chain loop", both, sysv(func(h []uint32) { h[5+h[2]] = h[2]; h[5+h[3]] = h[3]; h[5+h[4]] = h[4] }), "damaged table: DT_HASH=", ""},
	{38, "nbuckets 0", both, gnu(0, 0), "damaged table: DT_GNU_HASH=", ""},
	{38, "nbuckets 2^32-1", both, gnu(0, 0xffffffff), "damaged table: DT_GNU_HASH=", ""},
	{38, "filter of 0 words", both, gnu(2, 0), "damaged table: DT_GNU_HASH=", ""},
	{38, "filter of 3 words", both, gnu(2, 3), "damaged table: DT_GNU_HASH=", ""},
	{38, "filter of 2^31 words", both, gnu(2, 1<<31), "damaged table: DT_GNU_HASH=", ""},
	{38, "shift 64", both, gnu(3, 64), "damaged table: DT_GNU_HASH=", ""},
	{38, "bucket before the first", both, func(o *elftest.Object) { o.Gnu[1] += 7 }, "damaged table: DT_GNU_HASH=", ""},
	{38, "bucket out of range", both, gnu(6, 0x7fffffff), "damaged table: DT_GNU_HASH=", ""},
	{38, "chain without end", both, func(o *elftest.Object) {
		for i := 9; i < len(o.Gnu); i++ {
			o.Gnu[i] &^= 1
		}
		o.Set(elf.DT_SYMTAB, o.At["sym"])
	}, "damaged table: DT_GNU_HASH=", ""},
	{40, "r_offset outside", both, reloc("w.rel", func(r *elf.Rela64) { r.Off = 1 << 40 }), "not writable: address=0x10000000000", ""},
	{40, "r_offset in code", both, reloc("w.rel", func(r *elf.Rela64) { r.Off = elftest.CodeOff }), "not writable: address=0x1000", ""},
	{40, "r_offset straddles the end", both, reloc("w.rel", func(r *elf.Rela64) { r.Off = elftest.EndAt - 4 }), "not writable: address=0x57fc", ""},
	{40, "r_offset wraps", both, reloc("w.rel", func(r *elf.Rela64) { r.Off = ^uint64(3) }), "not writable", ""},
	{40, "of a symbol, in code", both, reloc("w.fn", func(r *elf.Rela64) { r.Off = elftest.CodeOff }), "not writable: address=0x1000", ""},
	{40, "DT_TEXTREL", both, tag(elf.DT_TEXTREL, 0), "not supported", ""},
	{40, "DF_TEXTREL", both, tag(elf.DT_FLAGS, 4), "not supported: DT_FLAGS=0x4", ""},
	{40, "of the hash table, in a writable segment", both, relocateTable("gnu", 24), "not writable: address=", ""},
	{40, "of the symbols, in a writable segment", both, relocateTable("sym", 24), "not writable: address=", ""},
	{40, "of the strings, in a writable segment", both, relocateTable("str", 8), "not writable: address=", ""},
	{40, "of the versions, in a writable segment", both, relocateTable("versym", 0), "not writable: address=", ""},
	{41, "symbol out of range", both, indexed("w.fn", 60), "relocation without symbol: r_sym=60", ""},
	{41, "symbol 2^32-1", both, indexed("w.nowhere", 0xffffffff), "relocation without symbol: r_sym=4294967295", ""},
	{42, "unknown type", both, typed("w.rel", 77), "unknown relocation: r_type=77", ""},
	{42, "type 2^32-1", both, typed("w.rel", 0xffffffff), "unknown relocation: r_type=4294967295", ""},
	{42, "COPY in a library", library, typed("w.copied", 5), "relocation only for programs: r_type=5", ""},
	{42, "COPY of what is nowhere", program, func(o *elftest.Object) { o.Symbol("copied").Name = o.Name("alone") }, "no library has alone to copy", ""},
	{42, "COPY that does not fit", program, func(o *elftest.Object) {
		o.Symbol("copied").Size = 1 << 40
		o.Reloc("copyable").Off = elftest.EndAt - 8
	}, "not writable: address=0x57f8", ""},
	{42, "COPY of what is outside", library, func(o *elftest.Object) { o.Symbol("copied").Value = 1 << 40 }, "", "symbol outside the image: r_sym="},
	{43, "DT_RELASZ 2^40", both, tag(elf.DT_RELASZ, 24<<40), "table outside the image: DT_RELA=", ""},
	{43, "DT_RELASZ past the end", both, tag(elf.DT_RELASZ, 24*0x400), "table outside the image: DT_RELA=", ""},
	{44, "bitmap first", both, relr(0, 3), "bad address: DT_RELR=0x1", ""},
	{44, "unaligned", both, relr(0, elftest.WordsAt+2), "bad address: DT_RELR=0x3402", ""},
	{44, "outside", both, relr(0, 1<<40), "not writable: address=0x10000000000", ""},
	{44, "in code", both, relr(0, elftest.CodeOff), "not writable: address=0x1000", ""},
	{44, "past the segment", both, func(o *elftest.Object) { o.Relr = []uint64{elftest.EndAt - 16, ^uint64(0)} }, "not writable: address=0x5800", ""},
	{45, "resolver outside", both, reloc("w.irelative", func(r *elf.Rela64) { r.Addend = 1 << 40 }), "function not in code: address=0x10000000000", ""},
	{45, "resolver in data", both, reloc("w.irelative", func(r *elf.Rela64) { r.Addend = elftest.PlainAt }), "function not in code: address=0x4000", ""},
	{45, "IFUNC symbol in data", library, func(o *elftest.Object) {
		o.Symbol("fn").Info, o.Symbol("fn").Value = 1<<4|10, elftest.PlainAt
	}, "function not in code: address=0x4000", ""},
	{46, "undefined", both, func(o *elftest.Object) { o.Symbol("nowhere").Info = 1 << 4 }, "undefined symbols: nowhere", "undefined symbols: nowhere (for "},
	{46, "two undefined", both, func(o *elftest.Object) { o.Symbol("nowhere").Info = 1 << 4; o.Symbol("absent").Info = 1 << 4 },
		"undefined symbols: nowhere absent", "libevery.so) absent (for "},
	{46, "name outside", both, func(o *elftest.Object) { o.Symbol("nowhere").Name = 1 << 30 }, "bad string: offset=0x40000000", ""},
	{47, "version that is not there", both, func(o *elftest.Object) { o.Vernaux[0].Hash++ }, "needs version ", ""},
	{47, "vn_version name outside", both, func(o *elftest.Object) { o.Vernaux[0].Name = 1 << 30 }, "bad string: offset=0x40000000", ""},
	{47, "vn_file outside", both, func(o *elftest.Object) { o.Verneed[0].File = 1 << 30 }, "bad string: offset=0x40000000", ""},
	{47, "vn_aux outside", both, func(o *elftest.Object) { o.Verneed[0].Aux = 1 << 30 }, "damaged table: DT_VERNEED=", ""},
	{47, "vn_next outside", both, func(o *elftest.Object) { o.Verneed[0].Next = 1 << 30; o.Set(elf.DT_VERNEEDNUM, 2) }, "damaged table: DT_VERNEED=", ""},
	{47, "vn_next loops", both, func(o *elftest.Object) {
		o.Verneed[0].Next, o.Verneed[0].Aux = 0xffffffff, 16
		o.Set(elf.DT_VERNEEDNUM, 1<<40)
	}, "damaged table: DT_VERNEED=", ""},
	{47, "vd_aux outside", library, func(o *elftest.Object) { o.Verdef[0].Aux = 1 << 30 }, "damaged table: DT_VERDEF=", ""},
	{47, "vd_next outside", library, func(o *elftest.Object) { o.Verdef[0].Next = 1 << 30 }, "damaged table: DT_VERDEF=", ""},
	{47, "vda_name outside", library, func(o *elftest.Object) { o.Verdef[1].Name = 1 << 30 }, "bad string: offset=0x40000000", ""},
	{49, "DT_NEEDED out of range", both, func(o *elftest.Object) { o.Add(elf.DT_NEEDED, 1<<30) }, "bad string: offset=0x40000000", ""},
	{49, "DT_NEEDED empty", both, func(o *elftest.Object) { o.Add(elf.DT_NEEDED, 0) }, "empty name: DT_NEEDED=0x0", ""},
	{49, "DT_NEEDED not there", both, func(o *elftest.Object) { o.Add(elf.DT_NEEDED, uint64(o.Name("libnone.so"))) }, "libraries not found: libnone.so (for ", "libraries not found: libnone.so (for "},
	{49, "DT_NEEDED of 1 MB", both, func(o *elftest.Object) {
		// behind the file, in a segment of its own
		n := uint64(len(o.Body))
		o.Body = append(append(append(o.Body, make([]byte, 0x800)...), bytes.Repeat([]byte("n"), 1<<20)...), 0)
		n += 0x800
		o.Progs[elftest.SegStack] = elf.Prog64{Type: 1, Flags: 4, Off: n, Vaddr: 0x10000, Filesz: 1<<20 + 1, Memsz: 1<<20 + 1, Align: 4096}
		o.Set(elf.DT_STRTAB, 0x10000)
		o.Set(elf.DT_STRSZ, 1<<20+1)
	}, "nnn... (for ", "nnn... (for "},
	{49, "DT_SONAME out of range", library, tag(elf.DT_SONAME, 1<<30), "bad string: offset=0x40000000", ""},
	{50, "DT_INIT outside", both, tag(elf.DT_INIT, 1<<40), "not in code: DT_INIT=0x10000000000", ""},
	{50, "DT_INIT in data", both, tag(elf.DT_INIT, elftest.PlainAt), "not in code: DT_INIT=0x4000", ""},
	{50, "DT_FINI in tables", both, tag(elf.DT_FINI, 0x400), "not in code: DT_FINI=0x400", ""},
	{50, "DT_INIT_ARRAY outside", both, tag(elf.DT_INIT_ARRAY, 1<<40), "table outside the image: DT_INIT_ARRAY=0x10000000000", ""},
	{50, "DT_INIT_ARRAYSZ odd", both, tag(elf.DT_INIT_ARRAYSZ, 7), "wrong value: DT_INIT_ARRAYSZ=0x7", ""},
	{50, "DT_INIT_ARRAYSZ huge", both, tag(elf.DT_INIT_ARRAYSZ, 1<<60), "table outside the image: DT_INIT_ARRAY=", ""},
	{50, "DT_FINI_ARRAYSZ huge", both, tag(elf.DT_FINI_ARRAYSZ, 1<<60), "table outside the image: DT_FINI_ARRAY=", ""},
	{50, "constructor in data", both, reloc("w.fini", func(r *elf.Rela64) { r.Addend = elftest.PlainAt }), "function not in code: address=0x4000", ""},
}

// sysv leaves DT_HASH alone and damages it.
func sysv(change func(h []uint32)) func(o *elftest.Object) {
	return func(o *elftest.Object) { o.Drop(elf.DT_GNU_HASH); change(o.Hash) }
}

func gnu(i int, v uint32) func(o *elftest.Object) {
	return func(o *elftest.Object) { o.Gnu[i] = v }
}

// relocateTable makes the tables writable, and a relocation change one of them.
func relocateTable(label string, off uint64) func(o *elftest.Object) {
	return func(o *elftest.Object) {
		o.Progs[elftest.SegTables].Flags = 6
		o.Reloc("w.rel").Off = o.At[label] + off
	}
}

func relr(i int, v uint64) func(o *elftest.Object) {
	return func(o *elftest.Object) { o.Relr[i] = v }
}

// fine are changes of either file that the loader must not mind.
var fine = []row{
	{0, "undamaged", both, func(o *elftest.Object) {}, "", ""},
	{11, "headers in no PT_LOAD", both, func(o *elftest.Object) {
		o.Header.Phoff = uint64(len(o.Body))
		var b bytes.Buffer
		binary.Write(&b, binary.LittleEndian, o.Progs)
		o.Body = append(o.Body, b.Bytes()...)
	}, "", ""},
	{16, "p_align 0 and 1", both, func(o *elftest.Object) { o.Progs[elftest.SegTables].Align, o.Progs[elftest.SegRW].Align = 0, 1 }, "", ""},
	{17, "p_align 2 MiB", both, seg(elftest.SegRW, func(s *elf.Prog64) { s.Align = 1 << 21 }), "", ""},
	{20, "the end of code in no file", both, seg(elftest.SegCode, func(s *elf.Prog64) { s.Memsz = 0x1ff0 }), "", ""},
	{21, "out of order", both, func(o *elftest.Object) {
		o.Progs[elftest.SegTables], o.Progs[elftest.SegRW] = o.Progs[elftest.SegRW], o.Progs[elftest.SegTables]
	}, "", ""},
	{22, "p_memsz 0", both, seg(elftest.SegStack, func(s *elf.Prog64) { s.Type = 1 }), "", ""},
	{22, "guard without permissions", both, seg(elftest.SegStack, func(s *elf.Prog64) { s.Type, s.Flags, s.Vaddr, s.Memsz = 1, 0, 0x9000, 0x1000 }), "", ""},
	{22, "filesz 0", both, seg(elftest.SegStack, func(s *elf.Prog64) { s.Type, s.Flags, s.Vaddr, s.Memsz = 1, 6, 0x9010, 0x3000 }), "", ""},
	{23, "bss behind read-only tables", both, seg(elftest.SegTables, func(s *elf.Prog64) { s.Filesz = 0xf00 }), "", ""},
	{26, "PT_INTERP", both, pathIn([]byte("/lib/slulrtld-x86_64.so.1\x00")), "", ""},
	{28, "RELRO unaligned", both, seg(elftest.SegRelro, func(s *elf.Prog64) { s.Memsz = 0x1ff0 }), "", ""},
	{29, "executable PT_GNU_STACK", both, seg(elftest.SegStack, func(s *elf.Prog64) { s.Flags = 7 }), "", ""},
	{30, "PT_NOTE of 1 GB", both, seg(elftest.SegStack, func(s *elf.Prog64) { s.Type, s.Off, s.Filesz = 4, 1<<30, 1<<30 }), "", ""},
	{30, "PT_GNU_PROPERTY past the end", both, seg(elftest.SegProperty, func(s *elf.Prog64) { s.Filesz, s.Memsz = 1<<20, 1<<20 }), "", ""},
	{32, "no DT_NULL", both, func(o *elftest.Object) {
		o.Dyn = o.Dyn[:len(o.Dyn)-1]
		o.Progs[elftest.SegDynamic].Filesz, o.Progs[elftest.SegDynamic].Memsz = uint64(len(o.Dyn))*16, uint64(len(o.Dyn))*16
	}, "", ""},
	{33, "unknown and negative tags", both, func(o *elftest.Object) {
		for _, t := range []elf.DynTag{-1, -1 << 31, 0x6ffffef4, 0x7fffffff} {
			o.Add(t, 0xdead)
			o.Add(t, 0xbeef)
		}
	}, "", ""},
	{39, "GNU hash table alone", both, func(o *elftest.Object) { o.Drop(elf.DT_HASH) }, "", ""},
	{39, "SysV hash table alone", both, func(o *elftest.Object) { o.Drop(elf.DT_GNU_HASH) }, "", ""},
	{39, "SysV hash table damaged beside the other", both, func(o *elftest.Object) { o.Hash[0] = 0 }, "", ""},
	{40, "tables in a writable segment", both, seg(elftest.SegTables, func(s *elf.Prog64) { s.Flags = 6 }), "", ""},
	{42, "R_X86_64_NONE", both, func(o *elftest.Object) { o.Rela = append(o.Rela, elf.Rela64{}); o.Rela[len(o.Rela)-1].Off = 1 << 50 }, "", ""},
	{43, "DT_RELACOUNT larger than the table", both, func(o *elftest.Object) { o.Add(0x6ffffff9, 1<<40) }, "", ""},
	{46, "weak undefined", both, func(o *elftest.Object) {}, "", ""},
	{47, "fewer versions than counted", both, tag(elf.DT_VERNEEDNUM, 1<<40), "", ""},
	{47, "more auxiliary entries than there are", both, func(o *elftest.Object) { o.Verneed[0].Cnt = 0xffff }, "", ""},
	{48, "needs itself", both, func(o *elftest.Object) {
		if name := o.Get(elf.DT_SONAME); name != 0 {
			o.Add(elf.DT_NEEDED, name)
		}
	}, "", ""},
	{50, "DT_INIT_ARRAY with 0 and -1", both, func(o *elftest.Object) {
		o.Set(elf.DT_FINI_ARRAYSZ, 24)
		binary.LittleEndian.PutUint64(o.Body[o.Offset(o.At["w.fini"]+8):], ^uint64(0))
	}, "", ""},
}

// writeRow writes the pair with a row's change in one of its files. It gives the paths of the program
// and of the changed file.
func writeRow(t *testing.T, dir string, r row, in place) (prog, changed string) {
	t.Helper()
	if in == program {
		prog = writePair(t, dir, r.change, nil)
		return prog, prog
	}
	return writePair(t, dir, nil, r.change), filepath.Join(dir, elftest.LibraryName)
}

func eachRow(t *testing.T, rows []row, in place, do func(t *testing.T, r row)) {
	for _, r := range rows {
		if r.in&in != 0 {
			t.Run(fmt.Sprintf("%d %s", r.row, r.name), func(t *testing.T) { do(t, r) })
		}
	}
}

func TestRowsProgram(t *testing.T) { testRows(t, program) }

func TestRowsLibrary(t *testing.T) { testRows(t, library) }

func testRows(t *testing.T, in place) {
	path, dir := loader(t), t.TempDir()
	eachRow(t, rows, in, func(t *testing.T, r row) {
		prog, changed := writeRow(t, dir, r, in)
		want := r.want
		if in == library && r.found != "" {
			want, changed = r.found, prog
		}
		run(t, path, prog).refused(t, 127, want, changed+": ")
		run(t, path, "--verify", prog).refused(t, 127, want, changed+": ")
	})
	eachRow(t, fine, in, func(t *testing.T, r row) {
		prog, _ := writeRow(t, dir, r, in)
		if r := run(t, path, prog); r.status != elftest.Status || r.out+r.stderr != "" {
			t.Errorf("%+v, want status %d", r, elftest.Status)
		}
	})
}

// Row 12, when the kernel has mapped the program: there is nothing to be read.
func TestNothingMapped(t *testing.T) {
	prog := writePair(t, t.TempDir(), func(o *elftest.Object) {
		pathIn(append([]byte(loader(t)), 0))(o)
		for i := elftest.SegTables; i <= elftest.SegDynamic; i++ {
			o.Progs[i].Type = uint32(elf.PT_NULL)
		}
	}, nil)
	run(t, prog).refused(t, 127, "unknown program headers: AT_PHNUM=")
}

// The headers may be mapped twice: the kernel and the loader agree all the same about where the program is.
func TestHeadersMappedTwice(t *testing.T) {
	prog := writePair(t, t.TempDir(), func(o *elftest.Object) {
		pathIn(append([]byte(loader(t)), 0))(o)
		o.Progs[elftest.SegProperty] = elf.Prog64{Type: 1, Flags: 4, Vaddr: 0x10000, Filesz: 0x400, Memsz: 0x400, Align: 4096}
	}, nil)
	if r := run(t, prog); r.status != elftest.Status || r.out+r.stderr != "" {
		t.Errorf("%+v, want status %d", r, elftest.Status)
	}
}

// A relocation may change the dynamic section behind the loader's back: --list shows what it finds.
func TestNeededChanged(t *testing.T) {
	prog := writePair(t, t.TempDir(), func(o *elftest.Object) { o.Reloc("w.rel").Off = elftest.RWAt }, nil)
	if r := run(t, loader(t), "--list", prog); r.status != 0 || r.stderr != "" || !strings.Contains(r.out, "libevery.so at ") {
		t.Errorf("%+v", r)
	}
}
