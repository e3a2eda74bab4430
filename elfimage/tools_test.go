package elfimage

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"slul/tests/need"
)

// TestTools: what others make of every example. None may warn.
func TestTools(t *testing.T) {
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			b := mustBytes(t, &e.image)
			path := write(t, b)
			t.Run("readelf", func(t *testing.T) { readelf(t, path, e.image) })
			t.Run("objdump", func(t *testing.T) { objdump(t, path, e.image) })
			t.Run("nm", func(t *testing.T) { nm(t, path, e.image) })
			t.Run("file", func(t *testing.T) { file(t, path, e.image) })
			t.Run("patchelf", func(t *testing.T) { patchelf(t, path, e.image) })
			t.Run("gdb", func(t *testing.T) { gdb(t, path, e.image) })
			for _, tool := range []string{"strip", "llvm-strip"} {
				t.Run(tool, func(t *testing.T) { strip(t, tool, write(t, b), e.image) })
			}
		})
	}
}

func readelf(t *testing.T, path string, im Image) {
	out := need.Quiet(t, "readelf", "-aW", path)
	for _, n := range im.Needed {
		if !strings.Contains(out, "Shared library: ["+n+"]") {
			t.Errorf("does not show %s", n)
		}
	}
	if !im.Strip { // the other one finds no symbols without section headers when all are imports
		need.Quiet(t, "llvm-readelf", "-aW", path)
	}
	notes := need.Quiet(t, "readelf", "-nW", path)
	want := len(im.Notes) + 1
	if im.Entry == "" {
		want--
	}
	if got := strings.Count(notes, Owner+" "); !im.Strip && got != want {
		t.Errorf("shows %d notes, expected %d:\n%s", got, want, notes)
	}
}

func objdump(t *testing.T, path string, im Image) {
	out := need.Quiet(t, "objdump", "-d", path)
	if !im.Strip && len(im.Stub) > 0 && !strings.Contains(out, "<"+stubSymbol+">:") {
		t.Errorf("does not show the stub:\n%s", out)
	}
}

func nm(t *testing.T, path string, im Image) {
	if im.Strip {
		return // "no symbols" is right
	}
	out := need.Quiet(t, "nm", path)
	for _, s := range im.Symbols {
		if !strings.Contains(out, " "+s.Name+"\n") {
			t.Errorf("does not show %s", s.Name)
		}
	}
}

func file(t *testing.T, path string, im Image) {
	want := "pie executable, x86-64"
	if im.Entry == "" {
		want = "shared object, x86-64"
	}
	if out := need.Quiet(t, "file", path); !strings.Contains(out, want) || strings.Contains(out, "corrupted") || strings.Contains(out, "missing section") {
		t.Errorf("says %q, expected %q", out, want)
	}
}

func patchelf(t *testing.T, path string, im Image) {
	if im.Strip || len(im.Needed) == 0 {
		return // it wants section headers and a dynamic section
	}
	if out := need.Quiet(t, "patchelf", "--print-needed", path); out != strings.Join(im.Needed, "\n")+"\n" {
		t.Errorf("says %q, expected %q", out, im.Needed)
	}
}

func gdb(t *testing.T, path string, im Image) {
	if im.Strip || len(im.Lines) == 0 {
		return
	}
	out := need.Quiet(t, "gdb", "-nx", "-batch", "-ex", "info line Exit.slul:4", "-ex", "info line entry", path)
	for _, want := range []string{`Line 4 of "Exit.slul"`, `Line 3 of "Exit.slul"`, "<entry>"} {
		if !strings.Contains(out, want) {
			t.Errorf("says %q, expected %q", out, want)
		}
	}
}

// strip leaves headers, notes and all that is loaded as they were, and the file runs.
func strip(t *testing.T, tool, path string, im Image) {
	if im.Strip {
		if tool == "strip" { // it refuses, and writes nothing
			if err := exec.Command(tool, path).Run(); err == nil {
				t.Error("took a file without sections")
			}
		}
		return
	}
	before, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	need.Quiet(t, tool, path)
	after, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	need.Quiet(t, "readelf", "-aW", path)
	if !bytes.Equal(before.b[:64][24:40], after.b[:64][24:40]) { // e_entry, e_phoff
		t.Error("moved entry or program headers")
	}
	for i, s := range before.Segments {
		a := after.Segments[i]
		if a.Off > uint64(after.Size) {
			t.Errorf("moved %v to %#x, behind the end of the file", a.Type, a.Off)
		}
		if a.Type != s.Type || a.Vaddr != s.Vaddr || a.Memsz != s.Memsz || a.Flags != s.Flags {
			t.Errorf("changed %+v to %+v", s, a)
			continue
		}
		x, y := before.contents(s), after.contents(a)
		if s.Off == 0 && len(x) > 0 && len(y) > 0 { // e_shoff and counts, offsets of empty segments
			n := 64 + 56*len(before.Segments)
			x, y = x[n:], y[n:]
		}
		if !bytes.Equal(x, y) {
			t.Errorf("changed the contents of %v", s.Type)
		}
	}
	if im.Entry != "" && (!bytes.Equal(before.Stub, after.Stub) || *before.Program != *after.Program || after.Segments[0].Type != PT_SLUL) {
		t.Error("changed stub or note")
	}
	if im.Entry != "" && len(im.Needed) == 0 {
		cmd := exec.Command(path)
		if cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 42 {
			t.Errorf("the stripped file ends with %v, expected exit status 42", cmd.ProcessState)
		}
	}
}
