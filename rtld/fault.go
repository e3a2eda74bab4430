package rtld

// How the loader says why it cannot go on: one line on fd 2 in one write, and the
// process ends. Nothing of the program has run then, so there is nothing to undo.

// Exit codes of the loader (docs/startup.md): the shell's own convention.
const (
	exitCannotStart  = 127
	exitNotPermitted = 126 // the file is there, but policy forbids it
)

// A report is where complaints go; file, a C string, is what they are about.
//
// None of its methods returns. In what, a C string, % stands for name, # for value in decimal and
// $ for value in hex. Every literal ends in \x00 so that the post-linker sees where it
// ends (rtld/shrink), and that is where printing stops.
type report struct {
	file uintptr
	room uintptr // where a line may be put together: lineMax bytes
}

// bad is a complaint about the file.
//
//go:noinline
func (r *report) bad(what uintptr, value uint64) { r.die(what, 0, value, exitCannotStart) }

// badName is bad about something that has a name, a C string.
//
//go:noinline
func (r *report) badName(what uintptr, name uintptr, value uint64) {
	r.die(what, name, value, exitCannotStart)
}

// refused complains about a system call that answered −errno: 126 when policy forbids it.
//
//go:noinline
func (r *report) refused(what uintptr, answer uintptr) {
	e := errno(answer)
	code := uintptr(exitCannotStart)
	if e == eperm || e == eacces {
		code = exitNotPermitted
	}
	r.die(what, rowOf(lit(errnoNames), e), e, code)
}

// check is refused for an answer that is an errno.
//
//go:noinline
func (r *report) check(what uintptr, answer uintptr) {
	if failed(answer) {
		r.refused(what, answer)
	}
}

// rowOf returns the address of the name behind a number in a table of rows: a byte with
// the number, the name, a newline. What a number that is not there is called, stands in
// the last row, which has number 0xff.
//
//go:noinline
func rowOf(table uintptr, number uint64) uintptr {
	for at := table; ; {
		key := uint64(byteAt(at))
		at++
		if key == number || key == 0xff {
			return at
		}
		for byteAt(at) != '\n' {
			at++
		}
		at++
	}
}

// errnoNames names the errnos that a loader meets.
const errnoNames = "\x01EPERM\n\x02ENOENT\n\x05EIO\n\x0cENOMEM\n\x0dEACCES\n\x14ENOTDIR\n" +
	"\x15EISDIR\n\x16EINVAL\n\x17ENFILE\n\x18EMFILE\n\x24ENAMETOOLONG\n\x28ELOOP\n\xfferror\n\x00"

// lineMax bounds a message, whatever is in the names that it quotes; nameMax each of them.
const (
	lineMax = 1024
	nameMax = 400
)

// name appends the name at addr, which ends with a NUL or as a row does.
//
//go:noinline
func (b *buffer) name(addr uintptr) {
	if end := b.cstring(addr, '\n', nameMax); byteAt(end) > '\n' {
		b.all(lit("...\x00"))
	}
}

// begin starts a line: "slulrtld: file: ".
//
//go:noinline
func (r *report) begin(b *buffer) {
	b.at, b.end = r.room, r.room+lineMax-1
	b.all(lit("slulrtld: \x00"))
	if r.file != 0 {
		b.cstring(r.file, 0, nameMax)
		b.all(lit(": \x00"))
	}
}

// finish writes the line in r.room, which ends at end, and ends the process. Control
// characters become '?', so that it is one line whatever a file is called.
//
//go:noinline
func (r *report) finish(end, code uintptr) {
	for p := r.room; p < end; p++ {
		if c := byteAt(p); c < ' ' || c == 0x7f {
			setByte(p, '?')
		}
	}
	setByte(end, '\n') // begin left room for it
	writeAll(2, r.room, end+1-r.room)
	exit(code)
}

// die prints "slulrtld: file: what" and ends the process.
func (r *report) die(what, name uintptr, value uint64, code uintptr) {
	var b buffer
	for r.begin(&b); byteAt(what) != 0; what++ {
		switch c := byteAt(what); c {
		case '%':
			b.name(name)
		case '#':
			b.number(value, 10)
		case '$':
			b.all(lit("0x\x00"))
			b.number(value, 16)
		default:
			b.put(c)
		}
	}
	r.finish(b.at, code)
}

// internalError ends the process after a failed check of the loader's own code
// (an index out of range) at this offset in its image. trap calls it, with room for
// the line.
func internalError(at, room uintptr) {
	r := report{room: room}
	r.bad(lit("internal error at offset $, please report\x00"), uint64(at))
}
