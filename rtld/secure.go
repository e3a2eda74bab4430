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

// unsecureNames are the environment variables that a secure program must not hand on:
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
func (r *report) openStandard() {
	for fd := uintptr(0); fd < 3; fd++ {
		if failed(sys3(sysFcntl, fd, fGetfd, 0)) {
			r.openNull(fd)
		}
	}
}

// openNull opens /dev/null, which must become fd.
//
//go:noinline
func (r *report) openNull(fd uintptr) {
	if at := open(lit("/dev/null\x00"), oRdwr); at != fd {
		r.bad(lit("cannot open /dev/null as fd #\x00"), uint64(fd))
	}
}
