package shrink

import (
	"bytes"

	"slul/asm/amd64"
)

// Cross-jumping: where two ways through a function end in the same instructions, one
// of them jumps into the other. The compiler reloads its registers on every way back
// to a loop and ends every return on its own, so this is worth a fifth of the code.

// mergeTails merges as long as that makes c smaller.
func (c *code) mergeTails(w *walk) {
	for c.mergeOnce(w) {
	}
}

// mergeOnce finds the pair of ways whose merging saves most, and merges it.
func (c *code) mergeOnce(w *walk) bool {
	best, bestA, bestB, bestN := 0, 0, 0, 0
	for b := range c.insts {
		if !c.isEnd(w, b) {
			continue
		}
		for _, a := range c.rivals(w, b) {
			n, saved := c.common(w, a, b)
			if saved > best {
				best, bestA, bestB, bestN = saved, a, b, n
			}
		}
	}
	if best == 0 {
		return false
	}
	c.merge(w, bestA, bestB, bestN)
	return true
}

// isEnd tells whether nothing runs from instruction k to the next.
func (c *code) isEnd(w *walk, k int) bool {
	i := &c.insts[k]
	return i.keep && (i.Flow == amd64.FlowJump || i.Flow == amd64.FlowReturn || i.Flow == amd64.FlowTrap || i.stops)
}

// rivals lists the instructions that a way which ends at b may end like: other ends,
// and what runs into the target of b's jump from above.
func (c *code) rivals(w *walk, b int) []int {
	var list []int
	for a := range c.insts {
		if a != b && c.isEnd(w, a) {
			list = append(list, a)
		}
	}
	if to := c.insts[b].to; to >= 0 {
		if a := c.before(w, c.first(to)); a >= 0 {
			list = append(list, a)
		}
	}
	return list
}

// first returns the first kept instruction from k on.
func (c *code) first(k int) int {
	for !c.insts[k].keep {
		k++
	}
	return k
}

// before returns the kept instruction that runs into k, or −1 when the one above it
// goes elsewhere.
func (c *code) before(w *walk, k int) int {
	for k--; k >= 0; k-- {
		if c.insts[k].keep {
			if c.isEnd(w, k) {
				return -1
			}
			return k
		}
	}
	return -1
}

// common returns how many instructions the ways that end at a and b have in common
// at their ends, and how many bytes are saved when b's are dropped for a jump to a's.
func (c *code) common(w *walk, a, b int) (n, saved int) {
	const jump = 2
	if !c.isEnd(w, a) {
		// a runs into the target of b's jump, which stays and gets another target.
		b = c.before(w, b)
		saved = jump
	}
	for a >= 0 && b >= 0 && a != b && c.same(a, b) {
		saved += c.insts[b].Size
		n++
		a, b = c.before(w, a), c.before(w, b)
	}
	return n, saved - jump
}

// same tells whether instructions a and b do the same.
func (c *code) same(a, b int) bool {
	x, y := &c.insts[a], &c.insts[b]
	switch {
	case x.text != nil || y.text != nil:
		return false
	case x.to >= 0 || y.to >= 0:
		return x.to >= 0 && y.to >= 0 && x.Op == y.Op && c.first(x.to) == c.first(y.to)
	case x.far != nil || y.far != nil:
		off := x.PCRelOff
		return x.far == y.far && x.add == y.add && x.Size == y.Size && off == y.PCRelOff &&
			bytes.Equal(x.raw[:off], y.raw[:off]) && bytes.Equal(x.raw[off+4:], y.raw[off+4:])
	}
	return bytes.Equal(x.raw, y.raw)
}

// merge drops the last n instructions of the way that ends at b for a jump to those
// of the way that ends at a. Jumps to the dropped ones go to their likes.
func (c *code) merge(w *walk, a, b, n int) {
	jump := b
	if !c.isEnd(w, a) {
		b = c.before(w, b)
	}
	like := map[int]int{}
	target := a
	for range n {
		like[b], target = a, a
		next := c.before(w, b)
		c.insts[b].keep = false
		a, b = c.before(w, a), next
	}
	for k := range c.insts {
		if to := c.insts[k].to; to >= 0 {
			// A dropped NOP before a dropped instruction stands for it.
			for ; !c.insts[to].keep; to++ {
				if _, ok := like[to]; ok {
					break
				}
			}
			if a, ok := like[to]; ok {
				c.insts[k].to = a
			}
		}
	}
	i := &c.insts[jump]
	i.keep, i.stops, i.far, i.Flow, i.to = true, false, nil, amd64.FlowJump, target
}

// threadJumps sends jumps to jumps where those go, and drops what nothing reaches any
// more and jumps to the next instruction.
func (c *code) threadJumps(w *walk) {
	for k := range c.insts {
		i := &c.insts[k]
		for hops := 0; i.keep && i.to >= 0 && hops < len(c.insts); hops++ {
			next := &c.insts[c.first(i.to)]
			if next.Flow != amd64.FlowJump || next.to < 0 {
				break
			}
			i.to = next.to
		}
	}
	reached := c.reached()
	for k := range c.insts {
		c.insts[k].keep = c.insts[k].keep && reached[k]
	}
	for k := range c.insts {
		i := &c.insts[k]
		if i.keep && (i.Flow == amd64.FlowJump || i.Flow == amd64.FlowCond) && i.to > k && c.first(i.to) == c.first(k+1) {
			i.keep = false
		}
	}
}

// reached tells for each instruction whether anything runs into it.
func (c *code) reached() []bool {
	reached := make([]bool, len(c.insts))
	for todo := []int{0}; len(todo) > 0; {
		k := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if k >= len(c.insts) || reached[k] {
			continue
		}
		reached[k] = true
		i := &c.insts[k]
		if !i.keep {
			todo = append(todo, k+1)
			continue
		}
		if i.to >= 0 {
			todo = append(todo, i.to)
		}
		if i.Flow != amd64.FlowJump && i.Flow != amd64.FlowReturn && i.Flow != amd64.FlowTrap && !i.stops {
			todo = append(todo, k+1)
		}
	}
	return reached
}
