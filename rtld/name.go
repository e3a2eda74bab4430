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

// commName chooses the name for PR_SET_NAME (docs/startup.md, "Names"), a C string, and
// makes p.file the path that goes with it: argv[0], or what it is along PATH, when that
// provably leads to the program, else the link of its fd. The link comes last because
// it is dear: the kernel makes three inodes below /proc for it.
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
	if !l.secure && l.how.mode != modeBinfmt && byteAt(name) != 0 {
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
