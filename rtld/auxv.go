package rtld

// The auxiliary vector as the program shall see it: changed in place so that it is
// what the kernel would have given with the loader as PT_INTERP.

// mendAux describes the program instead of the loader. phdr and entry are addresses
// in memory, execfn is that of a C string, base is where the loader itself lies.
func (b *block) mendAux(phdr, phnum, entry, base, execfn uintptr) {
	b.setAux(atPhdr, phdr)
	b.setAux(atPhent, phdrSize)
	b.setAux(atPhnum, phnum)
	b.setAux(atEntry, entry)
	b.setAux(atBase, base)
	b.setAux(atExecfn, execfn)
}
