package mach

import (
	"container/heap"
	"fmt"
	"math"
	"slices"
)

// alloc.go gives each virtual register a physical one. Registers are taken in the order
// of what it would cost to keep them in memory. One that finds no free place may drive
// out cheaper ones; if it cannot, it is split into pieces (split.go), which queue again
// with their own cost. Pieces of a single instruction cannot be driven out, so that the
// work ends.

type allocator struct {
	f     *Func
	iv    []*interval            // by virtual register less FirstVirtual
	fixed [FirstVirtual][]span   // where instructions name or destroy a physical register
	taken [FirstVirtual][]tenant // in order of span.from
	queue queue
	slots [][]span // by spill slot: when it is in use
	used  RegSet   // callee-saved registers that are taken already
}

// tenant is a span for which a physical register is given away.
type tenant struct {
	span
	v Reg
}

// Allocate lays out the blocks of f and replaces its virtual registers by physical ones
// and spill slots. Parallel copies are plain afterwards, and copies of a register to
// itself gone. An error means that the CPU's Allocatable is too small for an instruction.
func Allocate(f *Func) error {
	f.layout()
	f.number()
	a := &allocator{f: f, iv: make([]*interval, 0, len(f.wide))}
	for n, s := range f.findSpans() {
		if r := Reg(n); r.IsVirtual() {
			iv := f.room.intervals.One()
			iv.spans, iv.wide, iv.root, iv.home = s, f.isWide(r), r, -1
			a.iv = append(a.iv, iv)
		} else {
			a.fixed[r] = s
		}
	}
	a.coalesce()
	a.collect()
	if err := a.assign(); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	a.rewrite()
	return nil
}

func (a *allocator) of(v Reg) *interval { return a.iv[v-FirstVirtual] }

// collect finds the instructions and hints of each register, and puts all into the queue.
func (a *allocator) collect() {
	for _, b := range a.f.Blocks {
		for _, i := range b.Insts {
			a.note(i)
			a.hint(i)
		}
	}
	for n, iv := range a.iv {
		if len(iv.insts) > 0 {
			a.enqueue(FirstVirtual + Reg(n))
		}
	}
}

// note adds i to the registers that it names.
func (a *allocator) note(i *Inst) {
	i.eachReg(func(r *Reg, _ Role) {
		if !r.IsVirtual() {
			return
		}
		iv := a.of(*r)
		if n := len(iv.insts); n == 0 || iv.insts[n-1] != i {
			iv.insts = append(iv.insts, i)
		}
	})
}

// hint notes which registers would like to be the same because of i.
func (a *allocator) hint(i *Inst) {
	link := func(x, y Reg) {
		if x == y {
			return
		}
		for _, p := range [][2]Reg{{x, y}, {y, x}} {
			if p[0].IsVirtual() {
				iv := a.of(p[0])
				iv.hints = append(iv.hints, hint{p[1], i.block.freq})
			}
		}
	}
	if i.Op == OpCopy {
		for k := 0; k < len(i.Args); k += 2 {
			if i.Args[k].Kind == KReg && i.Args[k+1].Kind == KReg {
				link(i.Args[k].Reg, i.Args[k+1].Reg)
			}
		}
	}
	if i.Like {
		to := i.Args[0].Reg
		done := false
		i.eachReg(func(r *Reg, role Role) {
			if !done && role == Use {
				link(to, *r)
				done = true
			}
		})
	}
}

// enqueue sets the weight of v and lets it wait for a register.
func (a *allocator) enqueue(v Reg) {
	iv := a.of(v)
	if iv.level == levelInst {
		iv.weight = math.Inf(1)
	} else {
		cost, room := 0.0, int32(step)
		for _, i := range iv.insts {
			role := i.roleOf(v)
			if role&Use != 0 {
				cost += i.block.freq
			}
			if role&Def != 0 {
				cost += i.block.freq
			}
		}
		for _, s := range iv.spans {
			room += s.to - s.from
		}
		iv.weight = cost / float64(room)
	}
	heap.Push(&a.queue, a.waiting(v))
}

// assign works off the queue.
func (a *allocator) assign() error {
	for len(a.queue) > 0 {
		v := heap.Pop(&a.queue).(waiting).v
		if r := a.freeFor(v); r != NoReg {
			a.give(r, v)
			continue
		}
		if r := a.cheapest(v); r != NoReg {
			a.driveOut(r, v)
			a.give(r, v)
			continue
		}
		if a.of(v).level == levelInst {
			return fmt.Errorf("no register is left for an instruction")
		}
		a.split(v)
	}
	return nil
}

// freeFor gives the best register that is free wherever v lives, or NoReg.
func (a *allocator) freeFor(v Reg) Reg {
	iv := a.of(v)
	var gain [FirstVirtual]float64
	for _, h := range iv.hints {
		a.addGain(&gain, h, 1)
	}
	best, bestGain := NoReg, math.Inf(-1)
	for order, r := range a.f.CPU.Allocatable {
		g := gain[r] - float64(order)/64
		if a.f.CPU.CalleeSaved.Has(r) && !a.used.Has(r) {
			g -= 2 // a push and a pop
		}
		if g > bestGain && !overlap(iv.spans, a.fixed[r]) && !a.isTaken(iv, r) {
			best, bestGain = r, g
		}
	}
	return best
}

// addGain adds what a hint says: the register of the other side, or what the other side,
// still without one, would like.
func (a *allocator) addGain(gain *[FirstVirtual]float64, h hint, depth int) {
	if !h.other.IsVirtual() {
		gain[h.other] += h.cost
		return
	}
	other := a.of(h.other)
	if other.reg != NoReg {
		gain[other.reg] += h.cost
		return
	}
	if depth > 0 {
		for _, g := range other.hints {
			a.addGain(gain, hint{g.other, min(g.cost, h.cost) / 2}, depth-1)
		}
	}
}

// eachTenant calls do for the tenants of r that are in the way of spans, until it says no.
func (a *allocator) eachTenant(spans []span, r Reg, do func(v Reg) bool) {
	list := a.taken[r]
	for len(list) > 0 && len(spans) > 0 {
		switch t := list[0]; {
		case t.to <= spans[0].from:
			list = list[firstAfter(list, spans[0].from):]
		case spans[0].to <= t.from:
			spans = spans[1:]
		default:
			if !do(t.v) {
				return
			}
			list = list[1:]
		}
	}
}

// firstAfter is the index of the first tenant that ends behind p.
func firstAfter(list []tenant, p int32) int {
	lo, hi := 0, len(list)
	for lo < hi {
		if mid := (lo + hi) / 2; list[mid].to <= p {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func (a *allocator) isTaken(iv *interval, r Reg) (taken bool) {
	a.eachTenant(iv.spans, r, func(Reg) bool { taken = true; return false })
	return taken
}

// cheapest gives the register whose tenants in v's way are all cheaper than v, and the
// dearest of them cheapest; NoReg when there is none.
func (a *allocator) cheapest(v Reg) Reg {
	iv := a.of(v)
	best, bestWeight := NoReg, iv.weight
	for _, r := range a.f.CPU.Allocatable {
		if overlap(iv.spans, a.fixed[r]) {
			continue
		}
		dearest := 0.0
		a.eachTenant(iv.spans, r, func(t Reg) bool {
			dearest = max(dearest, a.of(t).weight)
			return dearest < bestWeight
		})
		if dearest < bestWeight {
			best, bestWeight = r, dearest
		}
	}
	return best
}

// driveOut sends the tenants of r that are in v's way back to the queue.
func (a *allocator) driveOut(r, v Reg) {
	var gone []Reg
	a.eachTenant(a.of(v).spans, r, func(t Reg) bool {
		if a.of(t).reg == r {
			a.of(t).reg = NoReg
			gone = append(gone, t)
		}
		return true
	})
	kept := a.taken[r][:0]
	for _, t := range a.taken[r] {
		if a.of(t.v).reg == r {
			kept = append(kept, t)
		}
	}
	a.taken[r] = kept
	for _, t := range gone {
		heap.Push(&a.queue, a.waiting(t))
	}
}

// give makes r the place of v.
func (a *allocator) give(r, v Reg) {
	iv := a.of(v)
	iv.reg = r
	a.used |= Set(r)
	old, spans := a.taken[r], iv.spans
	at := firstAfter(old, spans[0].from)
	if len(spans) == 1 {
		a.taken[r] = slices.Insert(old, at, tenant{spans[0], v})
		return
	}
	rest, list := slices.Clone(old[at:]), old[:at]
	for len(rest) > 0 || len(spans) > 0 {
		if len(spans) == 0 || len(rest) > 0 && rest[0].from < spans[0].from {
			list = append(list, rest[0])
			rest = rest[1:]
		} else {
			list = append(list, tenant{spans[0], v})
			spans = spans[1:]
		}
	}
	a.taken[r] = list
}

// waiting is an entry of the queue: in the order of the code, then by number.
type waiting struct {
	from int32
	v    Reg
}

func (a *allocator) waiting(v Reg) waiting { return waiting{a.of(v).spans[0].from, v} }

type queue []waiting

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].from != q[j].from {
		return q[i].from < q[j].from
	}
	return q[i].v < q[j].v
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(waiting)) }
func (q *queue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}
