package rtld

import "unsafe"

// The ELF header and the program note: checked before anything else is believed.

// header is what the ELF header says, once checkHeader has approved of it.
type header struct {
	phoff uint64 // of the program header table in the file
	phnum int
}

// tableSize returns the size in bytes of the program header table.
func (h header) tableSize() uint64 { return uint64(h.phnum) * phdrSize }

// maxTable is the kernel's own limit for a program header table (fs/binfmt_elf.c, load_elf_phdrs).
const maxTable = 65536

// checkHeader checks the first bytes of a file of this size.
func checkHeader(f *fault, b []byte, size uint64) (h header, ok bool) {
	if len(b) < ehdrSize {
		return h, f.bad("file too short: size=#\x00", size)
	}
	e := (*ehdr)(unsafe.Pointer(unsafe.SliceData(b)))
	h = header{phoff: e.phoff, phnum: int(e.phnum)}
	switch {
	case e.magic != 0x464c457f: // \x7fELF
		return h, f.bad("not an ELF file: e_ident=$\x00", uint64(e.magic))
	case e.class != 2:
		return h, f.bad("not a 64-bit file: EI_CLASS=#\x00", uint64(e.class))
	case e.data != 1:
		return h, f.bad("not a little-endian file: EI_DATA=#\x00", uint64(e.data))
	case e.identVersion != 1:
		return h, f.bad("unknown ELF version: EI_VERSION=#\x00", uint64(e.identVersion))
	case e.version != 1:
		return h, f.bad("unknown ELF version: e_version=#\x00", uint64(e.version))
	case e.machine != machine:
		return h, f.badName("made for %, this loader is for "+machineName+": e_machine=#\x00", rowOf(machineNames, uint64(e.machine)), uint64(e.machine))
	case e.typ != etDyn:
		return h, f.bad("not a position-independent program: e_type=#\x00", uint64(e.typ))
	case e.phentsize != phdrSize:
		return h, f.bad("unknown program header size: e_phentsize=#\x00", uint64(e.phentsize))
	case e.phnum == pnXnum:
		return h, f.bad("program headers counted in section 0 are not supported: e_phnum=#\x00", pnXnum)
	case e.phnum == 0:
		return h, f.bad("no program headers: e_phnum=#\x00", 0)
	case h.tableSize() > maxTable:
		return h, f.bad("too many program headers: e_phnum=#\x00", uint64(e.phnum))
	case h.phoff%8 != 0:
		return h, f.bad("program headers are not aligned: e_phoff=$\x00", h.phoff)
	case h.phoff > size || h.tableSize() > size-h.phoff:
		return h, f.bad("program headers outside the file: e_phoff=$\x00", h.phoff)
	}
	return h, true
}

// machineNames names the machines that somebody may have a file of.
const machineNames = "\x03i386\n\x08MIPS\n\x14PowerPC\n\x15PowerPC64\n\x16S/390\n\x28Arm\n\x3ex86-64\n\xb7AArch64\n\xf3RISC-V\n\xffanother machine\n\x00"

// Version is the loader's own version, which programs may ask a minimum of.
const Version = 1

// checkNote checks n, of which size bytes are in the file, and returns the address of
// the program's own first instruction.
func checkNote(f *fault, n *note, size uint64) (entry uint64, ok bool) {
	switch {
	case size < noteSize:
		return 0, f.bad("program note too short: p_filesz=#\x00", size)
	case n.namesz != 5 || n.owner != [2]uint32{0x4c554c53, 0}: // "SLUL\0", padded
		return 0, f.bad("program note is not of SLUL: n_namesz=#\x00", uint64(n.namesz))
	case n.typ != 6:
		return 0, f.bad("program note of unknown type: n_type=#\x00", uint64(n.typ))
	case n.descsz < noteSize-20:
		return 0, f.bad("program note too short: n_descsz=#\x00", uint64(n.descsz))
	case n.format != 1:
		return 0, f.bad("program note of unknown format: format=#\x00", uint64(n.format))
	case n.minRtld > Version:
		return 0, f.bad("needs loader version #, this is version 1\x00", uint64(n.minRtld))
	}
	return uint64(n.entry[0]) | uint64(n.entry[1])<<32, true
}
