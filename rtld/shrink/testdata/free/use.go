//go:build !useok && !useindex && !usedivide && !usenew && !useappend && !usemap && !usedefer && !usegoroutine && !useconcat && !useinterface && !usepanic && !usevariable && !usebss && !usepointer && !useswitch && !useinit && !userecursion && !usestack

package main

func do(n int) int { return n }
