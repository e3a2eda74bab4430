package mach

import (
	"math/bits"
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
	level int32   // of the piece; see split.go
	home  int32   // of a root: its spill slot, or -1
	again *Inst   // of a root: the copy of a constant or address that makes it; see remade
	insts []*Inst // those that name it, in order; only once anything was split

	firstHint, lastHint int32 // 1 + places in allocator.hints; 0: none
	usedAt, defAt       int32 // while they are gone through: the last instructions that read it, and write it
}

// liveRoom is the memory of findSpans.
type liveRoom struct {
	regs   []liveReg // by virtual register less FirstVirtual
	shared []Reg     // those that hold a value from one block to another
	reads  []inBlock // of a register, before the block writes it
	writes []inBlock
	sets   []uint64
	ends   []spanEnd // by register
	nodes  []spanNode
	spans  []span
	lists  [][]span
	live   []Reg
}

// liveReg is what is found of a virtual register while instructions are gone through.
type liveReg struct {
	read, written int32 // 1 + the last block that reads it first, or writes it
	number        int32 // 1 + its place in the list of those that are shared; 0: it is not
}

// inBlock is a register and a block, by Block.index.
type inBlock struct {
	v     Reg
	block int32
}

// scan gives instructions and blocks their positions, and finds what each block reads before it
// writes it: those registers are shared. Leaves the copies from one virtual register to another.
func (f *Func) scan() {
	r, a := &f.room.live, &f.room.alloc
	r.regs = empty(r.regs, len(f.wide))
	r.shared, r.reads, r.writes, a.pairs = r.shared[:0], r.reads[:0], r.writes[:0], a.pairs[:0]
	at := int32(0)
	for n, b := range f.Blocks {
		b.from = at + step/2
		for _, i := range b.Insts {
			at += step
			i.at, i.block = at, b
			for k := range i.Args {
				o := &i.Args[k]
				if o.Reg.IsVirtual() && o.reads() {
					r.read(o.Reg, int32(n))
				}
				if o.Index.IsVirtual() {
					r.read(o.Index, int32(n))
				}
			}
			for k := range i.Args {
				if o := &i.Args[k]; o.Reg.IsVirtual() && o.writes() {
					r.write(o.Reg, int32(n))
				}
			}
			if i.Op == OpCopy {
				a.pair(i)
			}
		}
		b.to = at + step/2
	}
}

func (r *liveRoom) read(v Reg, block int32) {
	x := &r.regs[v-FirstVirtual]
	if x.written == block+1 || x.read == block+1 {
		return
	}
	x.read = block + 1
	r.reads = append(r.reads, inBlock{v, block})
	if x.number == 0 {
		r.shared = append(r.shared, v)
		x.number = int32(len(r.shared))
	}
}

func (r *liveRoom) write(v Reg, block int32) {
	if x := &r.regs[v-FirstVirtual]; x.written != block+1 {
		x.written = block + 1
		r.writes = append(r.writes, inBlock{v, block})
	}
}

// liveOut gives, for each block by Block.index, a set of so many words: which of the shared
// registers are needed behind it.
func (f *Func) liveOut() (out []uint64, words int) {
	r := &f.room.live
	words = (len(r.shared) + 63) / 64
	size := words * len(f.Blocks)
	r.sets = empty(r.sets, 3*size)
	out, in, def := r.sets[:size], r.sets[size:2*size], r.sets[2*size:]
	add := func(set []uint64, x inBlock) {
		if n := int(r.regs[x.v-FirstVirtual].number) - 1; n >= 0 {
			set[int(x.block)*words+n/64] |= 1 << (n % 64)
		}
	}
	for _, x := range r.reads {
		add(in, x)
	}
	for _, x := range r.writes {
		add(def, x)
	}
	for changed := words > 0; changed; {
		changed = false
		for n := len(f.Blocks) - 1; n >= 0; n-- {
			for _, s := range f.Blocks[n].Succs {
				for w := range words {
					at := n*words + w
					if x := in[s.index*words+w] &^ out[at]; x != 0 {
						out[at] |= x
						in[at] |= x &^ def[at]
						changed = true
					}
				}
			}
		}
	}
	return out, words
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
	f.scan()
	out, words := f.liveOut()
	r := &f.room.live
	n := int(FirstVirtual) + len(f.wide)
	r.ends = empty(r.ends, n)
	r.nodes, r.live = r.nodes[:0], r.live[:0]
	for index := len(f.Blocks) - 1; index >= 0; index-- {
		b := f.Blocks[index]
		for w, x := range out[index*words:][:words] {
			for ; x != 0; x &= x - 1 {
				r.need(r.shared[w*64+bits.TrailingZeros64(x)], b.to)
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
