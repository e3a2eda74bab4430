package rtld

// The ELF header and the program note: checked before anything else is believed.

// maxTable is the kernel's own limit for a program header table (fs/binfmt_elf.c, load_elf_phdrs).
const maxTable = 65536

const elfMagic = 0x464c457f // \x7fELF

// isForUs tells whether the header at e, of n bytes, is of a file for this machine: a search
// along a path passes others over.
func (e *ehdr) isForUs(n uint64) bool {
	return n >= ehdrSize && e.magic == elfMagic && e.class == 2 && e.data == 1 && e.machine == machine
}

// checkHeader checks the first n bytes of the file, which are at e.
func (m *module) checkHeader(e *ehdr, n uint64) {
	if n < ehdrSize {
		bad(lit("file too short: size=#\x00"), m.size)
	}
	table := uint64(e.phnum) * phdrSize
	switch {
	case e.magic != elfMagic:
		bad(lit("not an ELF file: e_ident=$\x00"), uint64(e.magic))
	case e.class != 2:
		bad(lit("not 64-bit: EI_CLASS=#\x00"), uint64(e.class))
	case e.data != 1:
		bad(lit("not little-endian: EI_DATA=#\x00"), uint64(e.data))
	case e.identVersion != 1 || e.version != 1:
		bad(lit("unknown ELF version: e_version=#\x00"), uint64(e.version))
	case e.machine != machine:
		of := uint64(e.machine)
		die(lit("made for &, this loader is for "+machineName+": e_machine=#\x00"), rowOf(lit(machineNames), of), of, exitCannotStart)
	case e.typ != etDyn && e.typ != etExec:
		bad(lit("not a program or library: e_type=#\x00"), uint64(e.typ))
	case e.phentsize != phdrSize:
		bad(lit("bad program headers: e_phentsize=#\x00"), uint64(e.phentsize))
	case e.phnum == 0 || table > maxTable: // PN_XNUM among them
		bad(lit("bad program headers: e_phnum=#\x00"), uint64(e.phnum))
	case e.phoff%8 != 0, outside(e.phoff, table, m.size):
		bad(lit("bad program headers: e_phoff=$\x00"), e.phoff)
	}
}

// outside tells whether the n bytes from at on are not all within size bytes.
func outside(at, n, size uint64) bool { return at > size || n > size-at }

// machineNames names the machines that somebody may have a file of.
const machineNames = "\x03i386\n\xb7AArch64\n\xf3RISC-V\n\xffanother machine\n\x00"

// Version is the loader's own version, which programs may ask a minimum of.
const Version = 1

// noteOwner is "SLUL", the first four bytes of the owner of our notes.
const noteOwner = 0x4c554c53

// checkNote checks n, of which size bytes are in the file, and returns the address of
// the program's own first instruction.
func (m *module) checkNote(n *note, size uint64) uint64 {
	switch {
	case size < noteSize || n.descsz < noteSize-20:
		bad(lit("program note too short: p_filesz=#\x00"), size)
	case n.namesz != 5 || n.owner != noteOwner || n.typ != 6: // "SLUL\0", padded with zeros
		bad(lit("program note not of SLUL: n_type=#\x00"), uint64(n.typ))
	case n.format != 1:
		bad(lit("unknown program note: format=#\x00"), uint64(n.format))
	case n.minRtld > Version:
		bad(lit("needs loader version #\x00"), uint64(n.minRtld))
	}
	return uint64(n.entryLow) | uint64(n.entryHigh)<<32
}
