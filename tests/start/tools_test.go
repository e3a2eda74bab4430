package start

// Every file that we write is taken by the tools that people look at files with,
// without a warning, and still runs when strip has been at it.

import (
	"bytes"
	"debug/elf"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/probe"
)

// looks are the tools, and a word that each must say about a program.
var looks = []struct {
	tool string
	args []string
	says string
}{
	{"readelf", []string{"-aW"}, "DYN (Shared object file)"},
	{"readelf", []string{"--debug-dump=info,line,abbrev", "-W"}, ""},
	{"objdump", []string{"-d"}, "file format elf64-x86-64"},
	{"objdump", []string{"-x"}, "DYNAMIC"},
	{"nm", nil, ""},
	{"nm", []string{"-D"}, ""},
	{"size", nil, "dec"},
	{"file", nil, "ELF 64-bit LSB"},
}

// noSymbols are remarks about files that simply have none.
var noSymbols = []string{"no symbols"}

// accepted runs all tools on a file.
func accepted(t *testing.T, path string) {
	t.Helper()
	for _, l := range looks {
		cmd := exec.Command(need.Tool(t, l.tool), append(slices.Clone(l.args), path)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		said := errs.String()
		if l.tool == "nm" && slices.ContainsFunc(noSymbols, func(s string) bool { return strings.HasSuffix(strings.TrimSpace(said), s) }) {
			said = ""
		}
		all := strings.ToLower(said + out.String())
		if err != nil || said != "" || strings.Contains(all, "warning") || strings.Contains(all, "corrupt") || strings.Contains(all, "<unknown>") {
			t.Errorf("%s %v: %v\n%s%s", l.tool, l.args, err, said, out.String())
		}
		if !strings.Contains(out.String(), l.says) {
			t.Errorf("%s %v does not say %q:\n%s", l.tool, l.args, l.says, out.String())
		}
	}
	checkDebugELF(t, path)
}

// checkDebugELF opens the file with Go's package and reads all that it offers.
func checkDebugELF(t *testing.T, path string) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	for _, s := range f.Sections {
		if s.Type == elf.SHT_NOBITS || s.Type == elf.SHT_NULL {
			continue
		}
		if _, err := s.Data(); err != nil {
			t.Errorf("section %s: %v", s.Name, err)
		}
	}
	if _, err := f.Symbols(); err != nil && err != elf.ErrNoSymbols {
		t.Errorf("symbols: %v", err)
	}
	if _, err := f.DynamicSymbols(); err != nil && err != elf.ErrNoSymbols {
		t.Errorf("dynamic symbols: %v", err)
	}
	if _, err := f.ImportedLibraries(); err != nil {
		t.Errorf("libraries: %v", err)
	}
	if f.Section(".debug_info") != nil {
		if _, err := f.DWARF(); err != nil {
			t.Errorf("debug information: %v", err)
		}
	}
}

func TestTools(t *testing.T) {
	p := newPlace(t)
	lines := func(im *elfimage.Image) {
		im.Files = []string{"Probe.slul"}
		im.Lines = []elfimage.Line{{Off: 0, Line: 1}, {Off: 20, Line: 2}, {Off: 40, Line: 30}}
	}
	shapes := map[string]func(*elfimage.Image){
		"plain":    func(*elfimage.Image) {},
		"lines":    lines,
		"rodata":   func(im *elfimage.Image) { im.Rodata = []byte("some constant text") },
		"bss":      func(im *elfimage.Image) { im.BssSize = 10000 },
		"separate": func(im *elfimage.Image) { im.Rodata, im.Separate, im.BssSize = []byte("text"), true, 1 },
		"all": func(im *elfimage.Image) {
			lines(im)
			im.Rodata, im.BssSize = make([]byte, 9000), 1<<20
		},
	}
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		t.Run(name, func(t *testing.T) {
			prog := p.program(t, "prog", probe.Code(), shapes[name])
			accepted(t, prog)
			bare := p.program(t, "bare", probe.Code(), shapes[name], func(im *elfimage.Image) { im.Strip = true })
			accepted(t, bare)

			for _, args := range [][]string{nil, {"--strip-debug"}, {"--strip-unneeded"}} {
				stripped := filepath.Join(p.dir, "stripped")
				cmd := exec.Command(need.Tool(t, "strip"), append(slices.Clone(args), "-o", stripped, prog)...)
				if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
					t.Fatalf("strip %v: %v\n%s", args, err, out)
				}
				accepted(t, stripped)
				s := launch.Spec{Path: stripped, Args: []string{stripped, "x"}}
				checkVectors(t, run(t, s), s)
			}
		})
	}
}
