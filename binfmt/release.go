package binfmt

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// atLeast tells whether the running Linux is of this version or later.
func atLeast(version string) bool {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return false
	}
	return !Older(unix.ByteSliceToString(u.Release[:]), version)
}

// Older compares versions such as "6.7" and "6.18.44-x" by their first three numbers.
func Older(a, b string) bool {
	x, y := numbers(a), numbers(b)
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

func numbers(version string) (n [3]int) {
	fmt.Sscanf(version, "%d.%d.%d", &n[0], &n[1], &n[2])
	return n
}
