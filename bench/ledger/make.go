package ledger

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slul/compiler"
	"slul/elfimage"
	"slul/stubgen"
	"slul/tests/tiny"
)

// The list of ledgers. Each is made from the sources of the module, which lie at root;
// stubs need none.

// maker makes ledgers of one kind.
type maker struct {
	name string
	make func(root string) ([]*Ledger, error)
}

var makers = []maker{
	{"stub", func(string) ([]*Ledger, error) { return Stubs() }},
	{"loader", loaders},
	{"smallest", smallest},
	{"hello", hello},
	{"examples", examples},
}

// Kinds lists the kinds of ledgers.
func Kinds() (names []string) {
	for _, m := range makers {
		names = append(names, m.name)
	}
	return names
}

// Make makes the ledgers of these kinds; all when there are none.
func Make(root string, kinds ...string) (list []*Ledger, err error) {
	for _, kind := range kinds {
		if !slices.Contains(Kinds(), kind) {
			return nil, fmt.Errorf("there is no ledger %q, only %s", kind, strings.Join(Kinds(), ", "))
		}
	}
	for _, m := range makers {
		if len(kinds) > 0 && !slices.Contains(kinds, m.name) {
			continue
		}
		made, err := m.make(root)
		if err != nil {
			return nil, err
		}
		list = append(list, made...)
	}
	return list, nil
}

// Stubs are the stubs of all targets, by instruction and string, in their order.
func Stubs() (list []*Ledger, err error) {
	for _, t := range stubgen.Targets {
		s, err := stubgen.Generate(t, t.RTLD)
		if err != nil {
			return nil, err
		}
		l := &Ledger{Name: "stub-" + t.Name, What: "the start-up stub for " + t.RTLD}
		for _, i := range s.Items {
			if i.Name != "" {
				i.Text = i.Name + ": " + i.Text
			}
			l.add(i.Size, "%s", i.Text)
		}
		list = append(list, l)
	}
	return list, nil
}

// loaders are the loaders, by function and constant. The linker's own maps have the
// addresses too, of which one byte more changes most.
func loaders(root string) (list []*Ledger, err error) {
	maps, err := filepath.Glob(filepath.Join(root, "rtld", "image", "*.map"))
	if err != nil {
		return nil, err
	}
	for _, path := range maps {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		l, err := loader(strings.TrimSuffix(filepath.Base(path), ".map"), string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, l)
	}
	return list, nil
}

func loader(name, text string) (*Ledger, error) {
	mapTotal := regexp.MustCompile(`^# (\d+) bytes in all`)
	mapLine := regexp.MustCompile(`^ *([0-9a-f]+) +(\d+) {2,}(?:\d+ +\d+)? *(\S.*)$`)
	l := &Ledger{Name: name, What: "the loader, by function and constant"}
	total := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := mapTotal.FindStringSubmatch(line); m != nil {
			total, _ = strconv.Atoi(m[1])
		}
		m := mapLine.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(line, "#") {
			continue
		}
		size, _ := strconv.Atoi(m[2])
		if m[1] == "0" { // it has no place in the file
			l.add(0, "%s, %d bytes of memory", m[3], size)
			continue
		}
		l.add(size, "%s", m[3])
	}
	if total == 0 || len(l.Lines) == 0 {
		return nil, fmt.Errorf("not a map of a loader")
	}
	slices.SortFunc(l.Lines, func(a, b Line) int { return strings.Compare(a.Item, b.Item) })
	l.add(total-l.Total, "(headers and what lies between parts)")
	return l, nil
}

// smallest is a program that only exits, without a compiler.
func smallest(string) ([]*Ledger, error) {
	target, err := stubgen.Lookup(stubgen.DefaultTarget)
	if err != nil {
		return nil, err
	}
	build := func(strip bool) ([]byte, error) {
		im := tiny.Image(tiny.Exit(0))
		im.Strip = strip
		return tiny.Build(im, target.RTLD)
	}
	l := &Ledger{Name: "smallest", What: "a program that only exits, stripped"}
	return []*Ledger{l}, l.program(build)
}

// hello is examples/hello.
func hello(root string) ([]*Ledger, error) {
	build := func(strip bool) ([]byte, error) {
		p, err := compiler.Build(filepath.Join(root, "examples", "hello"), compiler.Options{Strip: strip})
		if err != nil {
			return nil, err
		}
		return p.File, nil
	}
	l := &Ledger{Name: "hello", What: "examples/hello, stripped, by section and function"}
	return []*Ledger{l}, l.program(build)
}

// program adds the parts of a stripped program, whose names only the same program with
// symbols has.
func (l *Ledger) program(build func(strip bool) ([]byte, error)) error {
	stripped, err := build(true)
	if err != nil {
		return err
	}
	named, err := build(false)
	if err != nil {
		return err
	}
	f, err := elf.NewFile(bytes.NewReader(named))
	if err != nil {
		return err
	}
	l.add(elfimage.EhdrSize, "ELF header")
	for _, p := range f.Progs {
		l.add(elfimage.PhdrSize, "program header %s", typeName(p.Type))
	}
	symbols, err := f.Symbols()
	if err != nil {
		return err
	}
	slices.SortFunc(symbols, func(a, b elf.Symbol) int { return strings.Compare(a.Name, b.Name) })
	for i, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC == 0 || s.Type == elf.SHT_NOBITS {
			continue
		}
		rest := int(s.Size)
		for _, sym := range symbols {
			if int(sym.Section) == i && elf.ST_TYPE(sym.Info) == elf.STT_FUNC && sym.Size > 0 {
				l.add(int(sym.Size), "%s %s", s.Name, sym.Name)
				rest -= int(sym.Size)
			}
		}
		if rest > 0 {
			l.add(rest, "%s", s.Name)
		}
	}
	l.add(len(stripped)-l.Total, "(between parts)")
	return nil
}

func typeName(t elf.ProgType) string {
	if t == elfimage.PT_SLUL {
		return "SLUL"
	}
	return strings.TrimPrefix(t.String(), "PT_")
}

// examples are all examples by their sections, and stripped.
func examples(root string) ([]*Ledger, error) {
	l := &Ledger{Name: "examples", What: "sections of each example, and the stripped file"}
	dir := filepath.Join(root, "examples")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if sources, err := filepath.Glob(filepath.Join(path, "*.slul")); err != nil || len(sources) == 0 {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return l.example(name, path)
	})
	slices.SortStableFunc(l.Lines, func(a, b Line) int { return strings.Compare(a.Item, b.Item) })
	return []*Ledger{l}, err
}

func (l *Ledger) example(name, path string) error {
	beside := []string{filepath.Dir(path)} // where the modules are that it uses, if it does
	p, err := compiler.Build(path, compiler.Options{Interfaces: beside})
	if err != nil {
		return err
	}
	stripped, err := compiler.Build(path, compiler.Options{Interfaces: beside, Strip: true})
	if err != nil {
		return err
	}
	f, err := elf.NewFile(bytes.NewReader(p.File))
	if err != nil {
		return err
	}
	for _, s := range f.Sections {
		if s.Type != elf.SHT_NULL && s.Type != elf.SHT_NOBITS {
			l.add(int(s.FileSize), "%s %s", name, s.Name)
		}
	}
	l.add(len(stripped.File), "%s (stripped)", name)
	return nil
}
