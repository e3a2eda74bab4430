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
func readEnv() {
	l := &process
	for p := l.block.envp; load(p) != 0; p += word {
		e := load(p)
		if byteAt(e) != 'L' || byteAt(e+1) != 'D' { // most are not ours
			continue
		}
		key, value := keyOf(lit(readNames), e)
		switch {
		case key == 1 && l.libraryPath == 0:
			l.libraryPath = value
		case key == 2 && l.trace == 0:
			setTrace(value)
		}
	}
}

// unsecureNames are the variables that a secure program must not hand on, for the sake of its
// children too: a row each, with key 1 when all names that begin so are meant. They are more
// than glibc removes (its sysdeps/generic/unsecvars.h and older lists).
const unsecureNames = "\x01LD_\n\x01MALLOC_\n" +
	"\x02GCONV_PATH\n\x02GETCONF_DIR\n\x02GLIBC_TUNABLES\n\x02HOSTALIASES\n\x02LOCALDOMAIN\n\x02LOCPATH\n" +
	"\x02NIS_PATH\n\x02NLSPATH\n\x02RESOLV_HOST_CONF\n\x02RES_OPTIONS\n\x02TMPDIR\n\x02TZDIR\n\x00"

// isUnsecure tells whether the environment entry at addr, "NAME=value", is of a name
// on the list. An entry without "=" counts as a name.
func isUnsecure(addr uintptr) bool {
	key, end := keyOf(lit(unsecureNames), addr)
	return key == 1 || key == 2 && (byteAt(end) == '=' || byteAt(end) == 0)
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
