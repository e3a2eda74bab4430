package rtld

// Where libraries are looked for (docs/loader.md, "Where libraries are looked for").

// systemDirs are searched last, and alone in secure mode.
const systemDirs = "/usr/lib/slul/" + archName + ":/usr/lib/slul\x00"

// search opens the library that m calls name, and leaves its path in tryPlace. It returns
// the fd, or the last errno.
func (l *loader) search(m *module, name uintptr) uintptr {
	if baseName(name) != name {
		if l.secure {
			badName(lit("needs % by path, which is not permitted in secure mode\x00"), name)
		}
		path := buffer{tryPlace(), tryPlace() + pathMax}
		path.all(name)
		path.put(0)
		fd, _ := l.openHead(&path)
		return fd
	}
	fd := ^uintptr(enoent - 1)
	for stage := 0; failed(fd) && stage < stages; stage++ {
		l.eachDir(m, stage, func(dirs uintptr, by *module) bool {
			fd = l.searchDirs(dirs, name, by)
			return failed(fd)
		})
	}
	return fd
}

// The stages of a search, in order.
const (
	stageRpath   = iota // DT_RPATH of who asks, and of who asked for that; only without DT_RUNPATH
	stageLibrary        // --library-path, else LD_SLUL_LIBRARY_PATH
	stageRunpath        // DT_RUNPATH of who asks
	stageSystem
	stages
)

// eachDir calls do with the directories of a stage, and with the module that $ORIGIN is
// about, as long as it says true.
func (l *loader) eachDir(m *module, stage int, do func(dirs uintptr, by *module) bool) {
	switch {
	case stage == stageSystem:
		do(lit(systemDirs), m)
	case l.secure:
	case stage == stageLibrary:
		if l.libraryPath != 0 {
			do(l.libraryPath, m)
		}
	case stage == stageRunpath:
		if m.has(dtRunpath) {
			do(m.name(m.get(dtRunpath)), m)
		}
	case !m.has(dtRunpath):
		for ; m != nil; m = m.by {
			if m.has(dtRpath) && !m.has(dtRunpath) && !do(m.name(m.get(dtRpath)), m) {
				return
			}
		}
	}
}

// dirWork is what looking into a directory counts as.
const dirWork = 1024

// searchDirs looks for name in directories with colons between. An empty one is left out: it
// would be the current directory.
func (l *loader) searchDirs(dirs, name uintptr, by *module) uintptr {
	for {
		path := buffer{tryPlace(), tryPlace() + pathMax}
		end, ok := by.expand(&path, dirs)
		spend(uint64(end-dirs) + dirWork)
		if ok && end != dirs {
			path.put('/')
			path.all(name)
			path.put(0)
			if fd := l.try(&path); !failed(fd) {
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
		n := uintptr(0)
		if hasPrefix(dir, lit("${ORIGIN}\x00")) {
			n = 9
		} else if hasPrefix(dir, lit("$ORIGIN\x00")) && !isWordChar(byteAt(dir+7)) {
			n = 7
		}
		if n == 0 || m.unlinked {
			ok = false
			continue
		}
		m.origin(path)
		dir += n - 1
	}
	return dir, ok
}

// isWordChar tells whether c would make a longer name of what it follows.
func isWordChar(c byte) bool { return c == '_' || c-'0' < 10 || c&^0x20-'A' < 26 }

// origin appends the directory that the module's file is in.
func (m *module) origin(path *buffer) {
	base := baseName(m.file)
	if base == m.file {
		path.put('.')
		return
	}
	for p := m.file; p < base-1; p++ {
		path.put(byteAt(p))
	}
	if base == m.file+1 {
		path.put('/')
	}
}

// try opens the library at path, when that fits and is a file for this machine; what
// is not is passed over, whatever else is wrong with it is complained about later.
func (l *loader) try(path *buffer) uintptr {
	fd, isForUs := l.openHead(path)
	if !failed(fd) && !isForUs {
		l.traceSkip()
		closeFd(fd)
		fd = ^uintptr(enoent - 1)
	}
	return fd
}

// openHead opens the file at path, which is in tryPlace, and reads its first bytes to room.head.
func (l *loader) openHead(path *buffer) (fd uintptr, isForUs bool) {
	if path.full() {
		return ^uintptr(enoent - 1), false
	}
	if fd = open(tryPlace(), programFlags); failed(fd) {
		return fd, false
	}
	e := (*ehdr)(pointer(headPlace()))
	l.headRead, _ = pread(fd, headPlace(), headSize, 0)
	return fd, e.isForUs(l.headRead)
}

// sayDirs appends to the line where libraries that m needs are looked for.
func (l *loader) sayDirs(m *module) {
	between := lit(", looked in %\x00")
	for stage := range stages {
		l.eachDir(m, stage, func(dirs uintptr, by *module) bool {
			say(between, dirs, 0)
			between = lit(":%\x00")
			return true
		})
	}
}
