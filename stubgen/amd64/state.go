package amd64

import "slul/asm/amd64"

// What the proof knows about the registers while it walks through a stub: an
// abstract value for each, and the arithmetic on them.

// value is what a register holds.
//
//	constant      n
//	inStub        address of byte n of the stub
//	onStack       rsp at entry + n + 8·argcs·argc
//	argumentCount argc, below 2^31 (the kernel's MAX_ARG_STRINGS)
//	result        what system call number `call` gave, + n
//
// low: the lower 32 bits of that only, the upper ones are zero.
type value struct {
	kind  kind
	n     int64
	argcs int64
	call  int
	low   bool
}

type kind uint8

const (
	unknown kind = iota
	constant
	inStub
	onStack
	argumentCount
	result
)

// number is a constant value.
func number(n int64) value { return value{kind: constant, n: n} }

// is32 cuts v down to 32 bits, as a write to a 32-bit register does.
func (v value) is32() value {
	switch v.kind {
	case constant:
		return number(int64(uint32(v.n)))
	case argumentCount:
		return v
	case result:
		v.low = true
		return v
	}
	return value{} // half an address
}

// add is v + n in 64 bits.
func (v value) add(n int64) value {
	switch v.kind {
	case constant, inStub, onStack:
		v.n += n
		return v
	case result:
		if v.low && n != 0 { // a carry may have been cut off before
			return value{}
		}
		v.n += n
		return v
	}
	if n == 0 {
		return v
	}
	return value{}
}

// add32 is v + n in 32 bits, where a cut of v has done no harm yet.
func (v value) add32(n int64) value {
	v.low = false
	return v.add(n).is32()
}

// plus is v + scale·w in 64 bits.
func (v value) plus(w value, scale int64) value {
	switch {
	case w.kind == constant:
		return v.add(w.n * scale)
	case v.kind == constant && scale == 1:
		return w.add(v.n)
	case v.kind == onStack && w.kind == argumentCount && scale == 8:
		v.argcs++
		return v
	}
	return value{}
}

// state is the registers, by the CPU's numbers, and the number of system calls made.
type state struct {
	reg   [16]value
	calls int
}

// start is the state at entry: nothing is known but rsp.
func start() *state {
	s := new(state)
	s.set(amd64.RSP, value{kind: onStack})
	return s
}

func (s *state) get(r amd64.Reg) value {
	if r < amd64.RAX || r > amd64.R15 {
		return value{}
	}
	return s.reg[r-amd64.RAX]
}

func (s *state) set(r amd64.Reg, v value) { s.reg[r-amd64.RAX] = v }

// address is the value of m, for an instruction that ends at offset end.
func (s *state) address(m amd64.Mem, end int) value {
	if m.Base == amd64.RIP {
		return value{kind: inStub, n: int64(end) + int64(m.Disp)}
	}
	v := number(0)
	if m.Base != amd64.NoReg {
		v = s.get(m.Base)
	}
	if m.Index != amd64.NoReg {
		v = v.plus(s.get(m.Index), int64(m.Scale))
	}
	return v.add(int64(m.Disp))
}
