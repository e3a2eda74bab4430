package rtld

import "unsafe"

// Names: what the program is called in messages, in AT_EXECFN and in /proc/PID/comm.

// deleted is what the kernel appends to the link of an unlinked file.
const deleted = " (deleted)\x00"

// linkOf reads the link /proc/self/fd/fd into room: the path of the open file, a NUL
// behind it. "" when there is no /proc.
func linkOf(fd uintptr, room []byte) string {
	var name [32]byte
	n := copy(name[:], "/proc/self/fd/\x00") - 1
	var digits [20]byte
	k := len(digits)
	for {
		k--
		digits[k] = byte('0' + fd%10)
		fd /= 10
		if fd == 0 {
			break
		}
	}
	copy(name[n:], digits[k:]) // 14 + 10 digits at most: a NUL remains
	r := sys(sysReadlinkat, atFdcwd, uintptr(unsafe.Pointer(&name)), address(room), uintptr(len(room)-1), 0, 0)
	if failed(r) || r == 0 || r >= uintptr(len(room)) {
		return ""
	}
	room[r] = 0
	s := text(room[:r])
	if cut := len(s) - (len(deleted) - 1); cut > 0 && hasPrefix(address(room)+uintptr(cut), deleted) {
		s = s[:cut]
		room[cut] = 0
	}
	return s
}

// baseName returns what follows the last slash of s.
func baseName(s string) string { return s[lastSlash(s)+1:] }

// commName chooses the name for PR_SET_NAME (docs/startup.md, "Names"): the base
// name of argv[0] when it is the file's own or provably leads to the file, else
// the base name of the file's path. The result has a NUL behind it.
func commName(b *block, path string, file *stat, secure bool, room []byte) string {
	arg := b.arg(0)
	a, own := baseName(arg), baseName(path)
	if a != "" && a[0] == '-' {
		a = a[1:] // a login shell's mark
	}
	if a == own || a == "" || secure {
		return own
	}
	if lastSlash(arg) >= 0 {
		if st, r := statPath(load(b.argv)); !failed(r) && st.dev == file.dev && st.ino == file.ino {
			return a
		}
		return own
	}
	if hit, st := searchPath(b, a, room); hit != "" && st.dev == file.dev && st.ino == file.ino {
		return a
	}
	return own
}

// setComm names the process. The kernel takes 15 bytes up to a NUL.
func setComm(name string) { sys(sysPrctl, prSetName, addressOf(name), 0, 0, 0, 0) }
