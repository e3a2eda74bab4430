package mach

import "slices"

// live.go numbers the instructions and finds where each register holds a value that is
// still needed, as a list of spans with holes between.

// span is from, and up to but not including, to.
type span struct{ from, to int32 }

const (
	writeAt = 2 // behind the position of an instruction
	step    = 16
)

// interval is where one virtual register lives, and what is known about it. Spans are
// in order and neither touch nor overlap.
type interval struct {
	spans  []span
	insts  []*Inst // those that name it, in order
	weight float64 // cost of having it in memory, by the room that it takes
	reg    Reg     // its place, once it has one
	wide   bool

	root  Reg   // the register that this is a piece of; itself, when whole
	level int   // of the piece; see split.go
	home  int32 // of a root: its spill slot, or -1
	hints []hint
	again *Inst // of a root: the copy of a constant or address that makes it; see remade
}

// hint says that being in the register of other saves as much as cost.
type hint struct {
	other Reg
	cost  float64
}

// number gives instructions and blocks their positions.
func (f *Func) number() {
	at := int32(0)
	for _, b := range f.Blocks {
		b.from = at + step/2
		for _, i := range b.Insts {
			at += step
			i.at, i.block = at, b
		}
		b.to = at + step/2
	}
}

// bits is a set of numbers.
type bits []uint64

func (s bits) has(n Reg) bool { return s[n/64]>>(n%64)&1 != 0 }
func (s bits) add(n Reg)      { s[n/64] |= 1 << (n % 64) }

// shared gives the virtual registers that hold a value from one block to another: those that
// some block reads before it writes them.
func (f *Func) shared() (list []Reg) {
	written := make([]int32, len(f.wide)) // by register: 1 + the last block that writes it
	isShared := make([]bool, len(f.wide))
	for n, b := range f.Blocks {
		here := int32(n + 1)
		for _, i := range b.Insts {
			i.eachReg(func(r *Reg, role Role) {
				if v := *r - FirstVirtual; v >= 0 && role&Use != 0 && written[v] != here && !isShared[v] {
					isShared[v] = true
					list = append(list, *r)
				}
			})
			i.eachReg(func(r *Reg, role Role) {
				if v := *r - FirstVirtual; v >= 0 && role&Def != 0 {
					written[v] = here
				}
			})
		}
	}
	return list
}

// liveOut gives, by Block.index, which registers of shared are needed behind each block.
func (f *Func) liveOut(shared []Reg) []bits {
	number := make([]Reg, len(f.wide)) // 1 + the place in shared
	for n, r := range shared {
		number[r-FirstVirtual] = Reg(n + 1)
	}
	words := (len(shared) + 63) / 64
	sets := make([]uint64, 3*len(f.Blocks)*words)
	take := func() (s bits) { s, sets = sets[:words:words], sets[words:]; return }
	out, in, def := make([]bits, len(f.Blocks)), make([]bits, len(f.Blocks)), make([]bits, len(f.Blocks))
	for n, b := range f.Blocks {
		out[n], in[n], def[n] = take(), take(), take()
		for _, i := range b.Insts {
			i.eachReg(func(r *Reg, role Role) {
				if !r.IsVirtual() || role&Use == 0 {
					return
				}
				if v := number[*r-FirstVirtual] - 1; v >= 0 && !def[n].has(v) {
					in[n].add(v)
				}
			})
			i.eachReg(func(r *Reg, role Role) {
				if !r.IsVirtual() || role&Def == 0 {
					return
				}
				if v := number[*r-FirstVirtual] - 1; v >= 0 {
					def[n].add(v)
				}
			})
		}
	}
	for changed := true; changed; {
		changed = false
		for n, b := range slices.Backward(f.Blocks) {
			for _, s := range b.Succs {
				for w, x := range in[s.index] {
					if x &^= out[n][w]; x != 0 {
						out[n][w] |= x
						in[n][w] |= x &^ def[n][w]
						changed = true
					}
				}
			}
		}
	}
	return out
}

// findSpans gives the spans of all registers: first the physical ones, up to
// FirstVirtual, then the virtual ones.
func (f *Func) findSpans() [][]span {
	shared := f.shared()
	out := f.liveOut(shared)
	n := int(FirstVirtual) + len(f.wide)
	spans := make([][]span, n) // backwards at first
	end := make([]int32, n)    // 0: not needed here
	var live []Reg             // those with end set, and some without
	note := func(r Reg, to int32) {
		if end[r] == 0 {
			end[r] = to
			live = append(live, r)
		}
	}
	cut := func(r Reg, from, to int32) {
		if end[r] != 0 {
			to, end[r] = end[r], 0
		}
		if s := spans[r]; len(s) > 0 && s[len(s)-1].from <= to {
			s[len(s)-1].from = from
			return
		}
		spans[r] = append(spans[r], span{from, to})
	}
	for index, b := range slices.Backward(f.Blocks) {
		for w, x := range out[index] {
			for k := Reg(0); x != 0; k, x = k+1, x>>1 {
				if x&1 != 0 {
					note(shared[Reg(w*64)+k], b.to)
				}
			}
		}
		for _, i := range slices.Backward(b.Insts) {
			i.eachReg(func(r *Reg, role Role) {
				switch role {
				case Def:
					cut(*r, i.at+writeAt, i.at+writeAt+1)
				case UseDef:
					note(*r, i.at+writeAt+1)
				}
			})
			for r := Reg(1); i.Clobbers>>r != 0; r++ {
				if i.Clobbers.Has(r) {
					cut(r, i.at+writeAt, i.at+writeAt+1)
				}
			}
			i.eachReg(func(r *Reg, role Role) {
				if role == Use {
					note(*r, i.at+1)
				}
			})
		}
		for _, r := range live {
			if end[r] != 0 {
				cut(r, b.from, 0)
			}
		}
		live = live[:0]
	}
	for _, s := range spans {
		slices.Reverse(s)
	}
	return spans
}

// overlap says whether two lists of spans have a position in common.
func overlap(a, b []span) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].to <= b[0].from:
			a = behind(a, b[0].from)
		case b[0].to <= a[0].from:
			b = behind(b, a[0].from)
		default:
			return true
		}
	}
	return false
}

// behind gives the part of s from the first span on that ends behind p.
func behind(s []span, p int32) []span {
	lo, hi := 0, len(s)
	for lo < hi {
		if mid := (lo + hi) / 2; s[mid].to <= p {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return s[lo:]
}

// union joins two lists, both of which it may change. Only what lies behind the start of the
// shorter one is copied.
func union(a, b []span) []span {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) == 0 {
		return a
	}
	at := len(a) - len(behind(a, b[0].from-1)) // the first that touches b
	rest, out := slices.Clone(a[at:]), a[:at]
	for len(rest) > 0 || len(b) > 0 {
		if len(rest) == 0 || len(b) > 0 && b[0].from < rest[0].from {
			rest, b = b, rest
		}
		if n := len(out); n > at && rest[0].from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, rest[0].to)
		} else {
			out = append(out, rest[0])
		}
		rest = rest[1:]
	}
	return out
}

// clip gives the part of s within window.
func clip(s []span, window span) (out []span) {
	for _, x := range s {
		x.from, x.to = max(x.from, window.from), min(x.to, window.to)
		if x.from < x.to {
			out = append(out, x)
		}
	}
	return out
}

// covers says whether p is in s.
func covers(s []span, p int32) bool {
	s = behind(s, p)
	return len(s) > 0 && s[0].from <= p
}
