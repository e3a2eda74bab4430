package mach

import (
	"fmt"
	"math"
	"slices"
)

// alloc.go gives each virtual register a physical one. Registers are taken in the order
// of what it would cost to keep them in memory. One that finds no free place may drive
// out cheaper ones; if it cannot, it is split into pieces (split.go), which queue again
// with their own cost. Pieces of a single instruction cannot be driven out, so that the
// work ends.

// allocator is the work on one function. Its lists serve the next one.
type allocator struct {
	f     *Func
	first []interval             // of the function's own registers
	iv    []*interval            // by virtual register less FirstVirtual; pieces come behind
	fixed [FirstVirtual][]span   // where instructions name or destroy a physical register
	taken [FirstVirtual][]tenant // in order of span.from
	hints []hint
	gain  [FirstVirtual]float64 // of freeFor: what each allocatable register would save
	queue queue
	slots [][]span // by spill slot: when it is in use
	used  RegSet   // callee-saved registers that are taken already

	around []around // by number of an instruction, from 1; empty until anything is split
	out    []*Inst  // of rewrite: the block so far
	known  []pair   // at its end
	among  RegSet   // the registers in known, and maybe others
	seq    []*Inst
	pairs  []copyPair // of coalesce
	same   []Reg      // by register: one that it has become, or 0
	rest   []span     // of union
	later  []tenant
	gone   []Reg
}

// tenant is a span for which a physical register is given away.
type tenant struct {
	span
	v Reg
}

// hint says that being in the register of other saves as much as cost.
type hint struct {
	other Reg
	next  int32 // as interval.firstHint
	cost  float64
}

// around is what comes directly before and behind an instruction: reloads and stores, kept here
// until rewriting.
type around struct{ before, after []*Inst }

// Allocate lays out the blocks of f and replaces its virtual registers by physical ones
// and spill slots. Parallel copies are plain afterwards, and copies of a register to
// itself gone. An error means that the CPU's Allocatable is too small for an instruction.
func Allocate(f *Func) error {
	f.layout()
	a := &f.room.alloc
	a.begin(f)
	a.coalesce()
	a.collect()
	if err := a.assign(); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	a.rewrite()
	return nil
}

// begin finds the spans of all registers.
func (a *allocator) begin(f *Func) {
	a.f, a.used = f, 0
	a.hints, a.queue, a.slots, a.around = a.hints[:0], a.queue[:0], nil, a.around[:0]
	for r := range a.taken {
		a.taken[r] = a.taken[r][:0]
	}
	spans := f.findSpans()
	copy(a.fixed[:], spans)
	a.first = empty(a.first, len(f.wide))
	a.iv = a.iv[:0]
	for n, s := range spans[FirstVirtual:] {
		iv := &a.first[n]
		iv.spans, iv.wide, iv.root, iv.home = s, f.wide[n], FirstVirtual+Reg(n), -1
		a.iv = append(a.iv, iv)
	}
}

func (a *allocator) of(v Reg) *interval { return a.iv[v-FirstVirtual] }

// collect renames the registers that were joined, finds the cost and hints of each, and puts all
// into the queue.
func (a *allocator) collect() {
	for _, b := range a.f.Blocks {
		for _, i := range b.Insts {
			a.count(i)
			a.hint(i)
		}
	}
	for n, iv := range a.iv {
		if iv.usedAt > 0 || iv.defAt > 0 {
			iv.weight = iv.byRoom(iv.weight)
			a.queue = append(a.queue, a.waiting(FirstVirtual+Reg(n)))
		}
	}
	slices.Sort(a.queue) // which makes it a heap
}

// count renames the registers of i, and adds what each would cost in memory there.
func (a *allocator) count(i *Inst) {
	freq := i.block.freq
	if i.Op == OpCopy {
		a.renameCopy(i)
	}
	for k := range i.Args {
		o := &i.Args[k]
		if o.Reg.IsVirtual() {
			o.Reg = a.joined(o.Reg)
			iv := a.of(o.Reg)
			if o.reads() && iv.usedAt != i.at {
				iv.usedAt = i.at
				iv.weight += freq
			}
			if o.writes() && iv.defAt != i.at {
				iv.defAt = i.at
				iv.weight += freq
			}
		}
		if o.Index.IsVirtual() {
			o.Index = a.joined(o.Index)
			if iv := a.of(o.Index); iv.usedAt != i.at {
				iv.usedAt = i.at
				iv.weight += freq
			}
		}
	}
}

// hint notes which registers would like to be the same because of i.
func (a *allocator) hint(i *Inst) {
	if i.Op == OpCopy {
		for k := 0; k < len(i.Args); k += 2 {
			if i.Args[k].Kind == KReg && i.Args[k+1].Kind == KReg {
				a.link(i.Args[k].Reg, i.Args[k+1].Reg, i.block.freq)
			}
		}
	}
	if i.Like {
		if from := i.firstRead(); from != NoReg {
			a.link(i.Args[0].Reg, from, i.block.freq)
		}
	}
}

// firstRead is the first register that i reads and does not write in the same operand.
func (i *Inst) firstRead() Reg {
	for k := range i.Args {
		a := &i.Args[k]
		if a.Reg != NoReg && (a.Kind != KReg || a.Role == Use) {
			return a.Reg
		}
		if a.Index != NoReg {
			return a.Index
		}
	}
	return NoReg
}

// link says that x and y would like to be the same.
func (a *allocator) link(x, y Reg, cost float64) {
	if x == y {
		return
	}
	a.addHint(x, y, cost)
	a.addHint(y, x, cost)
}

func (a *allocator) addHint(v, other Reg, cost float64) {
	if !v.IsVirtual() {
		return
	}
	a.hints = append(a.hints, hint{other, 0, cost})
	iv, n := a.of(v), int32(len(a.hints))
	if iv.lastHint > 0 {
		a.hints[iv.lastHint-1].next = n
	} else {
		iv.firstHint = n
	}
	iv.lastHint = n
}

// byRoom divides a cost by the room that iv takes.
func (iv *interval) byRoom(cost float64) float64 {
	room := int32(step)
	for _, s := range iv.spans {
		room += s.to - s.from
	}
	return cost / float64(room)
}

// enqueue sets the weight of a piece and lets it wait for a register.
func (a *allocator) enqueue(v Reg) {
	iv := a.of(v)
	if iv.level == levelInst {
		iv.weight = math.Inf(1)
	} else {
		cost := 0.0
		for _, i := range iv.insts {
			role := i.roleOf(v)
			if role&Use != 0 {
				cost += i.block.freq
			}
			if role&Def != 0 {
				cost += i.block.freq
			}
		}
		iv.weight = iv.byRoom(cost)
	}
	a.queue.push(a.waiting(v))
}

// assign works off the queue.
func (a *allocator) assign() error {
	for len(a.queue) > 0 {
		v := a.queue.pop().reg()
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
	for _, r := range a.f.CPU.Allocatable {
		a.gain[r] = 0
	}
	for n := iv.firstHint; n > 0; n = a.hints[n-1].next {
		h := &a.hints[n-1]
		a.addGain(h.other, h.cost, 1)
	}
	best, bestGain := NoReg, math.Inf(-1)
	for order, r := range a.f.CPU.Allocatable {
		g := a.gain[r] - float64(order)/64
		if a.f.CPU.CalleeSaved.Has(r) && !a.used.Has(r) {
			g -= 2 // a push and a pop
		}
		if g > bestGain && !overlap(iv.spans, a.fixed[r]) && !a.isTaken(iv.spans, r) {
			best, bestGain = r, g
		}
	}
	return best
}

// addGain adds what a hint says: the register of the other side, or what the other side,
// still without one, would like.
func (a *allocator) addGain(side Reg, cost float64, depth int) {
	if !side.IsVirtual() {
		a.gain[side] += cost
		return
	}
	other := a.of(side)
	if other.reg != NoReg {
		a.gain[other.reg] += cost
		return
	}
	if depth > 0 {
		for n := other.firstHint; n > 0; n = a.hints[n-1].next {
			h := &a.hints[n-1]
			a.addGain(h.other, min(h.cost, cost)/2, depth-1)
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

// isTaken says whether r has a tenant that is in the way of spans.
func (a *allocator) isTaken(spans []span, r Reg) bool {
	if list := a.taken[r]; len(list) == 0 || list[len(list)-1].to <= spans[0].from {
		return false // most often: registers are given away in the order of the code
	}
	taken := false
	a.eachTenant(spans, r, func(Reg) bool { taken = true; return false })
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
	a.gone = a.gone[:0]
	a.eachTenant(a.of(v).spans, r, func(t Reg) bool {
		if a.of(t).reg == r {
			a.of(t).reg = NoReg
			a.gone = append(a.gone, t)
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
	for _, t := range a.gone {
		a.queue.push(a.waiting(t))
	}
}

// give makes r the place of v.
func (a *allocator) give(r, v Reg) {
	iv := a.of(v)
	iv.reg = r
	a.used |= Set(r)
	old, spans := a.taken[r], iv.spans
	at := firstAfter(old, spans[0].from)
	a.later = append(a.later[:0], old[at:]...)
	rest, list := a.later, old[:at]
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
type waiting uint64

func (a *allocator) waiting(v Reg) waiting {
	return waiting(a.of(v).spans[0].from)<<32 | waiting(v)
}

func (w waiting) reg() Reg { return Reg(w) }

// queue is a heap: each entry comes before those at twice its place plus 1 and plus 2.
type queue []waiting

func (q *queue) push(w waiting) {
	list := append(*q, w)
	at := len(list) - 1
	for at > 0 && w < list[(at-1)/2] {
		list[at] = list[(at-1)/2]
		at = (at - 1) / 2
	}
	list[at] = w
	*q = list
}

func (q *queue) pop() waiting {
	list := *q
	first, last := list[0], list[len(list)-1]
	list = list[:len(list)-1]
	at := 0
	for {
		next := 2*at + 1
		if next+1 < len(list) && list[next+1] < list[next] {
			next++
		}
		if next >= len(list) || last <= list[next] {
			break
		}
		list[at] = list[next]
		at = next
	}
	if len(list) > 0 {
		list[at] = last
	}
	*q = list
	return first
}
