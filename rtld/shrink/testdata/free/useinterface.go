//go:build useinterface

package main

type number int

func (n number) value() int { return int(n) }

type valuer interface{ value() int }

var hold valuer

func do(n int) int {
	hold = number(n)
	return hold.value()
}
