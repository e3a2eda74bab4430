package rtld

// A buffer is text being put together in memory that somebody else set aside: the next
// byte goes to at, none to end. What does not fit is dropped; full tells.
type buffer struct {
	at, end uintptr
}

func (b *buffer) full() bool { return b.at == b.end }

//go:noinline
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
