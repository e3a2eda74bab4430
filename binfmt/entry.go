package binfmt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Entry is a kind of file and the interpreter that the kernel starts for it.
type Entry struct {
	Name        string
	Offset      int    // of Magic in the file
	Magic       []byte // nil: by extension
	Mask        []byte // which bits of Magic count; nil: all
	Extension   string // what follows the last dot of the file's name; "": by magic
	Interpreter string // path
	Flags       string // letters, see flagTable
	Disabled    bool   // as the kernel shows it: there, but not obeyed
}

// The kernel's limits.
const (
	maxLine        = 1920 // bytes of a line, of which 256 are for the kernel's own use
	maxHead        = 128  // of a file that every kernel looks at; since Linux 5.1 it is 256
	maxInterpreter = 127
)

// Line is what registers the entry: ":name:type:offset:magic:mask:interpreter:flags".
func (e Entry) Line() string {
	if e.Extension != "" {
		return fmt.Sprintf(":%s:E::%s::%s:%s", e.Name, e.Extension, e.Interpreter, e.Flags)
	}
	return fmt.Sprintf(":%s:M:%d:%s:%s:%s:%s", e.Name, e.Offset, escape(e.Magic), escape(e.Mask), e.Interpreter, e.Flags)
}

// escape writes every byte as \xHH: a NUL would end the line, and a colon a field.
func escape(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		fmt.Fprintf(&s, `\x%02x`, c)
	}
	return s.String()
}

// Parse reads a line that registers an entry. Its first byte is what separates the
// fields. What the kernel would refuse is refused.
func Parse(line string) (Entry, error) {
	if line == "" {
		return Entry{}, errors.New("an empty line")
	}
	if len(line) > maxLine {
		return Entry{}, fmt.Errorf("%d bytes, the kernel takes %d", len(line), maxLine)
	}
	f := strings.Split(strings.TrimSuffix(line[1:], "\n"), line[:1])
	if len(f) < 6 || len(f) > 7 {
		return Entry{}, fmt.Errorf("%d fields, expected 7: name, type, offset, magic, mask, interpreter, flags", len(f))
	}
	if len(f) == 6 {
		f = append(f, "")
	}
	e := Entry{Name: f[0], Interpreter: f[5], Flags: f[6]}
	var err error
	switch f[1] {
	case "E":
		e.Extension = f[3]
	case "M":
		err = e.parseMagic(f[2], f[3], f[4])
	default:
		err = fmt.Errorf("type %q, expected M or E", f[1])
	}
	if err == nil {
		err = e.check()
	}
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

func (e *Entry) parseMagic(offset, magic, mask string) (err error) {
	if offset != "" {
		if e.Offset, err = strconv.Atoi(offset); err != nil || e.Offset < 0 {
			return fmt.Errorf("offset %q, expected a number", offset)
		}
	}
	if e.Magic, err = unescape(magic); err != nil {
		return fmt.Errorf("magic: %w", err)
	}
	if e.Mask, err = unescape(mask); err != nil {
		return fmt.Errorf("mask: %w", err)
	}
	return nil
}

// unescape reads \xHH and plain bytes.
func unescape(s string) ([]byte, error) {
	var b []byte
	for s != "" {
		if !strings.HasPrefix(s, `\x`) {
			b, s = append(b, s[0]), s[1:]
			continue
		}
		if len(s) < 4 {
			return nil, fmt.Errorf("%q: expected two hexadecimal digits", s)
		}
		c, err := hex.DecodeString(s[2:4])
		if err != nil {
			return nil, fmt.Errorf("%q: expected two hexadecimal digits", s[:4])
		}
		b, s = append(b, c[0]), s[4:]
	}
	return b, nil
}

// check finds what the kernel refuses.
func (e *Entry) check() error {
	switch {
	case e.Name == "" || e.Name == "." || e.Name == ".." || strings.ContainsAny(e.Name, "/\x00\n"):
		return fmt.Errorf("name %q: cannot be a file's", e.Name)
	case e.Name == "register" || e.Name == "status":
		return fmt.Errorf("name %q: taken by the kernel", e.Name)
	case e.Interpreter == "" || strings.ContainsAny(e.Interpreter, "\x00\n"):
		return fmt.Errorf("interpreter %q: no path", e.Interpreter)
	case len(e.Interpreter) > maxInterpreter:
		return fmt.Errorf("interpreter of %d bytes, the kernel takes %d", len(e.Interpreter), maxInterpreter)
	case strings.Trim(e.Flags, knownFlags()) != "":
		return fmt.Errorf("flags %q, expected some of %s", e.Flags, knownFlags())
	case e.Magic == nil && (e.Extension == "" || strings.ContainsAny(e.Extension, "/\x00\n")):
		return fmt.Errorf("extension %q: cannot be one", e.Extension)
	case e.Magic != nil && e.Offset+len(e.Magic) > maxHead:
		return fmt.Errorf("magic of %d bytes at %d: the kernel looks at the first %d", len(e.Magic), e.Offset, maxHead)
	case e.Mask != nil && len(e.Mask) != len(e.Magic):
		return fmt.Errorf("mask of %d bytes for magic of %d", len(e.Mask), len(e.Magic))
	}
	return nil
}

// equal tells whether two entries mean the same.
func (e Entry) equal(o Entry) bool {
	return e.Name == o.Name && e.Offset == o.Offset && bytes.Equal(e.Magic, o.Magic) && bytes.Equal(e.mask(), o.mask()) &&
		e.Extension == o.Extension && e.Interpreter == o.Interpreter && sameFlags(e.Flags, o.Flags)
}

// mask is Mask, all ones when it is nil.
func (e Entry) mask() []byte {
	if e.Mask == nil {
		return bytes.Repeat([]byte{0xff}, len(e.Magic))
	}
	return e.Mask
}
