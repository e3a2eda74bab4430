package rtld

import "unsafe"

// Memory that Go did not allocate: the kernel's block on the stack, mapped
// segments, the room. These are the only functions that make pointers of numbers.

// pointer returns addr as a pointer. The detour through memory says to vet that
// this is meant: addr is no Go object, and no garbage collector moves it.
func pointer(addr uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&addr))
}

// load returns the 8-byte word at addr.
func load(addr uintptr) uintptr { return *(*uintptr)(pointer(addr)) }

// store sets the 8-byte word at addr.
func store(addr, v uintptr) { *(*uintptr)(pointer(addr)) = v }

// bytesAt returns the n bytes at addr as a slice, shared.
func bytesAt(addr, n uintptr) []byte { return unsafe.Slice((*byte)(pointer(addr)), n) }

// text returns b as a string, shared: it changes when b does.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// address returns where b begins.
func address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

// cstring returns the NUL-terminated string at addr, without the NUL; "" for 0.
func cstring(addr uintptr) string {
	if addr == 0 {
		return ""
	}
	n := uintptr(0)
	for *(*byte)(pointer(addr + n)) != 0 {
		n++
	}
	return text(bytesAt(addr, n))
}

// moveWords copies n words from one address to another, lower, one.
func moveWords(to, from, n uintptr) {
	for i := uintptr(0); i < n; i++ {
		store(to+i*word, load(from+i*word))
	}
}

// word is the size of a pointer on every CPU that the loader knows.
const word = 8

// addressOf returns where s begins.
func addressOf(s string) uintptr { return uintptr(unsafe.Pointer(unsafe.StringData(s))) }

// literal returns the address of a constant of the loader, for the kernel.
func literal(s string) uintptr { return addressOf(s) }
