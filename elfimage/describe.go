// What "slul inspect" shows: File -> Description, which is data with JSON names,
// and Description -> text for people.

package elfimage

import (
	"debug/elf"
	"fmt"
	"io"
	"strings"
)

// Description is a file as "slul inspect --json" shows it. Addresses are those
// of the file: the loader adds one base to all.
type Description struct {
	Kind      string            `json:"kind"` // SLUL program, SLUL library, program, library, other
	Machine   string            `json:"machine"`
	Size      int               `json:"size"`
	ELFOffset int               `json:"elf_offset"` // where the ELF file begins: 0, or behind a "#!" line
	Start     Start             `json:"start"`
	Loader    string            `json:"loader,omitempty"`
	MinRtld   uint32            `json:"min_rtld,omitempty"` // least loader version
	Entry     uint64            `json:"entry"`              // the program's own first instruction
	Stub      *StubDescription  `json:"stub,omitempty"`
	Segments  []SegmentDesc     `json:"segments"`
	Soname    string            `json:"soname,omitempty"`
	Libraries []string          `json:"libraries"`
	Module    *ModuleDesc       `json:"module,omitempty"`
	Needs     []Interface       `json:"needs,omitempty"` // interfaces of other modules
	Services  []ServiceDesc     `json:"services,omitempty"`
	Notes     []NoteDescription `json:"notes,omitempty"`
	Advice    []string          `json:"advice,omitempty"` // of those who know permissions and place
}

// ModuleDesc is a library that is a module: its notes.
type ModuleDesc struct {
	Name    string      `json:"name"`
	Version string      `json:"version"`
	Profile string      `json:"profile"`
	Unsafe  bool        `json:"unsafe,omitempty"` // loaded from /usr/lib/slul alone
	Offers  []Interface `json:"offers"`
}

// StubDescription tells where the start-up stub lies.
type StubDescription struct {
	Addr uint64 `json:"addr"`
	Size int    `json:"size"`
}

// SegmentDesc is a program header.
type SegmentDesc struct {
	Type   string `json:"type"`
	Perm   string `json:"perm"` // "r-x"
	Off    uint64 `json:"offset"`
	Addr   uint64 `json:"addr"`
	Filesz uint64 `json:"file_size"`
	Memsz  uint64 `json:"mem_size"`
}

// NoteDescription is a note without its contents.
type NoteDescription struct {
	Owner string `json:"owner"`
	Type  uint32 `json:"type"`
	Size  int    `json:"size"`
}

// ServiceDesc is a service and what it asks for.
type ServiceDesc struct {
	Type    string       `json:"type"`
	Command string       `json:"command"`
	Givemes []GivemeDesc `json:"givemes"`
	Entries []EntryDesc  `json:"entries"`
}

// GivemeDesc is one thing that a program is given.
type GivemeDesc struct {
	Type    string `json:"type"` // with its sigils
	Kind    string `json:"kind"`
	Rights  uint32 `json:"rights"`
	Option  string `json:"option,omitempty"`
	Value   string `json:"value,omitempty"` // the type of an option or constant
	Default any    `json:"default,omitempty"`
}

// EntryDesc is a way into a service.
type EntryDesc struct {
	Name   string   `json:"name"`
	Addr   uint64   `json:"addr"`
	Result string   `json:"result"`
	Errors []string `json:"errors,omitempty"`
}

// Describe gathers what the bytes of a file say. loader is the path in its stub, as
// stubgen.Verify found it, "" when there is no stub.
func (f *File) Describe(loader string) Description {
	d := Description{
		Kind: f.kind(), Machine: strings.TrimPrefix(f.Machine.String(), "EM_"), Size: f.Size, ELFOffset: f.Offset,
		Start: f.Start, Loader: loader, Entry: f.Entry,
		Soname: f.Soname, Libraries: append([]string{}, f.Needed...),
		Module: f.module(), Needs: f.needs(),
	}
	if d.Loader == "" {
		d.Loader = f.Interp
	}
	if f.Program != nil {
		d.MinRtld, d.Entry = f.Program.MinRtld, f.Program.Entry
	}
	if f.Stub != nil {
		d.Stub = &StubDescription{f.Entry, len(f.Stub)}
	}
	for _, s := range f.Segments {
		d.Segments = append(d.Segments, SegmentDesc{segmentName(s.Type), perm(s.Flags), s.Off, s.Vaddr, s.Filesz, s.Memsz})
	}
	for _, n := range f.Notes {
		d.Notes = append(d.Notes, NoteDescription{n.Owner, n.Type, len(n.Desc)})
	}
	for _, s := range f.Services {
		d.Services = append(d.Services, f.describeService(s))
	}
	return d
}

func (f *File) kind() string {
	switch {
	case f.Program != nil:
		return "SLUL program"
	case f.module() != nil:
		return "SLUL library"
	case f.Type == elf.ET_EXEC || f.Interp != "" || f.Flags1&elf.DF_1_PIE != 0:
		return "program"
	case f.Type == elf.ET_DYN:
		return "library"
	}
	return strings.TrimPrefix(f.Type.String(), "ET_")
}

func segmentName(t elf.ProgType) string {
	if t == PT_SLUL {
		return "SLUL"
	}
	return strings.TrimPrefix(t.String(), "PT_")
}

func perm(flags elf.ProgFlag) string {
	text := []byte("---")
	for i, bit := range []elf.ProgFlag{elf.PF_R, elf.PF_W, elf.PF_X} {
		if flags&bit != 0 {
			text[i] = "rwx"[i]
		}
	}
	return string(text)
}

func (f *File) describeService(s Service) ServiceDesc {
	d := ServiceDesc{Type: s.Type, Command: s.Command, Givemes: []GivemeDesc{}, Entries: []EntryDesc{}}
	for _, g := range s.Givemes {
		item := GivemeDesc{Type: g.Sigils.String() + g.Type, Kind: g.Kind.String(), Rights: g.Rights, Option: g.Option}
		if g.Kind != Capability {
			item.Value, item.Default = g.Value.String(), g.value()
		}
		d.Givemes = append(d.Givemes, item)
	}
	for _, e := range s.Entries {
		d.Entries = append(d.Entries, EntryDesc{e.Name, f.codeAddress(e), e.Result.String(), e.Errors})
	}
	return d
}

func (g Giveme) value() any {
	switch g.Value {
	case String:
		return g.DefaultText
	case Bool:
		return g.Default != 0
	}
	return int64(g.Default)
}

func (r Result) String() string {
	text := "nothing"
	if r&^ResultOrError == ResultStatus {
		text = "ExitStatus"
	}
	if r&ResultOrError != 0 {
		text += " or an error"
	}
	return text
}

// codeAddress is the address of an entry's code; the note is loaded.
func (f *File) codeAddress(e Entry) uint64 {
	for _, n := range f.Notes {
		if n.Owner == Owner && n.Type == NoteEntry {
			return n.Addr + uint64(e.Code)
		}
	}
	return 0
}

// WriteText writes the description for people, one fact a line.
func (d Description) WriteText(w io.Writer) error {
	t := &textWriter{w: w}
	t.line("kind", "%s for %s, %d bytes", d.Kind, d.Machine, d.Size)
	t.line("start", "%s", d.startText())
	t.line("entry", "%#x", d.Entry)
	for _, s := range d.Segments {
		t.line("segment", "%-12s %s  file %#6x + %#-6x memory %#6x + %#x", s.Type, s.Perm, s.Off, s.Filesz, s.Addr, s.Memsz)
	}
	if d.Soname != "" {
		t.line("name", "%s", d.Soname)
	}
	for _, n := range d.Libraries {
		t.line("library", "%s", n)
	}
	t.module(d)
	for _, s := range d.Services {
		t.service(s)
	}
	for _, n := range d.Notes {
		t.line("note", "%s, type %d, %d bytes", n.Owner, n.Type, n.Size)
	}
	for _, a := range d.Advice {
		t.line("advice", "%s", a)
	}
	return t.err
}

func (d Description) startText() string {
	switch d.Start {
	case StartRt0:
		return fmt.Sprintf("rt0: a stub of %d bytes at %#x runs %s, version %d or later", d.Stub.Size, d.Stub.Addr, orUnknown(d.Loader), d.MinRtld)
	case StartNone:
		if d.Kind == "SLUL program" {
			return "none: run it with runslul, or register binfmt_misc"
		}
		return "none"
	}
	text := fmt.Sprintf("%s: the kernel runs %s", d.Start, orUnknown(d.Loader))
	if d.ELFOffset > 0 {
		text += fmt.Sprintf("; the ELF file begins at %#x", d.ELFOffset)
	}
	return text
}

// rightsText: a mask of ones is what a giveme without "only" has.
func rightsText(rights uint32) string {
	if rights == ^uint32(0) {
		return "all rights"
	}
	return fmt.Sprintf("rights %#x", rights)
}

func orUnknown(loader string) string {
	if loader == "" {
		return "an unknown loader"
	}
	return loader
}

// printable keeps a file's strings from speaking to the terminal.
func printable(s string) string {
	q := fmt.Sprintf("%q", s)
	return q[1 : len(q)-1]
}

// textWriter keeps the first error.
type textWriter struct {
	w   io.Writer
	err error
}

func (t *textWriter) line(name, format string, args ...any) {
	if t.err != nil {
		return
	}
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = printable(s)
		}
	}
	_, t.err = fmt.Fprintf(t.w, "%-9s %s\n", name, fmt.Sprintf(format, args...))
}

func (t *textWriter) service(s ServiceDesc) {
	t.line("service", "%s, command %s", s.Type, s.Command)
	for _, g := range s.Givemes {
		switch g.Kind {
		case "capability":
			t.line("may use", "%s, %s", g.Type, rightsText(g.Rights))
		case "param":
			t.line("option", "%s, %s, default %v", g.Option, g.Value, g.Default)
		default:
			t.line("constant", "%s, %v", g.Value, g.Default)
		}
	}
	for _, e := range s.Entries {
		text := e.Result
		if len(e.Errors) > 0 {
			text += ": " + strings.Join(e.Errors, ", ")
		}
		t.line("entry", "%s at %#x gives %s", e.Name, e.Addr, text)
	}
}
