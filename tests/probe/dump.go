package probe

// What the probe wrote, as Go values. Given: the bytes of one dump. Leaves: a Dump,
// or an error for anything that the probe (code.go) would not have written.
//
// A dump is a row of records: an 8-byte name, a number, a length, and that many
// bytes. The last one is the stack, whose length is "up to the end".

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// The register block has a word for each amd64.Reg, at its number. That of NoReg
// shows the direction flag: 1 when string instructions go upwards, −1 when it is
// set; that of RSP says nothing, see Dump.SP.
const regCount = 17

// FD is one open file descriptor as the program found it.
type FD struct {
	CloseOnExec bool
	Flags       int    // F_GETFL: access mode and O_APPEND, O_NONBLOCK…
	Pos         int64  // lseek(fd, 0, SEEK_CUR), or −errno
	Dev, Ino    uint64 // of fstat
}

// Aux is one entry of the auxiliary vector.
type Aux struct{ Tag, Val uint64 }

// Mapping is one line of /proc/self/maps.
type Mapping struct {
	Lo, Hi uint64
	Perm   string // "r-xp"
	Off    uint64
	Ino    uint64
	Name   string
}

// Dump is everything that the probe saw.
type Dump struct {
	Entry  uint64           // address of the program's first instruction
	Regs   [regCount]uint64 // at that instruction, by amd64.Reg
	FS, GS uint64           // segment bases
	SP     uint64           // rsp at that instruction
	Stack  []byte           // memory from SP on, to the end of the initial stack
	Out    int              // the descriptor that the dump was written to
	FDs    map[int]FD       // all open descriptors from 0 to MaxFD
	Pid    int
	Comm   string            // prctl(PR_GET_NAME)
	Exe    string            // the link /proc/self/exe
	ExecFn string            // the string at AT_EXECFN
	Phdrs  []byte            // the program headers at AT_PHDR
	Files  map[string][]byte // "maps" is the content of /proc/self/maps

	Args, Env []string // as found through argv and envp
	ArgAddrs  []uint64 // the pointers themselves
	EnvAddrs  []uint64
	Auxv      []Aux // up to AT_NULL, without it
}

// Parse reads a dump.
func Parse(raw []byte) (*Dump, error) {
	d := &Dump{FDs: map[int]FD{}, Files: map[string][]byte{}}
	seen := map[string]bool{}
	for rest := raw; ; {
		if len(rest) < headerSize {
			return nil, fmt.Errorf("probe: the dump ends after %d bytes without a stack", len(raw))
		}
		name := strings.TrimRight(string(rest[:8]), "\x00")
		num := binary.LittleEndian.Uint64(rest[8:])
		size := binary.LittleEndian.Uint64(rest[16:])
		rest = rest[headerSize:]
		if name == "stack" {
			d.SP, d.Stack = num, rest
			break
		}
		if size > uint64(len(rest)) {
			return nil, fmt.Errorf("probe: record %q wants %d bytes, %d are left", name, size, len(rest))
		}
		if err := d.record(name, num, rest[:size]); err != nil {
			return nil, err
		}
		seen[name] = true
		rest = rest[size:]
	}
	for _, name := range []string{"entry", "regs", "pid", "out", "comm"} {
		if !seen[name] {
			return nil, fmt.Errorf("probe: the dump has no record %q", name)
		}
	}
	return d, d.vectors()
}

func (d *Dump) record(name string, num uint64, body []byte) error {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(body[8*i:]) }
	switch name {
	case "entry":
		d.Entry = num
	case "regs":
		if len(body) != 8*regCount {
			return fmt.Errorf("probe: register block of %d bytes", len(body))
		}
		for i := range d.Regs {
			d.Regs[i] = word(i)
		}
	case "fs":
		d.FS = num
	case "gs":
		d.GS = num
	case "pid":
		d.Pid = int(num)
	case "out":
		d.Out = int(num)
	case "fd":
		// F_GETFD, F_GETFL, position, then struct stat, which starts with st_dev, st_ino
		if len(body) != fdRecordSize {
			return fmt.Errorf("probe: descriptor record of %d bytes", len(body))
		}
		d.FDs[int(num)] = FD{CloseOnExec: word(0)&1 != 0, Flags: int(word(1)), Pos: int64(word(2)), Dev: word(3), Ino: word(4)}
	case "comm":
		d.Comm = string(bytes.TrimRight(body, "\x00"))
	case "exe":
		d.Exe = string(body)
	case "execfn":
		d.ExecFn = string(body)
	case "phdr":
		d.Phdrs = body
	case "file":
		if num >= uint64(len(fileNames)) {
			return fmt.Errorf("probe: file number %d", num)
		}
		d.Files[fileNames[num]] = append(d.Files[fileNames[num]], body...)
	default:
		return fmt.Errorf("probe: unknown record %q", name)
	}
	return nil
}

// vectors reads argc, argv, envp and auxv out of the stack.
func (d *Dump) vectors() error {
	at := d.SP
	next := func() (uint64, error) {
		v, ok := d.Word(at)
		at += 8
		if !ok {
			return 0, fmt.Errorf("probe: the stack ends at %#x, inside its vectors", at)
		}
		return v, nil
	}
	list := func() (addrs []uint64, texts []string, err error) {
		for {
			p, err := next()
			if err != nil || p == 0 {
				return addrs, texts, err
			}
			s, ok := d.CString(p)
			if !ok {
				return nil, nil, fmt.Errorf("probe: a string at %#x is not on the stack", p)
			}
			addrs, texts = append(addrs, p), append(texts, s)
		}
	}
	argc, err := next()
	if err != nil {
		return err
	}
	if d.ArgAddrs, d.Args, err = list(); err != nil {
		return err
	}
	if argc != uint64(len(d.Args)) {
		return fmt.Errorf("probe: argc is %d, argv has %d entries", argc, len(d.Args))
	}
	if d.EnvAddrs, d.Env, err = list(); err != nil {
		return err
	}
	for {
		tag, err := next()
		if err != nil {
			return err
		}
		val, err := next()
		if err != nil {
			return err
		}
		if tag == 0 {
			return nil
		}
		d.Auxv = append(d.Auxv, Aux{tag, val})
	}
}

// Word reads 8 bytes of the stack.
func (d *Dump) Word(addr uint64) (uint64, bool) {
	off := addr - d.SP
	if off > uint64(len(d.Stack)) || uint64(len(d.Stack))-off < 8 {
		return 0, false
	}
	return binary.LittleEndian.Uint64(d.Stack[off:]), true
}

// CString reads a string of the stack up to its NUL.
func (d *Dump) CString(addr uint64) (string, bool) {
	off := addr - d.SP
	if off >= uint64(len(d.Stack)) {
		return "", false
	}
	n := bytes.IndexByte(d.Stack[off:], 0)
	if n < 0 {
		return "", false
	}
	return string(d.Stack[off : off+uint64(n)]), true
}

// Aux gives an auxiliary value, and whether there is exactly one.
func (d *Dump) Aux(tag uint64) (val uint64, ok bool) {
	n := 0
	for _, a := range d.Auxv {
		if a.Tag == tag {
			val, n = a.Val, n+1
		}
	}
	return val, n == 1
}

// Maps are the process's mappings.
func (d *Dump) Maps() ([]Mapping, error) { return ParseMaps(d.Files["maps"]) }

// ParseMaps reads the text of /proc/PID/maps (proc(5)).
func ParseMaps(text []byte) ([]Mapping, error) {
	var list []Mapping
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 5 {
			return nil, fmt.Errorf("maps: %q", line)
		}
		lo, hi, _ := strings.Cut(f[0], "-")
		var m Mapping
		var errs [4]error
		m.Lo, errs[0] = strconv.ParseUint(lo, 16, 64)
		m.Hi, errs[1] = strconv.ParseUint(hi, 16, 64)
		m.Off, errs[2] = strconv.ParseUint(f[2], 16, 64)
		m.Ino, errs[3] = strconv.ParseUint(f[4], 10, 64)
		for _, err := range errs {
			if err != nil {
				return nil, fmt.Errorf("maps: %q: %w", line, err)
			}
		}
		m.Perm = f[1]
		m.Name = strings.Join(f[5:], " ")
		list = append(list, m)
	}
	return list, nil
}

// Status gives a field of /proc/self/status: Status("Uid") is "0\t0\t0\t0".
func (d *Dump) Status(field string) string {
	for line := range strings.Lines(string(d.Files["status"])) {
		if name, val, ok := strings.Cut(line, ":"); ok && name == field {
			return strings.TrimSpace(val)
		}
	}
	return ""
}
