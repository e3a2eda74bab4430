package rtld

// Names: what the program is called in messages, in AT_EXECFN and in /proc/PID/comm.

// linkOf reads the link /proc/self/fd/fd into room: the path of the open file, as a C
// string. It returns its address, 0 when there is no /proc.
func linkOf(fd, room uintptr) uintptr {
	b := buffer{room, room + pathMax}
	b.all(lit("/proc/self/fd/\x00"))
	b.number(uint64(fd), 10)
	b.put(0)
	n := sys(sysReadlinkat, atFdcwd, room, room, pathMax-1, 0, 0) // the name is read first
	if failed(n) {
		return 0
	}
	setByte(room+n, 0)
	const deleted = " (deleted)\x00" // what the kernel appends for an unlinked file
	if cut := n - uintptr(len(deleted)-1); cut < n && isSame(room+cut, lit(deleted)) && !isExecutable(room) {
		setByte(room+cut, 0)
	}
	return room
}

// commName chooses the name for PR_SET_NAME (docs/startup.md, "Names"), a C string: the
// base name of argv[0] when it is the file's own or provably leads to the file, else
// the base name of the file's path.
func (p *program) commName() uintptr {
	b := &p.block
	own := baseName(p.file)
	arg := b.arg0()
	if p.secure {
		return own
	}
	name := baseName(arg)
	isPath := name != arg
	if byteAt(name) == '-' {
		name++ // a login shell's mark
	}
	if byteAt(name) == 0 || isSame(name, own) {
		return own
	}
	st := &p.other
	found := isPath && !failed(statPath(arg, st)) || !isPath && b.searchPath(name, st, p.room+headAt)
	if found && st.dev == p.stat.dev && st.ino == p.stat.ino {
		return name
	}
	return own
}

// setComm names the process. The kernel takes 15 bytes up to a NUL.
func setComm(name uintptr) { sys3(sysPrctl, prSetName, name, 0) }
