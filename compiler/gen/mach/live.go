package mach

import (
	"math/bits"
	"slices"
)

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
	weight float64 // cost of having it in memory, by the room that it takes
	reg    Reg     // its place, once it has one
	wide   bool

	root  Reg     // the register that this is a piece of; itself, when whole
	level int     // of the piece; see split.go
	home  int32   // of a root: its spill slot, or -1
	again *Inst   // of a root: the copy of a constant or address that makes it; see remade
	insts []*Inst // those that name it, in order; only once anything was split

	firstHint, lastHint int32 // 1 + places in allocator.hints; 0: none
	usedAt, defAt       int32 // while they are gone through: the last instructions that read it, and write it
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

// liveRoom is the memory of findSpans.
type liveRoom struct {
	regs   []liveReg // by virtual register less FirstVirtual
	shared []Reg
	sets   []uint64
	ends   []spanEnd // by register
	nodes  []spanNode
	spans  []span
	lists  [][]span
	live   []Reg
}

// liveReg is what shared and liveOut find of a virtual register.
type liveReg struct {
	written int32 // 1 + the last block that writes it
	number  int32 // 1 + its place in the list of those that are shared; 0: it is not
}

// shared gives the virtual registers that hold a value from one block to another: those that
// some block reads before it writes them. Leaves liveReg.number.
func (f *Func) shared() []Reg {
	r := &f.room.live
	r.regs = empty(r.regs, len(f.wide))
	list := r.shared[:0]
	regs := r.regs
	for n, b := range f.Blocks {
		here := int32(n + 1)
		read := func(v Reg) {
			if x := &regs[v-FirstVirtual]; x.written != here && x.number == 0 {
				list = append(list, v)
				x.number = int32(len(list))
			}
		}
		for _, i := range b.Insts {
			for k := range i.Args {
				a := &i.Args[k]
				if a.Reg.IsVirtual() && a.reads() {
					read(a.Reg)
				}
				if a.Index.IsVirtual() {
					read(a.Index)
				}
			}
			for k := range i.Args {
				if a := &i.Args[k]; a.writes() && a.Reg.IsVirtual() {
					regs[a.Reg-FirstVirtual].written = here
				}
			}
		}
	}
	r.shared = list
	return list
}

// liveSets has, of each block by Block.index, a set of numbers of shared registers, less 1.
type liveSets struct {
	words int
	bits  []uint64
}

func (s liveSets) of(block int) []uint64 { return s.bits[block*s.words:][:s.words] }
func (s liveSets) add(block int, number int32) {
	s.bits[block*s.words+int(number-1)/64] |= 1 << ((number - 1) % 64)
}
func (s liveSets) has(block int, number int32) bool {
	return s.bits[block*s.words+int(number-1)/64]>>((number-1)%64)&1 != 0
}

// liveOut gives which registers of shared are needed behind each block.
func (f *Func) liveOut(shared []Reg) liveSets {
	r := &f.room.live
	words := (len(shared) + 63) / 64
	size := words * len(f.Blocks)
	r.sets = empty(r.sets, 3*size)
	out, in, def := liveSets{words, r.sets[:size]}, liveSets{words, r.sets[size : 2*size]}, liveSets{words, r.sets[2*size:]}
	if words == 0 {
		return out
	}
	for n, b := range f.Blocks {
		read := func(v Reg) {
			if x := r.regs[v-FirstVirtual].number; x > 0 && !def.has(n, x) {
				in.add(n, x)
			}
		}
		for _, i := range b.Insts {
			for k := range i.Args {
				a := &i.Args[k]
				if a.Reg.IsVirtual() && a.reads() {
					read(a.Reg)
				}
				if a.Index.IsVirtual() {
					read(a.Index)
				}
			}
			for k := range i.Args {
				if a := &i.Args[k]; a.writes() && a.Reg.IsVirtual() {
					if x := r.regs[a.Reg-FirstVirtual].number; x > 0 {
						def.add(n, x)
					}
				}
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for n, b := range slices.Backward(f.Blocks) {
			mine := out.of(n)
			for _, s := range b.Succs {
				for w, x := range in.of(s.index) {
					if x &^= mine[w]; x != 0 {
						mine[w] |= x
						in.bits[n*words+w] |= x &^ def.bits[n*words+w]
						changed = true
					}
				}
			}
		}
	}
	return out
}

// spanEnd is where a register is needed up to, while a block is gone through backwards; 0: it
// is not. first is the first of its spans so far: 1 + a place in the list of nodes.
type spanEnd struct {
	end   int32
	first int32
}

type spanNode struct {
	span
	next int32 // as spanEnd.first
}

// need notes that a register is needed up to a place.
func (r *liveRoom) need(v Reg, to int32) {
	if e := &r.ends[v]; e.end == 0 {
		e.end = to
		r.live = append(r.live, v)
	}
}

// cut ends the need for a register where it is written, or its block begins; what is written
// and not needed lives up to to.
func (r *liveRoom) cut(v Reg, from, to int32) {
	e := &r.ends[v]
	if e.end != 0 {
		to, e.end = e.end, 0
	}
	if e.first > 0 && r.nodes[e.first-1].from <= to {
		r.nodes[e.first-1].from = from
		return
	}
	r.nodes = append(r.nodes, spanNode{span{from, to}, e.first})
	e.first = int32(len(r.nodes))
}

// findSpans gives the spans of all registers: first the physical ones, up to
// FirstVirtual, then the virtual ones. There is no room behind any of them.
func (f *Func) findSpans() [][]span {
	shared := f.shared()
	out := f.liveOut(shared)
	r := &f.room.live
	n := int(FirstVirtual) + len(f.wide)
	r.ends = empty(r.ends, n)
	r.nodes, r.live = r.nodes[:0], r.live[:0]
	for index, b := range slices.Backward(f.Blocks) {
		for w, x := range out.of(index) {
			for ; x != 0; x &= x - 1 {
				r.need(shared[w*64+bits.TrailingZeros64(x)], b.to)
			}
		}
		for at := len(b.Insts) - 1; at >= 0; at-- {
			i := b.Insts[at]
			for k := range i.Args {
				if a := &i.Args[k]; a.writes() {
					if a.Role == Def {
						r.cut(a.Reg, i.at+writeAt, i.at+writeAt+1)
					} else {
						r.need(a.Reg, i.at+writeAt+1)
					}
				}
			}
			for c := uint64(i.Clobbers); c != 0; c &= c - 1 {
				r.cut(Reg(bits.TrailingZeros64(c)), i.at+writeAt, i.at+writeAt+1)
			}
			for k := range i.Args {
				a := &i.Args[k]
				if a.Reg != NoReg && (a.Kind != KReg || a.Role == Use) {
					r.need(a.Reg, i.at+1)
				}
				if a.Index != NoReg {
					r.need(a.Index, i.at+1)
				}
			}
		}
		for _, v := range r.live {
			if r.ends[v].end != 0 {
				r.cut(v, b.from, 0)
			}
		}
		r.live = r.live[:0]
	}
	r.lists = empty(r.lists, n)
	spans := empty(r.spans, len(r.nodes))
	r.spans = spans
	for v := range r.ends {
		k := 0
		for at := r.ends[v].first; at > 0; at = r.nodes[at-1].next {
			spans[k] = r.nodes[at-1].span
			k++
		}
		r.lists[v], spans = spans[:k:k], spans[k:]
	}
	return r.lists
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
// shorter one is copied, to rest, whose memory it uses and gives back; a list that has no room
// left gets twice as much.
func (f *Func) union(a, b []span) []span {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) == 0 {
		return a
	}
	if size := len(a) + len(b); size > cap(a) {
		a = append(f.room.spans.List(2 * size)[:0], a...)
	}
	at := len(a) - len(behind(a, b[0].from-1)) // the first that touches b
	f.room.alloc.rest = append(f.room.alloc.rest[:0], a[at:]...)
	rest, out := f.room.alloc.rest, a[:at]
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
