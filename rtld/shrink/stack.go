package shrink

import (
	"fmt"
	"slices"
	"strings"

	"slul/asm/amd64"
)

// stackDepth computes how many bytes of stack the program uses at most: the deepest
// chain of calls, and then the trap, to which any function may go once. It fills frame and deep of every piece. Recursion has no depth and
// is refused.
func stackDepth(w *walk) (int, error) {
	for _, p := range w.pieces {
		if p.code != nil {
			f, err := frame(w, p)
			if err != nil {
				return 0, w.blame(p, err.Error())
			}
			p.frame = f
			p.deep = unknown
		}
	}
	var chain []*piece
	var deepen func(p *piece) error
	deepen = func(p *piece) error {
		switch p.deep {
		case unknown:
		case busy:
			return w.blame(chain[len(chain)-1], "recursion: calls "+short(p.name)+" again")
		default:
			return nil
		}
		p.deep = busy
		chain = append(chain, p)
		calls := p.code.calls
		if p.code.table {
			calls = append(append([]*piece{}, calls...), w.taken...)
		}
		deepest := 0
		for _, q := range calls {
			if q.name == w.opt.Trap {
				continue
			}
			if err := deepen(q); err != nil {
				return err
			}
			deepest = max(deepest, 8+q.deep) // 8: the return address
		}
		chain = chain[:len(chain)-1]
		p.deep = p.frame + deepest
		return nil
	}
	depth := 0
	for _, p := range w.pieces {
		isEntry := p == w.pieces[0] || p.name == w.opt.Trap
		if isEntry || p.code != nil && (w.isExport(p) || slices.Contains(w.outer, p)) {
			if err := deepen(p); err != nil {
				return 0, err
			}
		}
		if isEntry {
			depth += p.deep
		}
	}
	return depth, nil
}

const (
	unknown = -1
	busy    = -2
)

// frame returns how much stack a function takes for itself: all its pushes and
// subtractions, as if they all came to pass.
func frame(w *walk, p *piece) (int, error) {
	n := 8 // one word of a push and pop, see shortenMoves
	for k := range p.code.insts {
		i := &p.code.insts[k]
		toRSP := i.N > 0 && i.Args[0].Kind == amd64.KindReg && i.Args[0].Reg == amd64.RSP
		switch {
		case !i.keep:
		case isEnter(i):
			n += 8 + int(i.raw[1]) + int(i.raw[2])<<8
		case i.Op == "PUSH":
			n += 8
		case !toRSP || i.Op == "CMP" || i.Op == "TEST":
		case i.Op == "SUB" && i.Args[1].Kind == amd64.KindImm:
			n += max(0, int(i.Args[1].Imm))
		case i.Op == "ADD" && i.Args[1].Kind == amd64.KindImm:
			n += max(0, -int(i.Args[1].Imm))
		case i.Op == "AND" && i.Args[1].Kind == amd64.KindImm && i.Args[1].Imm < 0:
			n += int(-i.Args[1].Imm) - 1
		case strings.HasSuffix(p.name, ".abi0"):
			// Assembly that sets rsp by hand: enter leaves for good, callC undoes its AND.
		default:
			return 0, fmt.Errorf("changes rsp in an unknown way at %#x", i.off)
		}
	}
	return n, nil
}
