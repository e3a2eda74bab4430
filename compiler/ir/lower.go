package ir

import (
	"encoding/binary"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"slul/compiler/check"
	"slul/compiler/slab"
	"slul/compiler/syntax"
)

// lower.go turns a checked program into a module: every func, the start function
// (lower_start.go), a trap function for each file, constant strings. Funcs come in the
// order of the facts, so equal programs give equal modules. Statements are lowered in
// lower_stmt.go, expressions in lower_expr.go, calls in lower_call.go, formats in
// lower_format.go.

// lowering is the work on one program.
type lowering struct {
	info    *check.Info
	arch    string // name of the UNSAFE_arch value that is compiled for
	m       *Module
	files   map[*syntax.File]sourceFile
	strings map[string]string // text -> symbol
	traps   []*syntax.File    // that need a trap function
	tables  map[*check.Enum]bool
	arrays  map[*check.Const]string // constant arrays that are used -> symbol
	lengths map[string]int64        // of arrays and texts, by symbol
	sized   []*Data                 // those that lengths does not have yet
	pieces  []piece                 // of the formats at hand, the innermost last
	run     []byte                  // room for a text made of several
	givemes map[*check.Var]bool     // that are read somewhere
	guarded []string                // funcs that ask for room on the stack
	core    map[string]*check.Func  // by symbol, those of core that nothing has led to yet; see lower_core.go
	lowered map[*check.Func]*Func   // the others of core
	led     []bool                  // by the number of a name: that leads to it
	askAll  bool                    // all funcs of the program do
	builder builder
	fn      fn   // the func of the program that is lowered now
	room    room // of all functions
	data    slab.Stream[Data]
	bytes   slab.Stream[byte] // of texts
	err     error             // the first thing that cannot be lowered
}

// sourceFile is what is asked of a file again and again.
type sourceFile struct {
	number  int32
	trapSym string
}

// Build lowers a program without mistakes to IR. arch is the CPU as UNSAFE_arch names
// it: x86_64 or arm64. The module holds all funcs of the program and those of core that they lead
// to; linking picks what is reached.
func Build(info *check.Info, arch string) (*Module, error) { return build(info, arch, false) }

// BuildAsking is Build for a program whose funcs need much stack: each of them asks
// whether there is room.
func BuildAsking(info *check.Info, arch string) (*Module, error) { return build(info, arch, true) }

func build(info *check.Info, arch string, askAll bool) (*Module, error) {
	l := &lowering{info: info, arch: arch, askAll: askAll, m: &Module{}, files: map[*syntax.File]sourceFile{}, lowered: map[*check.Func]*Func{},
		strings: map[string]string{}, tables: map[*check.Enum]bool{}, arrays: map[*check.Const]string{}, givemes: map[*check.Var]bool{}}
	for i, file := range info.Files {
		l.files[file] = sourceFile{int32(i), trapName(info, i, file)}
		l.m.Files = append(l.m.Files, file.Name)
	}
	l.findCore()
	l.m.symbols = newSymbols(len(info.Funcs) - len(l.core))
	for _, fn := range info.Funcs {
		if !fn.Core {
			l.m.Funcs = append(l.m.Funcs, l.lowerFunc(fn))
		}
	}
	l.exports()
	l.lead(l.m.Funcs...)
	l.guardStack()
	if info.Service != nil {
		l.m.Funcs = append(l.m.Funcs, l.startFunc(info.Service))
	}
	if len(l.traps) > 0 {
		l.need(coreTrap)
	}
	for _, file := range l.coreTrapsFirst() {
		l.m.Funcs = append(l.m.Funcs, l.trapFunc(file))
	}
	if l.err != nil {
		return nil, l.err
	}
	l.coreFirst()
	markNoReturn(l.m, exitCall[arch])
	l.shareCore()
	return l.m, nil
}

func (l *lowering) fail(file *syntax.File, at syntax.Node, format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf("%s:%d:%d: %s", file.Name, at.Pos().Line, at.Pos().Col, fmt.Sprintf(format, args...))
	}
}

// ---- Types ----

// typeOf is the width of a source type.
func typeOf(t *check.Type) Type {
	switch t.Kind {
	case check.Nothing:
		return None
	case check.Bool, check.Byte, check.Int, check.SignedInt, check.Wuint32, check.EnumKind:
		return W
	case check.MaybeKind:
		return typeOf(t.Elem)
	}
	return L
}

// isSigned says whether values of the type may be below zero.
func isSigned(t *check.Type) bool { return t.Kind == check.SignedInt || t.Kind == check.SignedLong }

// isNonneg says whether values of the type are >= 0 when seen as signed numbers.
func isNonneg(t *check.Type) bool {
	switch t.Kind {
	case check.Bool, check.Byte, check.Int, check.Long, check.EnumKind:
		return true
	case check.MaybeKind:
		return isNonneg(t.Elem)
	}
	return false
}

// isWrapping says whether arithmetic of the type wraps around.
func isWrapping(t *check.Type) bool {
	return t.Kind == check.Wuint32 || t.Kind == check.Wuint64 || t.Kind == check.Addr
}

// ---- Funcs ----

// fn is one func on its way.
type fn struct {
	*builder
	l     *lowering
	of    *check.Func
	file  *syntax.File
	this  *Value
	loops []loop
	spent syntax.Expr // the last call that sets an element of a Map whose key is spent; see spends

	arenas []*Value // the arenas that are open, the func's own first; it is only there in a func with others
}

// loop is where skip and break of a loop go, and how many arenas are open there.
type loop struct {
	skip, brk *Block
	arenas    int
}

// builderFor gives the builder of a function, the same for all.
func (l *lowering) builderFor(f *Func) *builder {
	f.room = &l.room
	l.builder.begin(f)
	return &l.builder
}

func (l *lowering) lowerFunc(of *check.Func) *Func {
	f := &Func{Name: of.Symbol, Result: typeOf(of.Result), Keep: of.Entry || l.info.Service != nil && of == l.info.Service.Ctor}
	if of.Fails != nil || of.Result.IsPair() {
		f.Result2 = W
	}
	file := l.files[of.File]
	f.Pos, f.TrapSym = Pos{file.number, of.Decl.Pos().Line}, file.trapSym
	g := &l.fn
	*g = fn{builder: l.builderFor(f), l: l, of: of, file: of.File, loops: g.loops[:0]}
	f.Params = g.list(len(of.Params) + 1)[:0]
	if of.UsesThis {
		g.this = f.NewParam(L)
	}
	for _, p := range of.Params {
		v := f.NewParam(typeOf(p.Type))
		v.Nonneg = isNonneg(p.Type)
		g.write(p, v)
	}
	g.stmts(of.Decl.Body)
	if !g.isDead() {
		g.fallOut()
	}
	g.finish()
	l.m.symbolTable().note(f)
	if f.sum.traps {
		l.needTrap(of.File)
	} else {
		f.TrapSym = ""
	}
	return f
}

// fallOut ends a func whose last statement runs on.
func (g *fn) fallOut() {
	g.at(g.of.Decl.Body.EndPos)
	if g.f.Result != None { // check proved that the end is not reached
		g.end(Stop)
		return
	}
	g.returns(nil, nil)
}

// returns leaves the func with a result and no failure. second is 0, or says that the
// result is none; nil where it cannot be.
func (g *fn) returns(v, second *Value) {
	if g.f.Result2 != None && second == nil {
		second = g.konst(W, 0)
	}
	g.closeArenas(0)
	g.ret(v, second)
}

// fails leaves the func with a failure: 1 + the number of the error.
func (g *fn) fails(second *Value) {
	var v *Value
	if g.f.Result != None {
		v = g.konst(g.f.Result, 0)
	}
	g.closeArenas(0)
	g.ret(v, second)
}

func (l *lowering) pos(file *syntax.File, p syntax.Pos) Pos {
	return Pos{File: l.files[file].number, Line: p.Line}
}

// at says that what follows comes from that place in the func's file.
func (g *fn) at(p syntax.Pos) { g.pos = Pos{g.f.Pos.File, p.Line} }

// ---- Traps ----

// coreTrap takes W line<<4|trap and the file's name, and does not return.
const coreTrap = "core.trap"

func (l *lowering) needTrap(file *syntax.File) {
	if !slices.Contains(l.traps, file) {
		l.traps = append(l.traps, file)
	}
}

// trapSym names the function that the traps of a file call.
func (l *lowering) trapSym(file *syntax.File) string { return l.files[file].trapSym }

func trapName(info *check.Info, number int, file *syntax.File) string {
	base := path.Base(file.Name)
	name := symbolName(strings.TrimSuffix(base, path.Ext(base)))
	switch s := info.Service; {
	case number < info.CoreFiles:
		return "trap.core." + name
	case s != nil && s.File == file:
		return "trap." + s.Class
	}
	return "trap.module." + name // also where a file is called like another but for its case
}

// trapFunc tells core.trap the file's name: its callers give only the place in it.
func (l *lowering) trapFunc(file *syntax.File) *Func {
	f := &Func{Name: l.trapSym(file)}
	g := l.builderFor(f)
	place := f.NewParam(W)
	name := l.info.FileName(int(l.files[file].number), file.Name)
	g.call(coreTrap, None, place, g.addr(l.text(name)))
	g.finish()
	return f
}

// ---- Constant data ----

// text gives the symbol of a constant string; equal ones are one.
func (l *lowering) text(s string) string {
	if sym, ok := l.strings[s]; ok {
		return sym
	}
	var name [24]byte
	sym := string(strconv.AppendInt(append(name[:0], "str."...), int64(len(l.strings)), 10))
	l.strings[s] = sym
	d := l.data.One()
	*d = Data{Name: sym, Bytes: appendString(l.bytes.List(stringSize(s))[:0], s), Align: 1}
	l.addSized(d)
	return sym
}

// appendString makes a string as it is in memory: {u64 length, bytes, 0}. It needs no alignment:
// x86-64 and arm64 read words from any address, and programs stay small.
func appendString(b []byte, s string) []byte {
	return append(append(binary.LittleEndian.AppendUint64(b, uint64(len(s))), s...), 0)
}

// stringSize is how many bytes that are.
func stringSize(s string) int { return 8 + len(s) + 1 }

// addSized adds data that begins with its length.
func (l *lowering) addSized(d *Data) {
	l.m.Data = append(l.m.Data, d)
	l.sized = append(l.sized, d)
}

// lengthOf is the length of what a symbol stands for, if that begins with it. Of most nobody asks.
func (l *lowering) lengthOf(sym string) (length int64, ok bool) {
	if l.lengths == nil {
		l.lengths = make(map[string]int64)
	}
	for _, d := range l.sized {
		l.lengths[d.Name] = int64(binary.LittleEndian.Uint64(d.Bytes))
	}
	l.sized = l.sized[:0]
	length, ok = l.lengths[sym]
	return length, ok
}

// symbolName makes a name that symbols and the text form take out of any text.
func symbolName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, s)
}

// ---- Funcs that never return ----

// exitCall is the number of the system call that ends the process, exit_group
// (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
var exitCall = map[string]int64{"x86_64": 231, "arm64": 94}

// markNoReturn finds the functions that no path leaves, ends blocks behind calls of
// them, and does so again, because that may show more such functions. exit is the
// number of the system call that does not return.
func markNoReturn(m *Module, exit int64) {
	g := m.callGraph()
	never := make([]int32, len(g.names)) // by name: as which one it was found, from 1
	found := int32(0)
	cut := make([]int32, len(g.names)) // by name: how many were found when it was cut
	for isFirst, changed := true, true; changed; isFirst = false {
		changed = false
		for _, f := range m.Funcs {
			if isFirst && f.sum.syscalls || slices.ContainsFunc(f.sum.named, func(m mention) bool { return never[m.name] > cut[f.number] }) {
				f.withRoom(func(f *Func) {
					for _, b := range f.Blocks {
						cutAfter(b, func(name string) bool { return never[g.numbers[name]] > 0 }, exit)
					}
					f.removeUnreached()
					simplifyPhis(f)
				})
				g.note(f)
				cut[f.number] = found
			}
			if never[f.number] == 0 && !f.sum.returns {
				found++
				never[f.number] = found
				f.NoReturn, changed = true, true
			}
		}
	}
}

func cutAfter(b *Block, never func(name string) bool, exit int64) {
	for i, v := range b.Values {
		isEnd := v.Op == OpCall && never(v.Sym) || v.Op == OpSyscall && isConst(v.Args[0], exit)
		if isEnd && (i+1 < len(b.Values) || b.Term != Stop) {
			b.Values = b.Values[:i+1]
			for _, s := range b.Succs {
				s.removePred(s.predIndex(b))
			}
			b.Term, b.Ctl, b.Ctl2, b.Succs, b.Pos = Stop, nil, nil, nil, v.Pos
			return
		}
	}
}
