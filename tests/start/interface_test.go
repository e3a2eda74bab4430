package start

import (
	"slices"
	"strings"
	"testing"

	"slul/asm"
	. "slul/asm/amd64"
	"slul/elfimage"
	"slul/rtld/elftest"
	"slul/tests/launch"
	"slul/tests/probe"
	"slul/tests/tiny"
)

// Modules: what a program says it needs of a library, against what the library offers.

// Interface hashes of two versions of the module words.
const (
	hash10 = "vi7AuQYTM_Wa6GMCb3GNQm_TrUVoda5kBOyLc3oaopI"
	hash11 = "PCm2KLkkjEWnV4YPhDlNaVY6ZG1-Lf4cJpsackYIFU4"
	other  = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

func moduleNote(typ uint32, lines ...string) elfimage.Note {
	return elfimage.Note{Section: ".note.slul-x", Owner: elfimage.Owner, Type: typ, Desc: []byte(strings.Join(lines, "\x00") + "\x00")}
}

// module is a library that offers symbols, each a func that does nothing.
func module(t *testing.T, soname string, symbols []string, notes ...elfimage.Note) []byte {
	t.Helper()
	a := New()
	for _, s := range symbols {
		a.Label(s)
	}
	a.Op(RET)
	im := tiny.Image(assembled(t, a))
	im.Entry, im.Soname, im.Notes = "", soname, notes
	for i := range im.Symbols {
		im.Symbols[i].Export = true
	}
	file, err := im.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func assembled(t *testing.T, a *Asm) *asm.Code {
	t.Helper()
	code, err := a.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// user writes a program that calls symbols of the module words and ends as a probe does.
func (p place) user(t *testing.T, name string, symbols []string, notes ...elfimage.Note) string {
	t.Helper()
	a := New()
	a.Label(tiny.Start)
	for _, s := range symbols {
		a.Op(CALLIND, Sym{Name: s})
	}
	a.Op(MOVL, RAX, Imm(231)) // exit_group
	a.Op(MOVL, RDI, Imm(probe.Status))
	a.Op(SYSCALL)
	return p.program(t, name, assembled(t, a), func(im *elfimage.Image) {
		im.Needed, im.Runpath, im.Notes = []string{"words.so"}, "$ORIGIN", notes
		for _, s := range symbols {
			im.Symbols = append(im.Symbols, elfimage.Symbol{Name: s, Section: elfimage.Undef, Func: true})
		}
	})
}

func TestInterfaces(t *testing.T) {
	split, count := "words.split_words$abcdefgh", "words.count_words$TohcNIwG"
	about := moduleNote(1, "name words", "version 1.1.0", "kind library", "flags 0", "profile small")
	unsafe := moduleNote(1, "name words", "version 1.1.0", "kind library", "flags 1", "profile small")
	old, both := moduleNote(2, "api 1.0.0 "+hash10), moduleNote(2, "api 1.0.0 "+hash10, "api 1.1.0 "+hash11)
	needs := moduleNote(4, "dep "+hash11+" words 1.1.0")
	tests := []struct {
		name    string
		offers  []string
		library []elfimage.Note
		program []elfimage.Note
		want    []string // lines behind "slulrtld: PATH: "; none: it runs
	}{
		{"as built", []string{split, count}, []elfimage.Note{about, both}, []elfimage.Note{needs}, nil},
		{"order of notes", []string{split, count}, []elfimage.Note{both, about}, []elfimage.Note{moduleNote(3, "x"), needs}, nil},
		{"no needs", []string{split, count}, nil, nil, nil},
		{"too old", []string{split}, []elfimage.Note{about, old}, []elfimage.Note{needs}, []string{
			"cannot start: module 'words' is too old",
			"  needs  words 1.1.0 (" + hash11[:12] + "…): words.count_words$TohcNIwG",
			"  found  WORDS: 1.0.0 (" + hash10[:12] + "…)",
		}},
		{"other interface", []string{split, "words.count_words$xxxxxxxx"}, []elfimage.Note{about, moduleNote(2, "api 1.0.0 "+hash10, "api 1.1.0 "+other)}, []elfimage.Note{needs}, []string{
			"cannot start: module 'words' has a different interface",
			"  needs  words 1.1.0 (" + hash11[:12] + "…): words.count_words$TohcNIwG",
			"  found  WORDS: 1.0.0 (" + hash10[:12] + "…) 1.1.0 (" + other[:12] + "…)",
		}},
		{"no module", []string{split, count}, nil, []elfimage.Note{needs}, []string{
			"'words' is not a module of this profile",
			"  needs  words 1.1.0 (" + hash11[:12] + "…)",
			"  found  WORDS:",
		}},
		{"other profile", []string{split, count}, []elfimage.Note{moduleNote(1, "profile large"), both}, []elfimage.Note{needs}, []string{
			"'words' is not a module of this profile",
			"  needs  words 1.1.0 (" + hash11[:12] + "…)",
			"  found  WORDS: 1.0.0 (" + hash10[:12] + "…) 1.1.0 (" + hash11[:12] + "…)",
		}},
		{"unsafe elsewhere", []string{split, count}, []elfimage.Note{unsafe, both}, []elfimage.Note{needs}, []string{
			"unsafe module 'words' outside the system directory",
			"  needs  words 1.1.0 (" + hash11[:12] + "…)",
			"  found  WORDS: 1.0.0 (" + hash10[:12] + "…) 1.1.0 (" + hash11[:12] + "…)",
		}},
		{"not needed as a library", []string{split, count}, []elfimage.Note{about, both}, []elfimage.Note{moduleNote(4, "dep "+hash11+" other 1.0")}, []string{"needs an interface of other, not the library"}},
		{"short line", []string{split, count}, []elfimage.Note{about, both}, []elfimage.Note{moduleNote(4, "dep "+hash11[:20])}, []string{"damaged note: n_type=4"}},
		{"no end", []string{split, count}, []elfimage.Note{about, both}, []elfimage.Note{{Section: ".note.slul-x", Owner: elfimage.Owner, Type: 4, Desc: []byte("dep")}}, []string{"damaged note: n_type=4"}},
		{"symbol gone", []string{split}, []elfimage.Note{about, both}, []elfimage.Note{needs}, []string{"undefined symbols: " + count}},
		{"short offer", []string{split, count}, []elfimage.Note{about, moduleNote(2, "api", "api 1.1.0", "api 1.1.0 ", "")}, []elfimage.Note{needs}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			words := p.write(t, "words.so", module(t, "words.so", test.offers, test.library...), 0o644)
			prog := p.user(t, "freq", []string{split, count}, test.program...)
			r := launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}})
			if test.name == "short offer" {
				if r.Exit != 127 || !strings.Contains(string(r.Stderr), "is too old") {
					t.Error(describe(r))
				}
				return
			}
			if test.want == nil {
				if r.Exit != probe.Status || len(r.Stderr) > 0 {
					t.Error(describe(r))
				}
				return
			}
			want := slices.Clone(test.want)
			want[0] = "slulrtld: " + prog + ": " + want[0]
			text := strings.ReplaceAll(strings.Join(want, "\n"), "WORDS", words) + elftest.Cure(prog)
			if r.Exit != 127 || string(r.Stderr) != text {
				t.Errorf("%s\nwant:\n%s", describe(r), text)
			}
		})
	}
}

// Modules that need each other are refused; other libraries may (damage_test.go, row 48).
func TestModuleCycle(t *testing.T) {
	about := moduleNote(1, "name words", "profile small")
	for _, test := range []struct {
		notes []elfimage.Note
		want  int
	}{{[]elfimage.Note{about}, 127}, {nil, probe.Status}} {
		p := newPlace(t)
		for _, names := range [][2]string{{"words.so", "a.so"}, {"a.so", "words.so"}} {
			a := New()
			a.Label(names[0] + "_func")
			a.Op(RET)
			im := tiny.Image(assembled(t, a))
			im.Entry, im.Soname, im.Needed, im.Runpath, im.Notes = "", names[0], names[1:], "$ORIGIN", test.notes
			im.Symbols[0].Export = true
			file, err := im.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			p.write(t, names[0], file, 0o644)
		}
		prog := p.user(t, "freq", nil)
		r := launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}})
		if test.want == 127 {
			refused(t, r, 127, "cycle of modules: ", "words.so")
		} else if r.Exit != test.want {
			t.Error(describe(r))
		}
	}
}
