package ir

import (
	"strconv"
	"strings"

	"slul/compiler/check"
	"slul/compiler/syntax"
)

// lower_format.go expands what takes a format into calls of core, one for each piece. All values are computed before the first is put. Constant values become
// part of the text around them.

// Output of core; the run block comes first in all of them.
const (
	corePut         = "core.put"           // run, string
	corePutLong     = "core.put_long"      // run, signed long
	corePutWide     = "core.put_wide"      // run, signed long, width, flags
	corePutTextWide = "core.put_text_wide" // run, string, width, flags
	coreErrorBegin  = "core.error_begin"   // run
	coreErrorEnd    = "core.error_end"     // run

	corePushText    = "core.Bytes.push_string" // Bytes, string
	coreFormatBegin = "core.format_begin"      // room for a Bytes
	coreFormatEnd   = "core.format_end"        // the same; string
	coreStreamPrint = "core.stream_print"      // stream, the same; or IoError
)

// sinkSize is the bytes of a Bytes that is only put into.
const sinkSize = 32

// Flags of put_wide and put_text_wide: the wide_ constants of core/format.slunsafe.
const (
	wideLeft     = 1
	wideZeros    = 2
	wideHex      = 4
	wideUnsigned = 8
)

// piece is a piece of a format with its value, or text alone.
type piece struct {
	check.Piece
	v *Value
	t *check.Type
}

func (g *fn) output(e syntax.Expr, c *check.Call) {
	run := g.expr(c.Recv)
	pieces := g.pieces(c)
	g.at(e.Pos())
	if c.Prim == check.PrimError {
		g.call(coreErrorBegin, None, run)
	}
	g.putAll(run, corePut, pieces)
	if c.Prim == check.PrimError {
		g.call(coreErrorEnd, None, run)
	}
}

// formatText is a format as a string. What it is put into is a Bytes in the frame.
func (g *fn) formatText(e syntax.Expr, c *check.Call) *Value {
	return g.call(coreFormatEnd, L, g.formatted(e, c))
}

// streamPrint writes a format to a stream; it may fail.
func (g *fn) streamPrint(e syntax.Expr, c *check.Call) (v, second *Value) {
	stream := g.expr(c.Recv)
	v = g.call(coreStreamPrint, None, stream, g.formatted(e, c))
	return v, g.value(OpResult2, W, v)
}

// formatted fills a Bytes in the frame with a format.
func (g *fn) formatted(e syntax.Expr, c *check.Call) *Value {
	pieces := g.pieces(c)
	g.at(e.Pos())
	sink := g.slot(sinkSize)
	g.call(coreFormatBegin, None, sink)
	g.putAll(sink, corePushText, pieces)
	return sink
}

func (g *fn) pushFormat(e syntax.Expr, c *check.Call) {
	sink := g.expr(c.Recv)
	pieces := g.pieces(c)
	g.at(e.Pos())
	g.putAll(sink, corePushText, pieces)
}

// putAll puts the pieces of the innermost format into a sink, texts with the func of that name.
func (g *fn) putAll(sink *Value, text string, pieces []piece) {
	for i := range pieces {
		g.put(sink, text, &pieces[i])
	}
	g.l.pieces = g.l.pieces[:len(g.l.pieces)-len(pieces)]
}

// pieces computes the values and joins neighbouring texts. putAll is done with them.
func (g *fn) pieces(c *check.Call) []piece {
	first := len(g.l.pieces)
	var run textRun
	for _, p := range c.Format {
		if p.X == nil {
			run.add(g.l, p.Text)
			continue
		}
		f := g.l.info.Facts(p.X)
		if k := f.Const(); k != nil {
			run.add(g.l, formatConst(*k, f.After(), p))
			continue
		}
		run.end(g.l)
		v := g.expr(p.X)
		g.l.pieces = append(g.l.pieces, piece{p, v, f.After()})
	}
	switch c.Prim {
	case check.PrimPrint, check.PrimError, check.PrimStreamPrint:
		run.add(g.l, "\n")
	}
	run.end(g.l)
	return g.l.pieces[first:]
}

// textRun is texts that come one behind the other: one, or several in the room for that.
type textRun struct {
	one       string
	isSeveral bool
}

func (r *textRun) add(l *lowering, s string) {
	switch {
	case s == "":
	case r.isSeveral:
		l.run = append(l.run, s...)
	case r.one == "":
		r.one = s
	default:
		l.run = append(append(l.run[:0], r.one...), s...)
		r.isSeveral = true
	}
}

// end makes a piece of the run, if there is something in it, and begins another.
func (r *textRun) end(l *lowering) {
	if r.isSeveral {
		r.one = string(l.run)
	}
	if r.one != "" {
		l.pieces = append(l.pieces, piece{Piece: check.Piece{Text: r.one}})
	}
	*r = textRun{}
}

func (g *fn) put(run *Value, putText string, p *piece) {
	if p.v == nil {
		g.call(putText, None, run, g.addr(g.l.text(p.Text)))
		return
	}
	flags := formatFlags(p.Piece, p.t)
	if isNumber(p.t) {
		to := &check.Type{Kind: check.Wuint64} // what 64 bits are is in the flags
		v := g.extend(p.v, p.t, to)
		if p.Width == 0 && flags == 0 {
			g.call(corePutLong, None, run, v)
			return
		}
		g.call(corePutWide, None, run, v, g.konst(L, int64(p.Width)), g.konst(L, flags))
		return
	}
	v := p.v
	if p.t.Kind != check.String {
		v = g.l.enumName(g.builder, enumOf(p.t), v)
	}
	if p.Width == 0 {
		g.call(putText, None, run, v)
		return
	}
	g.call(corePutTextWide, None, run, v, g.konst(L, int64(p.Width)), g.konst(L, flags&wideLeft))
}

// isNumber says whether values of a type are put as digits.
func isNumber(t *check.Type) bool {
	switch t.Kind {
	case check.Bool, check.EnumKind, check.String:
		return false
	}
	return true
}

func formatFlags(p check.Piece, t *check.Type) (flags int64) {
	if p.Left {
		flags |= wideLeft
	}
	if p.Zero {
		flags |= wideZeros
	}
	if p.Hex {
		flags |= wideHex
	}
	if t.Kind == check.Wuint64 || t.Kind == check.Addr {
		flags |= wideUnsigned
	}
	return flags
}

// formatConst does at once what core does at run time.
func formatConst(k check.Value, t *check.Type, p check.Piece) string {
	var sign, s string
	switch {
	case t.Kind == check.String:
		s = k.Str
	case !isNumber(t):
		s = enumOf(t).name(k.Bits)
	default:
		size, base := uint64(k.Bits), 10
		if isSigned(t) && k.Bits < 0 {
			sign, size = "-", -size
		}
		if p.Hex {
			base = 16
		}
		s = strconv.FormatUint(size, base)
	}
	fill := max(p.Width-len(sign)-len(s), 0)
	switch {
	case p.Left:
		return sign + s + strings.Repeat(" ", fill)
	case p.Zero && isNumber(t):
		return sign + strings.Repeat("0", fill) + s
	}
	return strings.Repeat(" ", fill) + sign + s
}
