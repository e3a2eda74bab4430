//go:build slulrtld

package rtld

// sys is the system call itself in the finished loader.
func sys(nr, a, b, c, d, e, f uintptr) uintptr { return syscall6(nr, a, b, c, d, e, f) }
