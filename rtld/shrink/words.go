package shrink

import (
	"bytes"
	"slices"
	"strings"

	"slul/asm/amd64"
)

// Words: the texts of messages say many things again. What saves most gets a code, a byte of its own,
// in all texts that only opt.Say gets, and opt.Words becomes the list of what the codes stand for.

// Codes of words: control characters behind the newline.
const (
	firstWord = '\n' + 1
	lastWord  = ' ' - 1
	maxWord   = 24 // bytes
)

// shortenTexts gives codes to words.
func shortenTexts(w *walk) error {
	if w.opt.Words == "" {
		return nil
	}
	at := slices.IndexFunc(w.pieces, func(p *piece) bool { return p.isText() && string(p.data) == w.opt.Words })
	if at < 0 {
		return w.blame(w.pieces[0], "never asks for the words of texts")
	}
	texts := w.texts()
	var list []string
	for code := byte(firstWord); code <= lastWord; code++ {
		word := bestWord(texts)
		if word == "" {
			break
		}
		list = append(list, word)
		for _, p := range texts {
			p.data = bytes.ReplaceAll(p.data, []byte(word), []byte{code})
		}
	}
	w.pieces[at].data = []byte(strings.Join(list, "\x00") + "\x00")
	return nil
}

// texts lists the constants that nothing but opt.Say is given.
func (w *walk) texts() []*piece {
	isOther := map[*piece]bool{}
	for c, k := range w.kept() {
		if i := &c.insts[k]; i.far != nil && !c.isSaid(w, k) {
			isOther[i.far] = true
		}
	}
	var list []*piece
	for _, p := range w.pieces {
		isPlain := !bytes.ContainsFunc(p.data, func(r rune) bool { return r >= firstWord && r <= lastWord })
		if p.isText() && !isOther[p] && isPlain {
			list = append(list, p)
		}
	}
	return list
}

// isSaid tells whether what instruction k refers to goes to one of opt.Say and nowhere else.
func (c *code) isSaid(w *walk, k int) bool {
	i := &c.insts[k]
	if i.Op != "LEA" {
		return false
	}
	call, reg := c.follows(k, i.Args[0].Reg)
	if call == nil {
		return false
	}
	taken, ok := w.opt.Say[call.far.name]
	return ok && taken == reg
}

// bestWord returns what saves most bytes when it is said by a code, "" when nothing saves any.
func bestWord(texts []*piece) string {
	count := map[string]int{}
	for _, p := range texts {
		text := string(p.data[:len(p.data)-1])
		for from := range text {
			for n := 2; n <= maxWord && from+n <= len(text) && (text[from+n-1] < firstWord || text[from+n-1] > lastWord); n++ {
				if text[from] >= firstWord && text[from] <= lastWord {
					break
				}
				count[text[from:from+n]]++
			}
		}
	}
	best, word := 0, ""
	for s, n := range count {
		if n*(len(s)-1) <= best { // more than can be apart from each other
			continue
		}
		n = 0
		for _, p := range texts {
			n += bytes.Count(p.data, []byte(s))
		}
		if saved := n*(len(s)-1) - (len(s) + 1); saved > best || saved == best && s < word {
			best, word = saved, s
		}
	}
	return word
}

// follows returns the next call on the way from instruction k, and the register that has then what k puts
// into reg; nil when the way forks, or the value gets lost.
func (c *code) follows(k int, reg amd64.Reg) (*inst, amd64.Reg) {
	for hops := 0; hops < len(c.insts); hops++ {
		k++
		for k < len(c.insts) && !c.insts[k].keep {
			k++
		}
		if k == len(c.insts) {
			break
		}
		i := &c.insts[k]
		switch {
		case i.Flow == amd64.FlowCall && i.far != nil:
			return i, reg
		case i.Flow == amd64.FlowJump && i.to >= 0:
			k = i.to - 1
		case i.Op == "MOV" && i.Args[0].Kind == amd64.KindReg && i.Args[1].Kind == amd64.KindReg && i.Args[1].Reg == reg:
			reg = i.Args[0].Reg
		case !i.spares(reg):
			return nil, reg
		}
	}
	return nil, reg
}

// callWith returns the call that follows instruction k and finds in reg what k has put there, nil when
// something else may come there, or another way leads to the call.
func (c *code) callWith(k int, reg amd64.Reg) *inst {
	for k = c.next(k); k != 0; k = c.next(k) {
		i := &c.insts[k]
		switch {
		case i.Flow == amd64.FlowCall && i.far != nil:
			return i
		case !i.spares(reg):
			return nil
		}
	}
	return nil
}

// spares tells whether i is one of the instructions between a text and the call, and has nothing to do with
// reg.
func (i *inst) spares(reg amd64.Reg) bool {
	return (i.Op == "MOV" || i.Op == "LEA" || i.Op == "XOR" || i.Op == "MOVZX") && !i.names(reg)
}
