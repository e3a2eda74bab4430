package rtld

// What the kernel says about the process, as the program and those who watch it shall see
// it: the auxiliary vector, and the command line.

// mendAux describes the program instead of the loader, so that the vector is what the kernel
// would have given with the loader as PT_INTERP. phdr and entry are addresses
// in memory, execfn is that of a C string, base is where the interpreter lies.
func (b *block) mendAux(phdr, phnum, entry, base, execfn uintptr) {
	for p := b.auxv; load(p) != atNull; p += 2 * word {
		v := p + word
		switch load(p) {
		case atPhdr:
			store(v, phdr)
		case atPhent:
			store(v, phdrSize)
		case atPhnum:
			store(v, phnum)
		case atEntry:
			store(v, entry)
		case atBase:
			store(v, base)
		case atExecfn:
			store(v, execfn)
		case atExecfd:
			store(p, atIgnore)
		}
	}
}

// dropLoader takes off argv what binfmt_misc has put in front of the program's own
// (Documentation/admin-guide/binfmt-misc.rst): the loader and the path, and with its flag P,
// which bit 0 of AT_FLAGS tells, argv[0] is kept behind them.
func (b *block) dropLoader() {
	flags, _ := b.aux(atFlags)
	b.dropArgs(min(1+flags&1, b.argc))
}

// mendCmdline makes /proc/PID/cmdline the program's arguments without the loader's own, where
// the kernel lets it (Linux 3.18, CONFIG_CHECKPOINT_RESTORE). The strings lie one behind the
// other as the kernel has put them, but for the argument of --argv0, with which nothing is mended.
//
// struct prctl_mm_map (include/uapi/linux/prctl.h) has 11 addresses, those of auxv and of its size, and
// an fd, −1 for none. Those of the code and data of the program are only for show; any that are
// in order and below brk will do.
func (b *block) mendCmdline() {
	brk := sys3(sysBrk, 0, 0, 0)
	m := pathPlace()
	first := load(b.argv)
	for i := uintptr(0); i < 6; i++ {
		store(m+i*word, brk)
	}
	store(m, brk-1)        // start_code, then end_code
	store(m+2*word, brk-1) // start_data
	store(m+3*word, brk-1) // end_data, then start_brk, brk
	store(m+6*word, first) // start_stack: by it /proc/PID/maps knows which mapping is [stack]
	end := endOfStrings(b.argv, 0)
	store(m+7*word, first) // arg_start
	store(m+8*word, end)   // arg_end
	store(m+9*word, end)   // env_start
	store(m+10*word, endOfStrings(b.envp, end))
	store(m+11*word, 0)             // auxv: as it is
	store(m+12*word, (1<<32-1)<<32) // auxv_size, exe_fd
	sys(sysPrctl, prSetMm, prSetMmMap, m, 13*word, 0, 0)
}

// endOfStrings returns the address behind the last of the strings of an array, end when there
// are none.
func endOfStrings(p, end uintptr) uintptr {
	for ; load(p) != 0; p += word {
		end = endOf(load(p))
	}
	return end
}

// endOf returns the address behind the C string at s.
func endOf(s uintptr) uintptr {
	for byteAt(s) != 0 {
		s++
	}
	return s + 1
}
