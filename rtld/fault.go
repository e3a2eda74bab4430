package rtld

// How the loader says why it cannot go on: one line on fd 2 in one write, and the
// process ends. Nothing of the program has run then, so there is nothing to undo.

// Exit codes of the loader (docs/startup.md): the shell's own convention.
const (
	exitCannotStart  = 127
	exitNotPermitted = 126 // the file is there, but policy forbids it
)

// Complaints are about process.about; none of these functions returns. What is as for say.
// Every literal ends in \x00 so that the post-linker sees where it
// ends (rtld/shrink), and that is where printing stops.

// bad is a complaint about the file.
//
//go:noinline
func bad(what uintptr, value uint64) { die(what, 0, value, exitCannotStart) }

// badName is bad about something that has a name.
//
//go:noinline
func badName(what, name uintptr) { die(what, name, 0, exitCannotStart) }

// refused complains about a system call that answered −errno, whose name stands for &: 126 when
// policy forbids it.
//
//go:noinline
func refused(what, answer uintptr) {
	e := errno(answer)
	code := uintptr(exitCannotStart)
	if e == eperm || e == eacces {
		code = exitNotPermitted
	}
	die(what, rowOf(lit(errnoNames), e), 0, code)
}

// check is refused for an answer that is an errno.
//
//go:noinline
func check(what, answer uintptr) {
	if failed(answer) {
		refused(what, answer)
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

// keyOf finds the C string at s in a table of rows: a byte that is its key, the name, a newline; then the
// NUL that ends the table. A name may stand for only the beginning of s, of which end is
// what follows it. The key is 0 when there is no such row.
//
//go:noinline
func keyOf(table, s uintptr) (key byte, end uintptr) {
	for at := table; byteAt(at) != 0; at++ {
		key = byteAt(at)
		at++
		end = s
		for byteAt(at) == byteAt(end) && byteAt(at) != '\n' {
			at++
			end++
		}
		if byteAt(at) == '\n' {
			return key, end
		}
		for byteAt(at) != '\n' {
			at++
		}
	}
	return 0, s
}

// errnoNames names the errnos that a loader meets.
const errnoNames = "\x01EPERM\n\x02ENOENT\n\x05EIO\n\x0cENOMEM\n\x0dEACCES\n\x14ENOTDIR\n\x17ENFILE\n\x18EMFILE\n\xfferror\n\x00"

// die prints "slulrtld: file: what" and ends the process.
func die(what, name uintptr, value uint64, code uintptr) {
	beginComplaint()
	say(what, name, value)
	endComplaint(code)
}

// beginComplaint starts a line: "slulrtld: file: ".
//
//go:noinline
func beginComplaint() {
	beginLine()
	say(lit("slulrtld: \x00"), 0, 0)
	if m := process.about; m != nil && m.file != 0 {
		say(lit("%: \x00"), m.file, 0)
	}
}

// endComplaint writes the line, with what to type, and ends the process. When the program runs
// already, it gets the line instead.
//
//go:noinline
func endComplaint(code uintptr) {
	l := &process
	if l.late.on {
		setByte(l.line.at, 0)
		undoLate()
		l.late.message = linePlace()
		goBack(l.late.back)
	}
	if f := l.program.file; f != 0 {
		say(lit(": slul doctor %\x00"), f, 0)
	}
	writeLine(2)
	exit(code)
}

// internalError ends the process after a failed check of the loader's own code
// (an index out of range) at this offset in its image. trap calls it.
func internalError(at uintptr) {
	process.about, process.late.on = nil, false
	bad(lit("internal error at offset $\x00"), uint64(at))
}
