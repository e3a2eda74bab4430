package rtld

// A buffer is text being put together in memory that somebody else set aside: the next
// byte goes to at, none to end. What does not fit is dropped; full tells.
type buffer struct {
	at, end uintptr
}

func (b *buffer) full() bool { return b.at == b.end }

func (b *buffer) put(c byte) {
	if b.at != b.end {
		setByte(b.at, c)
		b.at++
	}
}

// cstring appends the C string at addr up to its NUL or the byte until, at most max
// bytes of it. It returns the address where it stopped.
//
//go:noinline
func (b *buffer) cstring(addr uintptr, until byte, max int) uintptr {
	for ; max > 0; max-- {
		c := byteAt(addr)
		if c == 0 || c == until {
			break
		}
		b.put(c)
		addr++
	}
	return addr
}

// all appends all of the C string at addr.
//
//go:noinline
func (b *buffer) all(addr uintptr) { b.cstring(addr, 0, pathMax) }

// number appends v in base 10 or 16.
//
//go:noinline
func (b *buffer) number(v, base uint64) {
	power := uint64(1)
	for v/power >= base {
		power *= base
	}
	for ; power != 0; power /= base {
		c := '0' + byte(v/power)
		v %= power
		if c > '9' {
			c += 'a' - '9' - 1
		}
		b.put(c)
	}
}

// lineMax bounds a line, whatever is in the names that it quotes; nameMax each of them.
const (
	lineMax = 2048
	nameMax = 400
)

//go:noinline
func beginLine() { process.line = buffer{linePlace(), linePlace() + lineMax - 1} }

// Words is where rtld/shrink puts the words that many texts have, each a C string; a text has
// the number of a word, from firstWord on, in its place. Without rtld/shrink there are none.
const Words = "words of texts\x00"

const firstWord = '\n' + 1

// say appends the C string what, with the C string name for %, or for & when it is a row of
// a table and ends with a newline; with value in decimal for # and in hex for $.
//
//go:noinline
func say(what, name uintptr, value uint64) {
	back := uintptr(0) // behind a word: where the text goes on
	for {
		c := byteAt(what)
		what++
		if c-firstWord < ' '-firstWord {
			back, what = what, lit(Words)
			for ; c != firstWord; c-- {
				what = endOf(what)
			}
			continue
		}
		switch c {
		case 0:
			if back == 0 {
				return
			}
			what, back = back, 0
		case '&':
			process.line.cstring(name, '\n', nameMax)
		case '%':
			from := process.line.at
			if byteAt(process.line.cstring(name, 0, nameMax)) != 0 {
				process.line.all(lit("...\x00"))
			}
			for ; from < process.line.at; from++ { // one line, whatever a file is called
				if c := byteAt(from); c < ' ' || c == 0x7f {
					setByte(from, '?')
				}
			}
		case '#':
			process.line.number(value, 10)
		case '$':
			process.line.all(lit("0x\x00"))
			process.line.number(value, 16)
		default:
			process.line.put(c)
		}
	}
}

// writeLine ends the line and writes it to fd.
//
//go:noinline
func writeLine(fd uintptr) {
	setByte(process.line.at, '\n') // beginLine left room for it
	writeAll(fd, linePlace(), process.line.at+1-linePlace())
}
