package rtld

// Secure mode: the program has rights that its caller lacks (set-user-ID and the
// like), so nothing that the caller chose may decide what runs. It is decided once,
// before anything else is looked at, and cannot be left again.

// isSecure decides. Whatever is unclear is secure: AT_SECURE set, real and effective
// ids that differ, or an entry that should tell and is missing.
func (b *block) isSecure() bool {
	var ids [4]uintptr // uid, euid, gid, egid: AT_UID to AT_EGID are 11 to 14
	secure, found := uintptr(0), 0
	for p := b.auxv; p < b.end; p += 2 * word {
		tag, v := load(p), load(p+word)
		if i := tag - atUID; i < 4 {
			ids[i] = v
			found |= 1 << i
		}
		if tag == atSecure {
			secure |= v
			found |= 1 << 4
		}
	}
	return found != 31 || secure|ids[0]^ids[1]|ids[2]^ids[3] != 0
}

// The environment, all of it that matters. In secure mode no variable is read.

// readNames are the variables that the loader reads otherwise, a row each: what for, the name
// with its "=". PATH is read as well, to find the program's name (name.go).
const readNames = "\x01LD_SLUL_LIBRARY_PATH=\n\x02LD_SLUL_TRACE=\n\x00"

// readEnv reads them. Of several of a name the first counts, as for getenv(3).
func (l *loader) readEnv() {
	for p := l.block.envp; load(p) != 0; p += word {
		e := load(p)
		if byteAt(e) != 'L' || byteAt(e+1) != 'D' || byteAt(e+2) != '_' {
			continue
		}
		for row := lit(readNames); byteAt(row) != 0; row++ {
			what := byteAt(row)
			at := e
			for row++; byteAt(row) != '\n' && byteAt(row) == byteAt(at); row++ {
				at++
			}
			switch {
			case byteAt(row) != '\n':
			case what == 1 && l.libraryPath == 0:
				l.libraryPath = at
			case what == 2 && l.trace == 0:
				l.setTrace(at)
			}
			for byteAt(row) != '\n' {
				row++
			}
		}
	}
}

// unsecureNames are the variables that a secure program must not hand on:
// our own, which a trailing * marks as a prefix, and those that glibc removes (its
// sysdeps/generic/unsecvars.h and older lists), for the children of the program.
const unsecureNames = "LD_SLUL_*\n" +
	"GCONV_PATH\nGETCONF_DIR\nGLIBC_TUNABLES\nHOSTALIASES\nLD_AUDIT\nLD_BIND_NOT\nLD_BIND_NOW\n" +
	"LD_DEBUG\nLD_DEBUG_OUTPUT\nLD_DYNAMIC_WEAK\nLD_HWCAP_MASK\nLD_LIBRARY_PATH\nLD_ORIGIN_PATH\n" +
	"LD_PREFER_MAP_32BIT_EXEC\nLD_PRELOAD\nLD_PROFILE\nLD_PROFILE_OUTPUT\nLD_SHOW_AUXV\nLD_USE_LOAD_BIAS\n" +
	"LD_VERBOSE\nLD_WARN\nLOCALDOMAIN\nLOCPATH\nMALLOC_ARENA_MAX\nMALLOC_ARENA_TEST\nMALLOC_CHECK_\n" +
	"MALLOC_MMAP_MAX_\nMALLOC_MMAP_THRESHOLD_\nMALLOC_PERTURB_\nMALLOC_TOP_PAD_\nMALLOC_TRACE\n" +
	"MALLOC_TRIM_THRESHOLD_\nNIS_PATH\nNLSPATH\nRESOLV_HOST_CONF\nRES_OPTIONS\nTMPDIR\nTZDIR\n\x00"

// isUnsecure tells whether the environment entry at addr, "NAME=value", is of a name
// on the list. An entry without "=" counts as a name.
//
//go:noinline
func isUnsecure(addr uintptr) bool {
	for at := lit(unsecureNames); byteAt(at) != 0; at++ {
		e := addr
		for byteAt(at) == byteAt(e) && byteAt(at) > '*' { // '\n' is below, letters are above
			at++
			e++
		}
		if byteAt(at) == '*' || byteAt(at) == '\n' && (byteAt(e) == '=' || byteAt(e) == 0) {
			return true
		}
		for byteAt(at) != '\n' {
			at++
		}
	}
	return false
}

// scrub removes every copy of every unsecure variable, in place: the entries behind
// come forward, and the auxv with them, since it is found behind envp's NULL.
func (b *block) scrub() {
	to := b.envp
	for from := b.envp; load(from) != 0; from += word {
		if e := load(from); !isUnsecure(e) {
			store(to, e)
			to += word
		}
	}
	store(to, 0)
	auxv := to + word
	moveWords(auxv, b.auxv, (b.end-b.auxv)/word)
	b.end -= b.auxv - auxv
	b.auxv = auxv
}

// openStandard opens /dev/null for each of the fds 0, 1, 2 that is closed, so that no
// later open can be mistaken for one of them. In ascending order open gives just
// the one that is free.
func openStandard() {
	for fd := uintptr(0); fd < 3; fd++ {
		if failed(sys3(sysFcntl, fd, fGetfd, 0)) {
			openNull(fd)
		}
	}
}

// openNull opens /dev/null, which must become fd.
//
//go:noinline
func openNull(fd uintptr) {
	if at := open(lit("/dev/null\x00"), oRdwr); at != fd {
		bad(lit("cannot open /dev/null as fd #\x00"), uint64(fd))
	}
}
