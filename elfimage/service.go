// .note.slul-entry: which services a program is, what it asks to be given, and
// where its entries begin. The launcher reads it to make the service's object;
// people and policies read it to learn what a program may do. Nothing in it is
// ever relocated: offsets count from the start of the description, and a code
// address from its own field.
//
//	head     u32 format = 1, u32 services
//	service  u32 type, u32 command, u32 objectSize,
//	         u32 givemes, u32 givemeTable, u32 entries, u32 entryTable      28 bytes
//	giveme   u32 type, u32 field, u32 rights,
//	         u8 sigils, u8 kind, u8 value, u8 0, u32 option, u64 default    28 bytes
//	entry    u32 name, i32 code, u32 result, u32 errors                     16 bytes
//	errors   u32 count, u32 name…
//	strings  UTF-8, NUL
//
// Rows follow each other without padding, so the u64 of a giveme is 4-aligned.
// Equal strings are there once. A string's offset 0 means that there is none,
// as does an error table's.

package elfimage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"slul/asm"
)

// ServiceSection names the section of the note.
const ServiceSection = ".note.slul-entry"

const (
	serviceFormat = 1
	headSize      = 8
	serviceSize   = 28
	givemeSize    = 28
	entrySize     = 16
)

// Sigils of a giveme's type, a bit set.
type Sigils uint8

const (
	Optional   Sigils = 1 << iota // ?
	Modifiable                    // !
	IO                            // @
)

func (s Sigils) String() string {
	text := ""
	for i, c := range "?!@" {
		if s&(1<<i) != 0 {
			text += string(c)
		}
	}
	return text
}

// Kind says where a giveme's value comes from.
type Kind uint8

const (
	Capability Kind = iota // the launcher makes it
	Param                  // an option of the command line
	Defval                 // a constant
)

// Value is the type of a Param or Defval.
type Value uint8

const (
	Bool Value = iota
	Int
	Long
	String
)

var (
	kindNames  = [...]string{Capability: "capability", Param: "param", Defval: "defval"}
	valueNames = [...]string{Bool: "bool", Int: "int", Long: "long", String: "string"}
)

func (k Kind) String() string  { return nameOf(kindNames[:], int(k)) }
func (v Value) String() string { return nameOf(valueNames[:], int(v)) }

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprint("unknown ", i)
}

// Service is one service that a program is.
type Service struct {
	Type       string // "CommandMain"
	Command    string // "hello"
	ObjectSize uint32 // bytes of the service's object, givemes first
	Givemes    []Giveme
	Entries    []Entry
}

// Giveme is one thing that a program asks its launcher for.
type Giveme struct {
	Type        string // "Console"
	Offset      uint32 // of the field in the object
	Rights      uint32 // what "only" left; the bits belong to the type
	Sigils      Sigils
	Kind        Kind
	Value       Value
	Option      string // "-n"
	Default     uint64 // of all values but strings
	DefaultText string // of strings
}

// Result says what an entry gives back.
type Result uint32

const (
	ResultNothing Result = 0
	ResultStatus  Result = 1 // an ExitStatus
	ResultOrError Result = 2 // added to either: or one of Errors
)

// Entry is a way into a service.
type Entry struct {
	Name   string
	Sym    string // to encode: the symbol of its code
	Code   int64  // decoded: where its code lies, from the start of the description
	Result Result
	Errors []string // names of the errors, by number
}

// ServiceNote encodes .note.slul-entry.
func ServiceNote(services []Service) Note {
	e := serviceEncoder{offs: map[string]uint32{}}
	e.put32(serviceFormat, uint32(len(services)))
	row := e.grow(serviceSize * len(services))
	for _, s := range services {
		e.service(row, s)
		row += serviceSize
	}
	for _, s := range e.strings {
		e.b = append(append(e.b, s...), 0)
	}
	for _, r := range e.refs {
		binary.LittleEndian.PutUint32(e.b[r.at:], e.stringsAt()+e.offs[r.s])
	}
	return Note{Section: ServiceSection, Owner: Owner, Type: NoteEntry, Desc: e.b, Fixups: e.fixups}
}

// serviceEncoder writes the tables; strings come last, so that a field that
// names one is filled when all tables are there.
type serviceEncoder struct {
	b       []byte
	strings []string // in order of first use
	offs    map[string]uint32
	size    uint32 // of all strings
	refs    []stringRef
	fixups  []asm.Fixup
}

type stringRef struct {
	at int
	s  string
}

func (e *serviceEncoder) stringsAt() uint32 { return uint32(len(e.b)) - e.size }

func (e *serviceEncoder) put32(v ...uint32) {
	for _, v := range v {
		e.b = binary.LittleEndian.AppendUint32(e.b, v)
	}
}

// grow makes room for a table and gives its offset.
func (e *serviceEncoder) grow(n int) int {
	at := len(e.b)
	e.b = append(e.b, make([]byte, n)...)
	return at
}

// fill writes u32 fields from at on.
func (e *serviceEncoder) fill(at int, v ...uint32) {
	for i, v := range v {
		binary.LittleEndian.PutUint32(e.b[at+4*i:], v)
	}
}

// text makes the field at hold the offset of s; "" is 0.
func (e *serviceEncoder) text(at int, s string) {
	if s == "" {
		return
	}
	if _, ok := e.offs[s]; !ok {
		e.offs[s] = e.size
		e.strings = append(e.strings, s)
		e.size += uint32(len(s) + 1)
	}
	e.refs = append(e.refs, stringRef{at, s})
}

func (e *serviceEncoder) service(row int, s Service) {
	givemes := e.grow(givemeSize * len(s.Givemes))
	entries := e.grow(entrySize * len(s.Entries))
	e.text(row, s.Type)
	e.text(row+4, s.Command)
	e.fill(row+8, s.ObjectSize, uint32(len(s.Givemes)), uint32(givemes), uint32(len(s.Entries)), uint32(entries))
	for i, g := range s.Givemes {
		at := givemes + givemeSize*i
		e.text(at, g.Type)
		e.fill(at+4, g.Offset, g.Rights)
		copy(e.b[at+12:], []byte{byte(g.Sigils), byte(g.Kind), byte(g.Value), 0})
		e.text(at+16, g.Option)
		if g.Value == String {
			e.text(at+20, g.DefaultText)
		} else {
			binary.LittleEndian.PutUint64(e.b[at+20:], g.Default)
		}
	}
	for i, n := range s.Entries {
		at := entries + entrySize*i
		e.text(at, n.Name)
		if n.Sym != "" {
			e.fixups = append(e.fixups, asm.Fixup{Off: at + 4, Kind: asm.PC32, Sym: n.Sym})
		}
		e.fill(at+8, uint32(n.Result), e.errorTable(n.Errors))
	}
}

func (e *serviceEncoder) errorTable(names []string) uint32 {
	if len(names) == 0 {
		return 0
	}
	at := e.grow(4 + 4*len(names))
	e.fill(at, uint32(len(names)))
	for i, n := range names {
		e.text(at+4+4*i, n)
	}
	return uint32(at)
}

// ParseServices decodes the description of .note.slul-entry. Anybody may have
// made it: every offset is checked.
func ParseServices(desc []byte) (services []Service, err error) {
	defer func() { // the one place where a decoder's panic becomes an error
		if r := recover(); r != nil {
			bad, ok := r.(badNote)
			if !ok {
				panic(r)
			}
			services, err = nil, fmt.Errorf("%s: %w", ServiceSection, bad.error)
		}
	}()
	d := &serviceDecoder{desc, maxRows}
	if f := d.u32(0); f != serviceFormat {
		panic(badNote{fmt.Errorf("format=%d, expected %d", f, serviceFormat)})
	}
	rows := d.table(headSize, d.u32(4), serviceSize)
	for row := range rows {
		services = append(services, d.service(row))
	}
	return services, nil
}

type badNote struct{ error }

// serviceDecoder reads the tables. Rows may overlap and share their strings: rows
// counts all of them down, so that a small note does not become a large list.
type serviceDecoder struct {
	b    []byte
	rows uint32
}

const (
	maxRows = 4096 // of all tables of a note together
	maxText = 4096 // bytes of a name or default value
)

func (d *serviceDecoder) at(off uint32, n int) []byte {
	if uint64(off)+uint64(n) > uint64(len(d.b)) {
		panic(badNote{fmt.Errorf("%d bytes at %#x lie outside the note of %d", n, off, len(d.b))})
	}
	return d.b[off:][:n]
}

func (d *serviceDecoder) u32(off uint32) uint32 { return binary.LittleEndian.Uint32(d.at(off, 4)) }

// table gives the offset of each row; all of the table lies inside.
func (d *serviceDecoder) table(off, count uint32, size int) func(func(uint32) bool) {
	if count > d.rows {
		panic(badNote{fmt.Errorf("more than %d rows", maxRows)})
	}
	d.rows -= count
	d.at(off, int(count)*size)
	return func(yield func(uint32) bool) {
		for i := range count {
			if !yield(off + i*uint32(size)) {
				return
			}
		}
	}
}

func (d *serviceDecoder) text(field uint32) string {
	off := d.u32(field)
	if off == 0 {
		return ""
	}
	d.at(off, 1)
	tail := d.b[off:]
	n := bytes.IndexByte(tail[:min(len(tail), maxText)], 0)
	if n < 0 {
		panic(badNote{errors.New("string without end, or too long")})
	}
	return string(tail[:n])
}

func (d *serviceDecoder) service(row uint32) Service {
	s := Service{Type: d.text(row), Command: d.text(row + 4), ObjectSize: d.u32(row + 8)}
	for at := range d.table(d.u32(row+16), d.u32(row+12), givemeSize) {
		g := Giveme{Type: d.text(at), Offset: d.u32(at + 4), Rights: d.u32(at + 8), Option: d.text(at + 16)}
		small := d.at(at+12, 4)
		g.Sigils, g.Kind, g.Value = Sigils(small[0]), Kind(small[1]), Value(small[2])
		if g.Value == String {
			g.DefaultText = d.text(at + 20)
		} else {
			g.Default = binary.LittleEndian.Uint64(d.at(at+20, 8))
		}
		s.Givemes = append(s.Givemes, g)
	}
	for at := range d.table(d.u32(row+24), d.u32(row+20), entrySize) {
		code := int64(at) + 4 + int64(int32(d.u32(at+4)))
		e := Entry{Name: d.text(at), Code: code, Result: Result(d.u32(at + 8))}
		if table := d.u32(at + 12); table != 0 {
			for name := range d.table(table+4, d.u32(table), 4) {
				e.Errors = append(e.Errors, d.text(name))
			}
		}
		s.Entries = append(s.Entries, e)
	}
	return s
}
