package stubgen

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/elfimage"
)

// Each way has a default path, or none, and refuses what cannot be its path.
func TestLoaderPath(t *testing.T) {
	target := mustLookup(t, DefaultTarget)
	long := "/" + strings.Repeat("x", 125)
	tests := []struct {
		start      elfimage.Start
		rtld, path string // "": refused
		because    string
	}{
		{elfimage.StartRt0, "", target.RTLD, ""},
		{elfimage.StartRt0, "/a b", "/a b", ""},
		{elfimage.StartRt0, "a", "", "not absolute"},
		{elfimage.StartInterp, "", target.RTLD, ""},
		{elfimage.StartInterp, long, long, ""},
		{elfimage.StartInterp, "/a/", "", "directory"},
		{elfimage.StartShebang, "", target.Runslul, ""},
		{elfimage.StartShebang, "/opt/runslul", "/opt/runslul", ""},
		{elfimage.StartShebang, "/a b", "", "blank"},
		{elfimage.StartShebang, long, "", "126 bytes long"},
		{elfimage.StartNone, "", "", ""},
		{elfimage.StartNone, "/a", "", "names no loader"},
	}
	for _, test := range tests {
		path, err := LoaderPath(target, test.start, test.rtld)
		if test.because != "" {
			if err == nil || !strings.Contains(err.Error(), test.because) {
				t.Errorf("%s %q: %v, expected %q", test.start, test.rtld, err, test.because)
			}
		} else if err != nil || path != test.path {
			t.Errorf("%s %q: %q, %v", test.start, test.rtld, path, err)
		}
	}
}

func TestParseStart(t *testing.T) {
	for _, s := range elfimage.Starts {
		if got, err := ParseStart(string(s)); err != nil || got != s {
			t.Errorf("%s: %s, %v", s, got, err)
		}
	}
	if got, err := ParseStart(""); err != nil || got != elfimage.StartRt0 {
		t.Errorf("the usual one: %s, %v", got, err)
	}
	if _, err := ParseStart("map"); err == nil || err.Error() != "--start map: there are rt0, interp, shebang and none" {
		t.Error(err)
	}
}

// What Begin puts into an image is what Parse finds in its file.
func TestBegin(t *testing.T) {
	target := mustLookup(t, DefaultTarget)
	for _, start := range elfimage.Starts {
		im := elfimage.Image{Machine: uint16(elf.EM_X86_64), Entry: "_start", Text: []byte{0x0f, 0x0b},
			Symbols: []elfimage.Symbol{{Name: "_start", Section: elfimage.Text, Size: 2, Func: true}}}
		path, err := LoaderPath(target, start, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := Begin(&im, target, start, path); err != nil {
			t.Fatal(err)
		}
		b, err := im.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		f, err := elfimage.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		named := f.Interp
		if f.Stub != nil {
			s, err := Verify(target, f.Stub)
			if err != nil {
				t.Fatal(err)
			}
			named = s.RTLD
		}
		if f.Start != start || named != path || f.Segments[0].Type != elfimage.PT_SLUL {
			t.Errorf("%s: start %s by %q, first program header %v", start, f.Start, named, f.Segments[0].Type)
		}
		if start == elfimage.StartShebang || start == elfimage.StartNone {
			file := filepath.Join(t.TempDir(), "prog")
			if err := os.WriteFile(file, f.ELF(), 0o755); err != nil {
				t.Fatal(err)
			}
			checkSignpost(t, file)
		}
	}
}
