//go:build !slulrtld

package rtld

// kernel answers the system calls of a hosted loader: the real ones, or what a
// test puts here. It is the second seam beside memory passed as slices.
var kernel = syscall6

// sys calls kernel. Pointers among its arguments stay where they are meanwhile.
//
//go:uintptrescapes
func sys(nr, a, b, c, d, e, f uintptr) uintptr { return kernel(nr, a, b, c, d, e, f) }

// sys3 is sys with three arguments.
//
//go:uintptrescapes
func sys3(nr, a, b, c uintptr) uintptr { return kernel(nr, a, b, c, 0, 0, 0) }
