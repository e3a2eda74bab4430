package rtld

// Names: what the program is called in messages, in AT_EXECFN and in /proc/PID/comm.

// linkOf reads the link /proc/self/fd/ of the file of m into room: its path, as a C
// string. It returns its address, 0 when there is no /proc.
func linkOf(m *module, room uintptr) uintptr {
	b := buffer{room, room + pathMax}
	b.all(lit("/proc/self/fd/\x00"))
	b.number(uint64(m.fd), 10)
	b.put(0)
	n := sys(sysReadlinkat, atFdcwd, room, room, pathMax-1, 0, 0) // the name is read first
	if failed(n) {
		return 0
	}
	setByte(room+n, 0)
	const deleted = " (deleted)\x00" // what the kernel appends for an unlinked file
	if cut := n - uintptr(len(deleted)-1); cut < n && isSame(room+cut, lit(deleted)) && !isExecutable(room) {
		setByte(room+cut, 0)
		m.unlinked = true
	}
	return room
}

// nameProcess names the process (docs/startup.md, "Names"), and makes p.file the path that goes
// with the name: argv[0], or what it is along PATH, when that provably leads to the program, else
// the link of its fd. The link comes last because it is dear: the kernel makes three inodes
// below /proc for it. With binfmt_misc the kernel has done all that.
func nameProcess(p *module) {
	l := &process
	if l.how.mode == modeBinfmt {
		return
	}
	setComm(commName(p))
	if p.file == pathPlace() {
		// In the loader's own memory. The argument, if it is the same, or a copy outlives it.
		if arg := l.block.arg0(); isSame(arg, p.file) {
			p.file = arg
		} else {
			p.file = keepString(p.file)
		}
	}
}

// commName chooses the name, and leaves the path in p.file, maybe in pathPlace.
func commName(p *module) uintptr {
	l := &process
	b := &l.block
	path := b.arg0()
	name := baseName(path)
	isPath := name != path
	if byteAt(name) == '-' {
		name++ // a login shell's mark
	}
	st := &l.other
	if !l.secure && byteAt(name) != 0 {
		found := false
		if isPath {
			found = !failed(statPath(path, st))
		} else {
			path = pathPlace()
			found = b.searchPath(name, st, path)
		}
		if found && st.dev == l.stat.dev && st.ino == l.stat.ino {
			p.file = path
			return name
		}
	}
	if l.how.mode == modeStub {
		if link := linkOf(p, pathPlace()); link != 0 {
			p.file = link
		}
	}
	return baseName(p.file)
}

// setComm names the process. The kernel takes 15 bytes up to a NUL.
func setComm(name uintptr) { sys3(sysPrctl, prSetName, name, 0) }
