package interp

import (
	"bytes"
	"encoding/binary"
	mathbits "math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"slul/compiler/check"
)

// library is a func or member of core that is not written in SLUL alone, as
// docs/language.md describes it.
func (f *frame) library(c *check.Call, recv value, args []value) value {
	result := f.coreCall(c, recv, args)
	switch x := result.(type) {
	case string, *list, *buffer:
		f.make(f.length(x))
	}
	return result
}

func (f *frame) coreCall(c *check.Call, recv value, args []value) value {
	switch x := recv.(type) {
	case *list:
		return f.listMember(c, x, args)
	case *dict:
		return dictMember(c.Func.Name, x, args)
	case *buffer:
		return f.bufferMember(c.Func.Name, x, args)
	case nil:
		if name, ok := strings.CutPrefix(c.Func.Name, "string_"); ok {
			return f.stringMember(name, args[0].(string), args[1:])
		}
		switch c.Func.Name {
		case "rotl32":
			return int64(mathbits.RotateLeft32(uint32(args[0].(int64)), f.turn32(args[1])))
		case "rotr32":
			return int64(mathbits.RotateLeft32(uint32(args[0].(int64)), -f.turn32(args[1])))
		}
	}
	panic(Unsupported{c.Func.Symbol})
}

func (f *frame) turn32(count value) int { return int(count.(int64) & 31) }

func strs(list_ []string) *list {
	l := &list{}
	for _, s := range list_ {
		l.elems = append(l.elems, s)
	}
	return l
}

func isBlank(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }

func (f *frame) stringMember(name, s string, args []value) value {
	arg := func() string { return args[0].(string) }
	switch name {
	case "slice":
		from, to := args[0].(int64), args[1].(int64)
		if from > to || to > int64(len(s)) {
			f.stop("bounds")
		}
		return s[from:to]
	case "contains":
		return truth(strings.Contains(s, arg()))
	case "find":
		return found(strings.Index(s, arg()))
	case "starts_with":
		return truth(strings.HasPrefix(s, arg()))
	case "ends_with":
		return truth(strings.HasSuffix(s, arg()))
	case "lower":
		return otherCase(s, 'A')
	case "upper":
		return otherCase(s, 'a')
	case "trim":
		return string(bytes.TrimFunc([]byte(s), isBlank))
	case "words":
		return strs(strings.FieldsFunc(s, isBlank))
	case "split", "replace":
		if arg() == "" {
			f.stop("range")
		}
		if name == "split" {
			return strs(strings.Split(s, arg()))
		}
		f.make(strings.Count(s, arg()) * len(args[1].(string)))
		return strings.ReplaceAll(s, arg(), args[1].(string))
	case "repeat":
		n := args[0].(int64)
		f.make(int(n) * len(s))
		return strings.Repeat(s, int(n))
	case "is_utf8":
		return truth(utf8.ValidString(s))
	}
	panic(Unsupported{"member " + name + " of strings"})
}

func found(at int) value {
	if at < 0 {
		return nil
	}
	return int64(at)
}

// otherCase changes the 26 letters from first on.
func otherCase(s string, first byte) string {
	b := []byte(s)
	for i, c := range b {
		if c-first < 26 {
			b[i] = c ^ 32
		}
	}
	return string(b)
}

func (f *frame) listMember(c *check.Call, l *list, args []value) value {
	at := func() int {
		i := index(args[0])
		if i < 0 || i >= len(l.elems) {
			f.stop("bounds")
		}
		return i
	}
	switch c.Func.Name {
	case "length":
		return int64(len(l.elems))
	case "push":
		l.elems = append(l.elems, args[0])
	case "pop":
		if len(l.elems) == 0 {
			return nil
		}
		last := l.elems[len(l.elems)-1]
		l.elems = l.elems[:len(l.elems)-1]
		return last
	case "insert":
		if i := index(args[0]); i < 0 || i > len(l.elems) {
			f.stop("bounds")
		} else {
			l.elems = slices.Insert(l.elems, i, args[1])
		}
	case "remove":
		i := at()
		l.elems = slices.Delete(l.elems, i, i+1)
	case "clear":
		l.elems = nil
	case "reverse":
		slices.Reverse(l.elems)
	case "sort":
		t := f.typeAfter(c.Recv).Elem
		slices.SortFunc(l.elems, func(a, b value) int { return compareValues(t, a, b) })
	case "join":
		var parts []string
		for _, e := range l.elems {
			f.make(len(e.(string)) + len(args[0].(string)))
			parts = append(parts, e.(string))
		}
		return strings.Join(parts, args[0].(string))
	default:
		panic(Unsupported{c.Func.Symbol})
	}
	return nil
}

func dictMember(name string, d *dict, args []value) value {
	switch name {
	case "length":
		return int64(len(d.elems))
	case "has":
		_, ok := d.elems[args[0]]
		return truth(ok)
	case "get":
		return d.elems[args[0]]
	case "set":
		d.elems[args[0]] = args[1]
	case "remove":
		delete(d.elems, args[0])
	case "clear":
		clear(d.elems)
	case "keys":
		l := &list{}
		for k := range d.elems {
			l.elems = append(l.elems, k)
		}
		slices.SortFunc(l.elems, func(a, b value) int { return compareValues(d.key, a, b) })
		return l
	default:
		panic(Unsupported{"Map." + name})
	}
	return nil
}

func (f *frame) bufferMember(name string, b *buffer, args []value) value {
	word := func() uint64 { return uint64(args[0].(int64)) }
	bytesAt := func(n int) []byte {
		i := index(args[0])
		if i < 0 || i+n > len(b.bytes) {
			f.stop("bounds")
		}
		return b.bytes[i : i+n]
	}
	switch name {
	case "length":
		return int64(len(b.bytes))
	case "capacity":
		return int64(max(b.limit, len(b.bytes)))
	case "clear":
		b.bytes = nil
	case "push":
		b.bytes = append(b.bytes, byte(word()))
	case "push_string":
		f.make(len(args[0].(string)))
		b.bytes = append(b.bytes, args[0].(string)...)
	case "push_bytes":
		f.make(len(args[0].(*buffer).bytes))
		b.bytes = append(b.bytes, args[0].(*buffer).bytes...)
	case "push_be32":
		b.bytes = binary.BigEndian.AppendUint32(b.bytes, uint32(word()))
	case "push_le32":
		b.bytes = binary.LittleEndian.AppendUint32(b.bytes, uint32(word()))
	case "push_be64":
		b.bytes = binary.BigEndian.AppendUint64(b.bytes, word())
	case "push_le64":
		b.bytes = binary.LittleEndian.AppendUint64(b.bytes, word())
	case "be32":
		return int64(binary.BigEndian.Uint32(bytesAt(4)))
	case "le32":
		return int64(binary.LittleEndian.Uint32(bytesAt(4)))
	case "be64":
		return int64(binary.BigEndian.Uint64(bytesAt(8)))
	case "le64":
		return int64(binary.LittleEndian.Uint64(bytesAt(8)))
	case "pad_to":
		n := index(args[0])
		if n < len(b.bytes) {
			f.stop("range")
		}
		f.make(n - len(b.bytes))
		b.bytes = append(b.bytes, make([]byte, n-len(b.bytes))...)
	case "truncate":
		n := index(args[0])
		if n > len(b.bytes) {
			f.stop("range")
		}
		b.bytes = b.bytes[:n:n]
	case "find":
		from := index(args[1])
		if from >= len(b.bytes) {
			return nil
		}
		if at := bytes.IndexByte(b.bytes[from:], byte(word())); at >= 0 {
			return int64(from + at)
		}
	case "slice":
		from, to := index(args[0]), index(args[1])
		if from > to || to > len(b.bytes) {
			f.stop("bounds")
		}
		return &buffer{append([]byte(nil), b.bytes[from:to]...), to - from}
	case "text":
		return string(b.bytes)
	default:
		panic(Unsupported{"Bytes." + name})
	}
	return nil
}
