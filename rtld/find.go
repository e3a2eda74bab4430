package rtld

// Finding the program: the stub's fd, or a path. Paths are the caller's strings and
// so are never used in secure mode.

// stubFailure is the fault of a stub that could not open /proc/self/exe: e is its
// errno.
func stubFailure(f *fault, e uint64) bool {
	f.refused("the stub could not open the program: %\x00", -uintptr(e))
	switch e {
	case enoent, enotdir:
		f.what = "cannot find the program: /proc is not mounted\x00"
	case eacces:
		f.what = "the program must be readable: %\x00"
	case emfile, enfile:
		f.what = "no free file descriptor for the program: %\x00"
	}
	return false
}

// programFlags opens a file of unknown kind without waiting (a FIFO would).
const programFlags = oRdonly | oNonblock | oCloexec

// openByName finds the program by argv[0] as the shell did: with a slash it is a
// path, else the first executable hit along PATH. room takes the path.
func openByName(f *fault, b *block, room []byte) (fd uintptr, path string, ok bool) {
	at := load(b.argv)
	if b.argc == 0 || at == 0 || *(*byte)(pointer(at)) == 0 {
		return 0, "", stubFailure(f, enoent)
	}
	path = cstring(at)
	if lastSlash(path) < 0 {
		if path, _ = searchPath(b, path, room); path == "" {
			return 0, "", stubFailure(f, enoent)
		}
	}
	fd = open(addressOf(path), programFlags)
	if failed(fd) {
		return 0, path, f.refused("cannot find the program: /proc is not mounted, and its name: %\x00", fd)
	}
	return fd, path, true
}

// searchPath returns the first executable regular file that name is along PATH. An
// empty element is the current directory, as shells have it. The result lies in
// room, with a NUL behind it.
func searchPath(b *block, name string, room []byte) (string, stat) {
	at, ok := b.env("PATH=\x00")
	if !ok {
		return "", stat{}
	}
	dirs := cstring(at)
	for i := 0; i <= len(dirs); i++ {
		n := 0
		begin := i
		for i < len(dirs) && dirs[i] != ':' {
			i++
		}
		if i-begin+1+len(name)+1 > len(room) {
			continue // longer than a path may be: no file is called that
		}
		n = copy(room, dirs[begin:i])
		if n > 0 {
			room[n] = '/'
			n++
		}
		n += copy(room[n:], name)
		room[n] = 0
		if st, r := statPath(address(room)); !failed(r) && st.mode&sIfmt == sIfreg && isExecutable(address(room)) {
			return text(room[:n]), st
		}
	}
	return "", stat{}
}

// lastSlash returns the index of the last slash of s, or −1.
func lastSlash(s string) int {
	i := len(s) - 1
	for i >= 0 && s[i] != '/' {
		i--
	}
	return i
}
