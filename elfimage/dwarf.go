// Debug information, DWARF 4 (dwarfstd.org): one compilation unit with a
// subprogram per function, and a line table, which is what gdb needs to show
// file:line and to break at either. Names of files are the caller's, relative:
// the unit has no DW_AT_comp_dir, so the output knows nothing of the machine.

package elfimage

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// DWARF 4, section 7.5: tags, attributes and forms that we use.
const (
	dwTagCompileUnit = 0x11
	dwTagSubprogram  = 0x2e
	dwAtName         = 0x03
	dwAtStmtList     = 0x10
	dwAtLowPC        = 0x11
	dwAtHighPC       = 0x12
	dwAtProducer     = 0x25
	dwAtExternal     = 0x3f
	dwFormAddr       = 0x01
	dwFormString     = 0x08
	dwFormFlag       = 0x0c
	dwFormData8      = 0x07
	dwFormSecOffset  = 0x17
)

// abbrevs: 1 is the unit, 2 a subprogram. Tag, has children, attributes.
var abbrevs = []byte{
	1, dwTagCompileUnit, 1,
	dwAtProducer, dwFormString,
	dwAtName, dwFormString,
	dwAtLowPC, dwFormAddr,
	dwAtHighPC, dwFormData8, // a size, as of DWARF 4
	dwAtStmtList, dwFormSecOffset,
	0, 0,
	2, dwTagSubprogram, 0,
	dwAtName, dwFormString,
	dwAtExternal, dwFormFlag,
	dwAtLowPC, dwFormAddr,
	dwAtHighPC, dwFormData8,
	0, 0,
	0,
}

// addLoader adds the section .interp, which is in no segment: to the kernel the file stays a
// static program. gdb takes a program that has it for one with shared libraries, and does not
// give breakpoints up when the loader comes in the program's place (docs/loader.md, "Debuggers").
func (b *builder) addLoader() {
	if b.im.Loader != "" {
		b.addUnloaded(&part{name: ".interp", typ: SHT_PROGBITS, align: 1, data: append([]byte(b.im.Loader), 0)})
	}
}

// addDebug adds the sections when there are lines to tell of.
func (b *builder) addDebug() {
	if b.text == nil || len(b.im.Lines) == 0 || len(b.im.Files) == 0 {
		return
	}
	for _, s := range []struct {
		name string
		data []byte
	}{{".debug_abbrev", abbrevs}, {".debug_info", b.debugInfo()}, {".debug_line", b.debugLine()}} {
		b.addUnloaded(&part{name: s.name, typ: SHT_PROGBITS, align: 1, data: s.data})
	}
	if len(b.im.Frames) > 0 {
		b.addUnloaded(&part{name: ".debug_frame", typ: SHT_PROGBITS, align: 8, data: b.debugFrame()})
	}
}

func (b *builder) debugInfo() []byte {
	le := binary.LittleEndian
	str := func(d []byte, s string) []byte { return append(append(d, s...), 0) }
	list := b.sortedSymbols()
	size := 128
	for _, s := range list {
		size += len(s.Name) + 19
	}
	d := make([]byte, 4, size) // its own length, known last
	d = le.AppendUint16(d, 4)  // version
	d = le.AppendUint32(d, 0)  // offset in .debug_abbrev
	d = append(d, 8)           // size of an address
	d = append(d, 1)           // the unit
	d = str(d, "slul")
	d = str(d, b.im.Files[0])
	d = le.AppendUint64(d, b.text.addr)
	d = le.AppendUint64(d, b.text.size())
	d = le.AppendUint32(d, 0) // offset in .debug_line
	for _, s := range list {
		if s.Section != Text || !s.Func {
			continue
		}
		external := byte(0)
		if s.Export {
			external = 1
		}
		d = str(append(d, 2), s.Name)
		d = append(d, external)
		d = le.AppendUint64(d, b.address(s))
		d = le.AppendUint64(d, s.Size)
	}
	d = append(d, 0) // end of the unit's children
	le.PutUint32(d, uint32(len(d)-4))
	return d
}

// DWARF 4, section 6.2: parameters of the special opcodes, which advance line and
// address together, and the opcodes that we use besides.
const (
	lineBase   = -5
	lineRange  = 14
	opcodeBase = 13

	dwLnsCopy        = 1
	dwLnsAdvancePC   = 2
	dwLnsAdvanceLine = 3
	dwLnsSetFile     = 4

	dwLneEndSequence = 1
	dwLneSetAddress  = 2
)

// operand counts of the standard opcodes 1 to 12
var opcodeOperands = []byte{0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1}

func (b *builder) debugLine() []byte {
	le := binary.LittleEndian
	h := []byte{1, 1, 1} // instruction length, operations per instruction, default is_stmt
	base := lineBase
	h = append(h, byte(base), lineRange, opcodeBase)
	h = append(h, opcodeOperands...)
	h = append(h, 0) // no directories
	for _, f := range b.im.Files {
		h = append(append(h, f...), 0, 0, 0, 0) // name; directory, time, size unknown
	}
	h = append(h, 0)
	rows := b.lineProgram()
	d := le.AppendUint32(make([]byte, 0, 10+len(h)+len(rows)), uint32(6+len(h)+len(rows)))
	d = le.AppendUint16(d, 4) // version
	d = le.AppendUint32(d, uint32(len(h)))
	return append(append(d, h...), rows...)
}

// lineProgram is one sequence over all of .text.
func (b *builder) lineProgram() []byte {
	lines := sorted(b.im.Lines, func(x, y Line) int { return cmp.Compare(x.Off, y.Off) })
	d := append(make([]byte, 0, 32+2*len(lines)), 0, 9, dwLneSetAddress) // most rows are a byte, or two
	d = binary.LittleEndian.AppendUint64(d, b.text.addr)
	file, line, off := int32(0), int32(1), int32(0)
	for _, l := range lines {
		if l.File != file {
			d = binary.AppendUvarint(append(d, dwLnsSetFile), uint64(l.File+1))
			file = l.File
		}
		d = appendRow(d, int(l.Line-line), int(l.Off-off))
		line, off = l.Line, l.Off
	}
	d = binary.AppendUvarint(append(d, dwLnsAdvancePC), uint64(len(b.text.data)-int(off)))
	return append(d, 0, 1, dwLneEndSequence)
}

// appendRow advances by lines and bytes and emits a row: one byte where it can.
func appendRow(d []byte, lines, bytes int) []byte {
	if lines < lineBase || lines >= lineBase+lineRange {
		d = appendSleb(append(d, dwLnsAdvanceLine), int64(lines))
		lines = 0
	}
	special := lines - lineBase + lineRange*bytes + opcodeBase
	if special <= 255 {
		return append(d, byte(special))
	}
	d = binary.AppendUvarint(append(d, dwLnsAdvancePC), uint64(bytes))
	return append(d, byte(lines-lineBase+opcodeBase))
}

// appendSleb appends a signed LEB128 number (DWARF 4, section 7.6).
func appendSleb(d []byte, v int64) []byte {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(d, c)
		}
		d = append(d, c|0x80)
	}
}

// DWARF 4, section 7.23: call frame instructions. The first two hold an operand in the byte.
const (
	dwCfaAdvanceLoc   = 0x40
	dwCfaOffset       = 0x80
	dwCfaAdvanceLoc4  = 0x04
	dwCfaUndefined    = 0x07
	dwCfaDefCfa       = 0x0c
	dwCfaDefCfaOffset = 0x0e
)

// psABI, figure 3.36: DWARF numbers.
const (
	dwarfRSP           = 7
	dwarfReturnAddress = 16
)

// debugFrame tells how to get from a function to its caller (DWARF 4, section 6.4.1): no function
// keeps a frame pointer. The CFA is where the stack pointer is before the call, 8 above entry.
func (b *builder) debugFrame() []byte {
	const none = 0xFFFFFFFF
	d := appendFrameEntry(nil, none, []byte{
		4, 0, 8, 0, // version, augmentation, sizes of an address and of a segment selector
		1, 0x78, dwarfReturnAddress, // factors of code and of data (−8)
		dwCfaDefCfa, dwarfRSP, 8,
		dwCfaOffset | dwarfReturnAddress, 1,
	})
	frames := sorted(b.im.Frames, func(x, y Frame) int { return cmp.Compare(x.Off, y.Off) })
	d = slices.Grow(d, 48*len(b.im.Symbols)+4*len(frames)) // mostly enough
	var e []byte
	for _, s := range b.sortedSymbols() {
		if s.Section != Text || !s.Func || s.Size == 0 {
			continue
		}
		e = binary.LittleEndian.AppendUint64(e[:0], b.address(s))
		e = binary.LittleEndian.AppendUint64(e, s.Size)
		if s.Name == b.im.Entry {
			e = append(e, dwCfaUndefined, dwarfReturnAddress)
		}
		first, _ := slices.BinarySearchFunc(frames, int(s.Off), func(f Frame, at int) int { return cmp.Compare(int(f.Off), at) })
		at := int(s.Off)
		for _, f := range frames[first:] {
			if int(f.Off) >= int(s.Off+s.Size) {
				break
			}
			e = appendAdvance(e, int(f.Off)-at)
			at = int(f.Off)
			e = binary.AppendUvarint(append(e, dwCfaDefCfaOffset), uint64(f.Depth+8))
			if f.Saved != 0 {
				e = binary.AppendUvarint(append(e, dwCfaOffset|byte(f.Saved)), uint64(f.Depth+8)/8)
			}
		}
		d = appendFrameEntry(d, 0, e)
	}
	return d
}

// appendFrameEntry appends an entry of .debug_frame, whose length is a multiple of 8; cie is
// the number that makes it a common entry, or where the common one is.
func appendFrameEntry(d []byte, cie uint32, body []byte) []byte {
	for (len(body)+8)%8 != 0 {
		body = append(body, 0) // DW_CFA_nop
	}
	d = binary.LittleEndian.AppendUint32(d, uint32(len(body)+4))
	d = binary.LittleEndian.AppendUint32(d, cie)
	return append(d, body...)
}

// appendAdvance goes on by so many bytes of code.
func appendAdvance(d []byte, by int) []byte {
	switch {
	case by == 0:
		return d
	case by < 64:
		return append(d, dwCfaAdvanceLoc|byte(by))
	}
	return binary.LittleEndian.AppendUint32(append(d, dwCfaAdvanceLoc4), uint32(by))
}
