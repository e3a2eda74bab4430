//go:build useswitch

package main

func do(n int) int {
	switch n {
	case 0:
		return f0(n)
	case 1:
		return f1(n)
	case 2:
		return f2(n)
	case 3:
		return f3(n)
	case 4:
		return f4(n)
	case 5:
		return f5(n)
	case 6:
		return f6(n)
	case 7:
		return f7(n)
	case 8:
		return f8(n)
	case 9:
		return f9(n)
	case 10:
		return f10(n)
	case 11:
		return f11(n)
	}
	return n
}

//go:noinline
func f0(n int) int { return n*3 + 0 }

//go:noinline
func f1(n int) int { return n*4 + 1 }

//go:noinline
func f2(n int) int { return n*5 + 2 }

//go:noinline
func f3(n int) int { return n*6 + 3 }

//go:noinline
func f4(n int) int { return n*7 + 4 }

//go:noinline
func f5(n int) int { return n*8 + 5 }

//go:noinline
func f6(n int) int { return n*9 + 6 }

//go:noinline
func f7(n int) int { return n*10 + 7 }

//go:noinline
func f8(n int) int { return n*11 + 8 }

//go:noinline
func f9(n int) int { return n*12 + 9 }

//go:noinline
func f10(n int) int { return n*13 + 10 }

//go:noinline
func f11(n int) int { return n*14 + 11 }
