package elfimage

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/golden"
)

// TestParse reads every example back.
func TestParse(t *testing.T) {
	for _, e := range examples() {
		f, err := Parse(mustBytes(t, &e.image))
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		im := e.image
		start := StartRt0
		switch {
		case im.Interp != "":
			start = StartInterp
		case len(im.Stub) == 0:
			start = StartNone
		}
		if f.Start != start || f.Interp != im.Interp || !bytes.Equal(f.Stub, im.Stub) {
			t.Errorf("%s: start %s with a stub of %d bytes, expected %s with %d", e.name, f.Start, len(f.Stub), start, len(im.Stub))
		}
		if (f.Program != nil) != (im.Entry != "") {
			t.Errorf("%s: program note %v", e.name, f.Program)
		}
		if p := f.Program; p != nil && (p.MinRtld != im.MinRtld || p.StubSize != uint32(len(im.Stub))) {
			t.Errorf("%s: program note %+v", e.name, p)
		}
		if f.Soname != im.Soname || !slices.Equal(f.Needed, im.Needed) || f.TextRel {
			t.Errorf("%s: name %q, libraries %q, text relocations %v", e.name, f.Soname, f.Needed, f.TextRel)
		}
		for _, n := range im.Notes {
			if !slices.ContainsFunc(f.Notes, func(p ParsedNote) bool {
				return p.Owner == n.Owner && p.Type == n.Type && len(p.Desc) == len(n.Desc) && p.Addr != 0
			}) {
				t.Errorf("%s: note %d is missing", e.name, n.Type)
			}
		}
	}
}

// TestParseOthers: files that we did not make.
func TestParseOthers(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{self, "/bin/sh"} {
		f, err := Open(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if f.Program != nil || f.Stub != nil {
			t.Errorf("%s is no SLUL program", path)
		}
	}
	if f, err := Open("/bin/sh"); err == nil && (f.Start != StartInterp || f.Needed == nil) {
		t.Errorf("/bin/sh: start %s, libraries %q", f.Start, f.Needed)
	}
}

// A "#!" line: what Script writes, and what others may write as well.
func TestScript(t *testing.T) {
	elfFile := mustBytes(t, &examples()[0].image)
	lines := map[string][]byte{}
	made, err := Script("/usr/bin/runslul", elfFile)
	if err != nil {
		t.Fatal(err)
	}
	lines["#!/usr/bin/runslul\n"] = made
	for _, line := range []string{"#! /usr/bin/runslul\n", "#!/usr/bin/runslul -x\n", "#!\t/usr/bin/runslul\t\n\n#!"} {
		lines[line] = append(append([]byte(line), make([]byte, ScriptSize)...)[:ScriptSize], elfFile...)
	}
	for line, b := range lines {
		f, err := Parse(b)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if !bytes.HasPrefix(b, []byte(line)) || f.Start != StartShebang || f.Interp != "/usr/bin/runslul" || f.Program == nil ||
			f.Offset != ScriptSize || f.Size != len(b) || !bytes.Equal(f.ELF(), elfFile) {
			t.Errorf("%q: start %s by %q at %d", line, f.Start, f.Interp, f.Offset)
		}
	}
	refused := map[string][]byte{
		"no ELF file": made[:ScriptSize], "elsewhere": append(append(bytes.Clone(made[:ScriptSize]), make([]byte, 4096)...), elfFile...),
		"no path": append(append([]byte("#! \n"), made[4:ScriptSize]...), elfFile...), "no line": append(bytes.Repeat([]byte("#!"), ScriptSize/2), elfFile...),
		"short": []byte("#!/bin/sh\n"), "only the mark": []byte("#!"),
	}
	for name, b := range refused {
		if f, err := Parse(b); err == nil || err.Error() != "a script, not an ELF file" {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	for path, want := range map[string]string{
		"runslul": "not absolute", "": "not absolute", "/a b": "a blank", "/a\tb": "a blank", "/a\n": "a blank", "/\x00": "a blank",
		"/" + strings.Repeat("x", maxScriptPath): "126 bytes long",
	} {
		if _, err := Script(path, elfFile); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, expected %q", path, err, want)
		}
	}
	if _, err := Script("/"+strings.Repeat("x", maxScriptPath-1), elfFile); err != nil {
		t.Error(err)
	}
}

func TestParseRefuses(t *testing.T) {
	good := mustBytes(t, &examples()[0].image)
	imports := mustBytes(t, &examples()[7].image)
	le := binary.LittleEndian
	cases := []struct {
		name   string
		b      []byte
		change func(b []byte)
		want   string
	}{
		{"empty", nil, nil, "an empty file"},
		{"short", good[:63], nil, "too short"},
		{"e_phoff", good, func(b []byte) { le.PutUint64(b[32:], 1<<64-56) }, "program header 0 lies outside"},
		{"e_phentsize", good, func(b []byte) { b[54] = 32 }, "e_phentsize=32"},
		{"e_shentsize", good, func(b []byte) { b[58] = 32 }, "e_shentsize=32"},
		{"e_shoff", good, func(b []byte) { b[47] = 1 }, "e_shoff="},
		{"p_filesz", good, func(b []byte) { le.PutUint64(b[64+56+32:], 1<<40) }, "truncated?"},
		{"p_memsz", good, func(b []byte) { le.PutUint64(b[64+56+40:], 1) }, "p_memsz=0x1"},
		{"p_vaddr", good, func(b []byte) { le.PutUint64(b[64+56+16:], 1<<64-16) }, "wrap around"},
		{"program note type", good, func(b []byte) { b[64+3*56+8] = 7 }, "no program note"},
		{"program note format", good, func(b []byte) { b[64+3*56+20] = 7 }, "format=7"},
		{"program note size", good, func(b []byte) { b[64+3*56+4] = 20 }, "description of 20 bytes"},
		{"stub", good, func(b []byte) { b[64+3*56+20+22] = 7 }, "stub of"},
		{"string", imports, func(b []byte) {
			at := bytes.Index(b, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0x1e}) // DT_NEEDED and its value
			if at < 0 {
				at = dynamicOffset(t, b)
			}
			b[at+10] = 1
		}, "outside DT_STRTAB"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := bytes.Clone(c.b)
			if c.change != nil {
				c.change(b)
			}
			if _, err := Parse(b); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, expected %q", err, c.want)
			}
		})
	}
}

// dynamicOffset finds PT_DYNAMIC.
func dynamicOffset(t *testing.T, b []byte) int {
	for at := 64; ; at += 56 {
		if binary.LittleEndian.Uint32(b[at:]) == 2 {
			return int(binary.LittleEndian.Uint64(b[at+8:]))
		}
	}
}

// TestDescribe: the JSON and the text of a program with everything.
func TestDescribe(t *testing.T) {
	im := examples()[0].image
	im.Notes = []Note{ServiceNote(fullServices)}
	withImports(&im)
	f, err := Parse(mustBytes(t, &im))
	if err != nil {
		t.Fatal(err)
	}
	d := f.Describe("/lib/slulrtld-x86_64.so.1")
	d.Advice = []string{"one", "another"}
	js, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, filepath.Join("testdata", "describe.json"), string(js)+"\n")
	var text strings.Builder
	if err := d.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, filepath.Join("testdata", "describe.txt"), text.String())
}

// TestDescribeHostile: a file's strings do not reach the terminal as they are.
func TestDescribeHostile(t *testing.T) {
	im := library()
	im.Soname = "x\x1b[2J\ny"
	f, err := Parse(mustBytes(t, &im))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	f.Describe("").WriteText(&text)
	if strings.Contains(text.String(), "\x1b") || !strings.Contains(text.String(), `x\x1b[2J\ny`) {
		t.Errorf("%q", text.String())
	}
}

func FuzzParse(f *testing.F) {
	for _, e := range examples() {
		f.Add(mustBytes(f, &e.image))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse(b)
		if err != nil {
			return
		}
		file.Lookup("x")
		d := file.Describe("")
		if err := d.WriteText(new(strings.Builder)); err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(d); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzParseServices(f *testing.F) {
	f.Add(ServiceNote(fullServices).Desc)
	f.Add(ServiceNote(nil).Desc)
	f.Fuzz(func(t *testing.T, desc []byte) {
		services, err := ParseServices(desc)
		if err != nil {
			return
		}
		again, err := ParseServices(ServiceNote(services).Desc)
		if err != nil || len(again) != len(services) {
			t.Fatalf("%d services, then %d: %v", len(services), len(again), err)
		}
	})
}

// BenchmarkParse reads every example.
func BenchmarkParse(b *testing.B) {
	var files [][]byte
	size := 0
	for _, e := range examples() {
		data := mustBytes(b, &e.image)
		files = append(files, data)
		size += len(data)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, data := range files {
			if _, err := Parse(data); err != nil {
				b.Fatal(err)
			}
		}
	}
}
