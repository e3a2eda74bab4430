package rtld

// Where libraries are looked for (docs/loader.md, "Where libraries are looked for").

// systemDirs are searched last, and alone in secure mode.
const systemDirs = "/usr/lib/slul/" + archName + ":/usr/lib/slul\x00"

// search opens the library that m calls name, and leaves its path in pathPlace. It returns
// the fd, or the last errno.
func search(m *module, name uintptr) uintptr {
	if baseName(name) != name {
		insecure() // a path that the file chose
		path := buffer{pathPlace(), pathPlace() + pathMax}
		path.all(name)
		path.put(0)
		fd, _ := openHead(&path)
		return fd
	}
	fd := ^uintptr(enoent - 1)
	for stage := 0; failed(fd) && stage < stages; stage++ {
		if dirs := searchDirsOf(m, stage); dirs != 0 {
			fd = searchDirs(dirs, name, m)
		}
	}
	return fd
}

// The stages of a search, in order.
const (
	stageRpath   = iota // DT_RPATH of who asks; only without DT_RUNPATH
	stageLibrary        // --library-path, else LD_SLUL_LIBRARY_PATH
	stageRunpath        // DT_RUNPATH of who asks
	stageSystem
	stages
)

// searchDirsOf returns the directories of a stage for what m asks for, 0 when there are none.
//
//go:noinline
func searchDirsOf(m *module, stage int) uintptr {
	l := &process
	tag := uint8(dtRunpath)
	switch {
	case stage == stageSystem:
		return lit(systemDirs)
	case l.secure:
		return 0
	case stage == stageLibrary:
		return l.libraryPath
	case stage == stageRpath:
		if m.has(dtRunpath) {
			return 0
		}
		tag = dtRpath
	}
	if !m.has(tag) {
		return 0
	}
	return m.name(m.get(tag))
}

// dirWork is what looking into a directory counts as.
const dirWork = 1024

// searchDirs looks for name in directories with colons between. An empty one is left out: it
// would be the current directory.
func searchDirs(dirs, name uintptr, m *module) uintptr {
	for {
		path := buffer{pathPlace(), pathPlace() + pathMax}
		end, ok := m.expand(&path, dirs)
		if ok && end != dirs {
			spend(uint64(end-dirs) + dirWork)
			path.put('/')
			path.all(name)
			path.put(0)
			if fd := tryPath(&path); !failed(fd) {
				return fd
			}
		}
		if byteAt(end) == 0 {
			return ^uintptr(enoent - 1)
		}
		dirs = end + 1
	}
}

// expand appends the directory at dir, up to a colon or its end, with the directory of
// m in the place of $ORIGIN. It returns where it ended; any other $ makes it not ok.
func (m *module) expand(path *buffer, dir uintptr) (end uintptr, ok bool) {
	ok = true
	for ; byteAt(dir) != 0 && byteAt(dir) != ':'; dir++ {
		if byteAt(dir) != '$' || path.full() {
			path.put(byteAt(dir))
			continue
		}
		n := uintptr(9)
		if !hasPrefix(dir, lit("${ORIGIN}\x00")) {
			if n = 7; !hasPrefix(dir, lit("$ORIGIN\x00")) || byteAt(dir+n) > '/' && byteAt(dir+n) != ':' { // $ORIGINAL is another token
				ok = false
			}
		}
		ok = ok && !m.unlinked
		if ok {
			m.origin(path)
			dir += n - 1
		}
	}
	return dir, ok
}

// origin appends the directory that the module's file is in.
func (m *module) origin(path *buffer) {
	n := int(baseName(m.file) - m.file) // with the slash behind, which "/" alone keeps
	if n == 0 {
		path.put('.')
		return
	}
	path.cstring(m.file, 0, max(n-1, 1))
}

// tryPath opens the library at path, when that fits and is a file for this machine; what
// is not is passed over, whatever else is wrong with it is complained about later.
func tryPath(path *buffer) uintptr {
	fd, isForUs := openHead(path)
	if !failed(fd) && !isForUs {
		closeFd(fd)
		fd = ^uintptr(enoent - 1)
	}
	return fd
}

// openHead opens the file at path, which is in pathPlace, and reads its first bytes to headPlace.
func openHead(path *buffer) (fd uintptr, isForUs bool) {
	l := &process
	if path.full() {
		return ^uintptr(enoent - 1), false
	}
	if fd = open(pathPlace(), programFlags); failed(fd) {
		if errno(fd) != enoent {
			l.denied = fd
		}
		return fd, false
	}
	e := (*ehdr)(pointer(headPlace()))
	l.headRead, _ = pread(fd, headPlace(), headSize, 0)
	return fd, e.isForUs(l.headRead)
}

// sayDirs appends to the line where libraries that m needs are looked for.
func sayDirs(m *module) {
	between := lit(", looked in %\x00")
	for stage := range stages {
		if dirs := searchDirsOf(m, stage); dirs != 0 {
			say(between, dirs, 0)
			between = lit(":%\x00")
		}
	}
}
