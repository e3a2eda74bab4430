package rtld

import "unsafe"

// What the kernel says about the process, as the program and those who watch it shall see
// it: the auxiliary vector, and the command line.

// mendAux describes the program instead of the loader, so that the vector is what the kernel
// would have given with the loader as PT_INTERP. phdr and entry are addresses
// in memory, execfn is that of a C string, base is where the interpreter lies.
func (b *block) mendAux(phdr, phnum, entry, base, execfn uintptr) {
	b.setAux(atPhdr, phdr)
	b.setAux(atPhent, phdrSize)
	b.setAux(atPhnum, phnum)
	b.setAux(atEntry, entry)
	b.setAux(atBase, base)
	b.setAux(atExecfn, execfn)
	for p := b.auxv; p < b.end-2*word; p += 2 * word {
		if load(p) == atExecfd {
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

// mmMap is struct prctl_mm_map (include/uapi/linux/prctl.h).
type mmMap struct {
	startCode, endCode, startData, endData, startBrk, brk, startStack uintptr
	argStart, argEnd, envStart, envEnd                                uintptr
	auxv                                                              uintptr
	auxvSize, exeFd                                                   uint32
}

// mendCmdline makes /proc/PID/cmdline the program's arguments without the loader's own, where
// the kernel lets it (Linux 3.18, CONFIG_CHECKPOINT_RESTORE). The strings must lie one behind the other.
func (b *block) mendCmdline() {
	end := uintptr(0)
	for p := b.argv; load(p) != 0; p += word {
		if at := load(p); end != 0 && at != end {
			return
		}
		end = endOf(load(p))
	}
	envEnd := end
	for p := b.envp; load(p) != 0; p += word {
		envEnd = max(envEnd, endOf(load(p)))
	}
	brk := sys3(sysBrk, 0, 0, 0)
	m := mmMap{
		startCode: brk - 2, endCode: brk - 1, startData: brk - 1, endData: brk - 1, startBrk: brk, brk: brk, startStack: b.sp,
		argStart: load(b.argv), argEnd: end, envStart: end, envEnd: envEnd, exeFd: ^uint32(0),
	}
	if end != 0 {
		sys(sysPrctl, prSetMm, prSetMmMap, uintptr(unsafe.Pointer(&m)), unsafe.Sizeof(m), 0, 0)
	}
}

// endOf returns the address behind the C string at s.
func endOf(s uintptr) uintptr {
	for byteAt(s) != 0 {
		s++
	}
	return s + 1
}
