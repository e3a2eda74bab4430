package rtld

import "unsafe"

// How the loader says why it cannot go on. A function that may fail gets a *fault,
// fills it and returns false; start prints it as one line on fd 2 in one write.

// Exit codes of the loader (docs/startup.md): the shell's own convention.
const (
	exitCannotStart  = 127
	exitNotPermitted = 126 // the file is there, but policy forbids it
)

// A fault says what is wrong with the program.
//
// In what, % stands for name, # for value in decimal and $ for value in hex.
// Every literal ends in \x00 so that the post-linker sees where it ends (rtld/shrink);
// printing stops there.
type fault struct {
	what, name string
	value      uint64
	exit       uintptr
}

// bad is a fault of the file, exit code 127. It returns false.
//
//go:noinline
func (f *fault) bad(what string, value uint64) bool {
	f.what, f.value, f.exit = what, value, exitCannotStart
	return false
}

// badName is bad about something that has a name.
//
//go:noinline
func (f *fault) badName(what, name string, value uint64) bool {
	f.name = name
	return f.bad(what, value)
}

// refused is the fault of a system call that answered r: 126 when policy forbids it.
//
//go:noinline
func (f *fault) refused(what string, r uintptr) bool {
	e := errno(r)
	f.badName(what, rowOf(errnoNames, e), e)
	if e == eperm || e == eacces {
		f.exit = exitNotPermitted
	}
	return false
}

// rowOf returns the name behind a number in a table of rows: a byte with the number,
// the name, a newline. What a number that is not there is called, stands in the last
// row, which has number 0xff.
func rowOf(table string, number uint64) string {
	i := 0
	for {
		key := table[i]
		i++
		begin := i
		for table[i] != '\n' {
			i++
		}
		if uint64(key) == number || key == 0xff {
			return table[begin:i]
		}
		i++
	}
}

// errnoNames names the errnos that a loader meets.
const errnoNames = "\x01EPERM\n\x02ENOENT\n\x05EIO\n\x06ENXIO\n\x09EBADF\n\x0cENOMEM\n\x0dEACCES\n\x13ENODEV\n\x14ENOTDIR\n" +
	"\x15EISDIR\n\x16EINVAL\n\x17ENFILE\n\x18EMFILE\n\x1aETXTBSY\n\x24ENAMETOOLONG\n\x26ENOSYS\n\x28ELOOP\n\xfferror\n\x00"

// lineMax bounds a message, whatever is in the names that it quotes.
const lineMax = 1024

// line is a message being put together; what does not fit is dropped, but the
// newline always fits.
type line struct {
	buf [lineMax]byte
	n   int
}

func (l *line) byte(c byte) {
	if l.n < lineMax-1 {
		l.buf[l.n] = c
		l.n++
	}
}

// quote appends s up to a NUL, at most max bytes of it; control characters become
// '?', so that the message stays one line whatever a file is called.
func (l *line) quote(s string, max int) {
	for i := 0; i < len(s) && s[i] != 0; i++ {
		c := s[i]
		if i == max {
			l.byte('.')
			l.byte('.')
			l.byte('.')
			return
		}
		if c < ' ' || c == 0x7f {
			c = '?'
		}
		l.byte(c)
	}
}

// number appends v in base 10 or 16.
func (l *line) number(v, base uint64) {
	var digits [20]byte
	n := len(digits)
	for {
		n--
		digits[n] = byte('0' + v%base)
		if v%base > 9 {
			digits[n] += 'a' - '9' - 1
		}
		v /= base
		if v == 0 {
			break
		}
	}
	for _, c := range digits[n:] {
		l.byte(c)
	}
}

// fault appends f.what with its name and value put in.
func (l *line) fault(f *fault) {
	for i := 0; i < len(f.what) && f.what[i] != 0; i++ {
		switch c := f.what[i]; c {
		case '%':
			l.quote(f.name, 400)
		case '#':
			l.number(f.value, 10)
		case '$':
			l.byte('0')
			l.byte('x')
			l.number(f.value, 16)
		default:
			l.byte(c)
		}
	}
}

func (l *line) write(fd uintptr) {
	l.buf[l.n] = '\n'
	writeAll(fd, unsafe.Slice(&l.buf[0], l.n+1))
}

// die prints "slulrtld: file: what" and ends the process.
//
//go:noinline
func die(file string, f *fault) {
	var l line
	l.quote("slulrtld: \x00", 80)
	if file != "" {
		l.quote(file, 400)
		l.byte(':')
		l.byte(' ')
	}
	l.fault(f)
	l.write(2)
	exit(f.exit)
}

// internalError ends the process after a failed check of the loader's own code
// (an index out of range, a stack that ran out) at this offset in its image.
// trap calls it.
func internalError(at uintptr) {
	var f fault
	f.bad("internal error at offset $, please report\x00", uint64(at))
	die("", &f)
}
