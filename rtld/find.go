package rtld

// Finding the program: the stub's fd, or a path. Paths are the caller's strings and
// so are never used in secure mode.

// stubFailure complains for a stub that could not open /proc/self/exe: e is its errno.
func stubFailure(e uint64) {
	what := lit("cannot open: &\x00")
	switch e {
	case enoent, enotdir:
		what = lit("/proc is not mounted\x00")
	case eacces:
		what = lit("must be readable: &\x00")
	}
	refused(what, -uintptr(e))
}

// programFlags opens a file of unknown kind without waiting (a FIFO would).
const programFlags = oRdonly | oNonblock | oCloexec

// searchPath looks for the first executable regular file that name is along PATH, into
// st. An empty element is the current directory, as shells have it. The path, a C
// string, is left in room.
func (b *block) searchPath(name uintptr, st *kernelStat, room uintptr) bool {
	dir := b.path()
	if dir == 0 || byteAt(name) == 0 {
		return false
	}
	for {
		path := buffer{room, room + pathMax}
		end := path.cstring(dir, ':', argMax) // all of it, so that the next begins where it ends
		if end != dir {
			path.put('/')
		}
		path.all(name)
		path.put(0)
		// A path that does not fit is longer than any may be.
		if !path.full() && !failed(statPath(room, st)) && st.mode&sIfmt == sIfreg && isExecutable(room) {
			return true
		}
		if byteAt(end) == 0 {
			return false
		}
		dir = end + 1
	}
}
