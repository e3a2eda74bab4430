//go:build slulrtld

package rtld

// sys is a system call. In the finished loader sysRegs (entry_amd64.s) stands here, which
// takes the arguments from the registers that Go passes them in.
//
//go:noinline
func sys(nr, a, b, c, d, e, f uintptr) uintptr { return syscall6(nr, a, b, c, d, e, f) }

// sys3 is a system call with three arguments; sysRegs stands here too, and hands on
// whatever is in the other registers.
//
//go:noinline
func sys3(nr, a, b, c uintptr) uintptr { return syscall6(nr, a, b, c, 0, 0, 0) }
