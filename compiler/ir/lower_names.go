package ir

import (
	"encoding/binary"

	"slul/compiler/check"
)

// lower_names.go gives the values of enums and of bool their names at run time.

// names is the values of an enum, or of bool, with their names.
type names struct {
	key    *check.Enum // nil: bool
	symbol string
	values []check.EnumValue
}

var boolNames = names{nil, "names.bool", []check.EnumValue{{Name: "false", Number: 0}, {Name: "true", Number: 1}}}

func enumOf(t *check.Type) names {
	if t.Kind == check.Bool {
		return boolNames
	}
	symbol := "names."
	if t.Enum.Module != "" {
		symbol += t.Enum.Module + "."
	}
	return names{t.Enum, symbol + symbolName(t.Enum.Name), t.Enum.Values}
}

func (n names) name(number int64) string {
	for _, v := range n.values {
		if v.Number == number {
			return v.Name
		}
	}
	return ""
}

// enumName is the name of an enum value as a string. The names lie in one table, each
// at number << shift, so that no address is stored. Numbers far apart are compared
// one by one in place of a table.
func (l *lowering) enumName(g *builder, n names, number *Value) *Value {
	shift, size := n.tableSize()
	if size > maxNameTable {
		return l.compareNames(g, n, number)
	}
	if !l.tables[n.key] {
		l.tables[n.key] = true
		l.m.Data = append(l.m.Data, &Data{Name: n.symbol, Bytes: n.table(shift, size), Align: 1})
	}
	at := g.wrap(OpShl, g.value(OpZextW, L, number), g.konst(W, int64(shift)))
	return g.wrap(OpAdd, g.addr(n.symbol), at)
}

// maxNameTable bounds the bytes of a table of names: an enum beyond it has gaps.
const maxNameTable = 1 << 14

// tableSize gives log2 of the bytes per name, and the bytes of the whole table.
func (n names) tableSize() (shift uint, size int64) {
	longest, last := 0, int64(0)
	for _, v := range n.values {
		longest = max(longest, stringSize(v.Name))
		last = max(last, v.Number)
	}
	for 1<<shift < longest {
		shift++
	}
	if last > maxNameTable {
		return shift, last
	}
	return shift, (last + 1) << shift
}

func (n names) table(shift uint, size int64) []byte {
	t := make([]byte, size)
	for _, v := range n.values {
		at := t[v.Number<<shift:]
		binary.LittleEndian.PutUint64(at, uint64(len(v.Name)))
		copy(at[8:], v.Name)
	}
	return t
}

// compareNames tries one value after another; the last is what is left over.
func (l *lowering) compareNames(g *builder, n names, number *Value) *Value {
	end := g.block()
	var found []*Value
	for i, v := range n.values {
		if i < len(n.values)-1 {
			hit, next := g.block(), g.block()
			g.branch(g.cmp(EQ, number, g.konst(W, v.Number)), hit, next)
			g.start(hit)
			found = append(found, g.addr(l.text(v.Name)))
			g.jump(end)
			g.start(next)
			continue
		}
		found = append(found, g.addr(l.text(v.Name)))
		g.jump(end)
	}
	return g.joined(end, found...)
}
