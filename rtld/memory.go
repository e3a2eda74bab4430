package rtld

import "unsafe"

// Memory that Go did not allocate: the kernel's block on the stack, mapped
// segments, the room. These are the only functions that make pointers of numbers.

// word is the size of a pointer on every CPU that the loader knows.
const word = 8

// pointer returns addr as a pointer. The detour through memory says to vet that
// this is meant: addr is no Go object, and no garbage collector moves it.
func pointer(addr uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&addr))
}

// load returns the 8-byte word at addr.
func load(addr uintptr) uintptr { return *(*uintptr)(pointer(addr)) }

// store sets the 8-byte word at addr.
func store(addr, v uintptr) { *(*uintptr)(pointer(addr)) = v }

// byteAt returns the byte at addr.
func byteAt(addr uintptr) byte { return *(*byte)(pointer(addr)) }

// setByte sets the byte at addr.
func setByte(addr uintptr, v byte) { *(*byte)(pointer(addr)) = v }

// lit returns the address of s, a constant of the loader, which ends in a NUL.
func lit(s string) uintptr { return uintptr(unsafe.Pointer(unsafe.StringData(s))) }

// isSame tells whether the C strings at a and b are the same.
//
//go:noinline
func isSame(a, b uintptr) bool {
	from := a
	for byteAt(a) == byteAt(b) && byteAt(a) != 0 {
		a++
		b++
	}
	process.work += uint64(a-from) + 8 // see spend
	return byteAt(a) == byteAt(b)
}

// hasPrefix tells whether the C string at addr begins with the C string at prefix.
//
//go:noinline
func hasPrefix(addr, prefix uintptr) bool {
	for p := prefix; byteAt(p) != 0; p++ {
		if byteAt(addr) != byteAt(p) {
			return false
		}
		addr++
	}
	return true
}

// baseName returns the address behind the last slash of the C string at addr.
//
//go:noinline
func baseName(addr uintptr) uintptr {
	base := addr
	for ; byteAt(addr) != 0; addr++ {
		if byteAt(addr) == '/' {
			base = addr + 1
		}
	}
	return base
}

// moveWords copies n words from one address to another, lower, one.
func moveWords(to, from, n uintptr) {
	for ; n != 0; n-- {
		store(to, load(from))
		to += word
		from += word
	}
}

// load32 and load16 return the word of that many bits at addr.
func load32(addr uintptr) uint64 { return uint64(*(*uint32)(pointer(addr))) }

func load16(addr uintptr) uint16 { return *(*uint16)(pointer(addr)) }

// copyBytes copies n bytes; the places may overlap.
//
//go:noinline
func copyBytes(to, from, n uintptr) {
	copy((*[1 << 40]byte)(pointer(to))[:n], (*[1 << 40]byte)(pointer(from))[:n])
}

// handleOf and moduleOf are what the program knows a module by.
func handleOf(m *module) uintptr { return uintptr(unsafe.Pointer(m)) }

func moduleOf(handle uintptr) *module { return (*module)(pointer(handle)) }
