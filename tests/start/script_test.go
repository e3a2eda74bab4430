package start

// Programs behind a "#!" line (--start=shebang): what the loader takes for one, and when.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/tiny"
)

// A program that has everything: libraries from beside it, relocations, .bss.
func TestScriptProgram(t *testing.T) {
	p := newPlace(t)
	p.numbered(t, "lib", 5)
	raw, err := os.ReadFile(p.needing(t, "needing", "$ORIGIN/lib", 0o755))
	if err != nil {
		t.Fatal(err)
	}
	script, err := elfimage.Script(p.rtld, raw)
	if err != nil {
		t.Fatal(err)
	}
	prog := p.write(t, "prog", script, 0o755)
	for _, args := range [][]string{{prog}, {p.rtld, prog}, {p.rtld, "--library-path", "/", prog}} {
		if r := launch.Run(t, launch.Spec{Path: args[0], Args: args}); r.Exit != 5 || len(r.Stderr) > 0 {
			t.Errorf("%q: %s", args, describe(r))
		}
	}
	r := launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", "--list", prog}})
	if r.Exit != 0 || !strings.Contains(string(r.Stdout), p.dir+"/lib/libmark.so") {
		t.Errorf("--list: %s", describe(r))
	}
	im := tiny.Relocated("all is well\n", 5)
	im.Strip = true
	file, err := tiny.BuildStart(im, elfimage.StartShebang, p.rtld)
	if err != nil {
		t.Fatal(err)
	}
	r = launch.Run(t, launch.Spec{Path: p.write(t, "relocated", file, 0o755), Args: []string{"x"}})
	if r.Exit != 5 || string(r.Stdout) != "all is well\n" || len(r.Stderr) > 0 {
		t.Error(describe(r))
	}
}

// The ELF file lies at 4096 and nowhere else, and its numbers count from there.
func TestScriptDamaged(t *testing.T) {
	p := newPlace(t)
	good, err := tiny.BuildStart(tiny.Image(tiny.Exit(5)), elfimage.StartShebang, p.rtld)
	if err != nil {
		t.Fatal(err)
	}
	const at = elfimage.ScriptSize
	elf := good[at:]
	put := func(off int, v uint64) []byte {
		b := bytes.Clone(good)
		binary.LittleEndian.PutUint64(b[off:], v)
		return b
	}
	page := make([]byte, at)
	twice, err := elfimage.Script(p.rtld, good)
	if err != nil {
		t.Fatal(err)
	}
	load := at + elfimage.EhdrSize + elfimage.PhdrSize // the second program header is a PT_LOAD
	tests := []struct {
		name string
		file []byte
		word string
	}{
		{"a script", []byte("#!/bin/sh\necho hello\n"), "too short"},
		{"a long script", append([]byte("#!/bin/sh\n"), bytes.Repeat([]byte("echo hello\n"), 1000)...), "not an ELF file"},
		{"only the page", good[:at], "not an ELF file"},
		{"the page and a bit", good[:at+63], "file too short"},
		{"a page later", append(append(bytes.Clone(good[:at]), page...), elf...), "not an ELF file"},
		{"a byte early", append(bytes.Clone(good[:at-1]), elf...), "not an ELF file"},
		{"in the line", append([]byte("#!"), elf...), "not an ELF file"},
		{"twice", twice, "not an ELF file"},
		{"cut in the headers", good[:at+200], "program headers"},
		{"cut in the code", good[:at+len(elf)/4], "outside the file"},
		{"e_phoff that wraps", put(at+32, 1<<64-at), "program headers"},
		{"e_phoff behind the end", put(at+32, uint64(len(elf)+8)&^7), "e_phoff"},
		{"e_phoff as if from 0", put(at+32, at+64), "e_phoff"},
		{"p_offset that wraps", put(load+8, 1<<64-at), "outside the file"},
		{"p_offset behind the end", put(load+8, uint64(len(elf)+4095)&^4095), "outside the file"},
		{"p_filesz behind the end", put(load+32, uint64(len(elf)+1)), "p_filesz"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			prog := p.write(t, "prog", test.file, 0o755)
			refused(t, launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", prog}}), 127, "slulrtld: "+prog+": ", test.word)
		})
	}
}

// Only who names the program to the loader may name such a one: not a stub, not binfmt_misc, not
// a library's name or PT_INTERP, and nobody in secure mode.
func TestScriptElsewhere(t *testing.T) {
	p := newPlace(t)
	decoy := p.started(t, "decoy", tiny.Print(decoyText, 0), elfimage.StartShebang)
	if r := launch.Run(t, launch.Spec{Path: decoy, Args: []string{"x"}}); r.Exit != 0 || string(r.Stdout) != decoyText {
		t.Fatal(describe(r))
	}
	t.Run("stub", func(t *testing.T) {
		stub := p.tool(t, "stub", fmt.Sprintf(`
static int program(long argc, char **argv, char **envp, word *auxv) {
    long p = SYS(OPEN, argv[1], 0), r = SYS(OPEN, argv[2], 0);
    sys(8, r, %#x + p, 0, 0, 0, 0);
    return -sys(322, r, (word)"", (word)(argv + 1), (word)envp, 0x1000, 0);
}`, note))
		plain := p.program(t, "plain", tiny.Exit(5))
		if r := launch.Run(t, launch.Spec{Path: stub, Args: []string{"stub", plain, p.rtld}}); r.Exit != 5 {
			t.Fatalf("it is no stub: %s", describe(r))
		}
		refused(t, launch.Run(t, launch.Spec{Path: stub, Args: []string{"stub", decoy, p.rtld}}), 127, "not an ELF file")
	})
	t.Run("binfmt_misc", func(t *testing.T) {
		raw, err := os.ReadFile(decoy)
		if err != nil {
			t.Fatal(err)
		}
		s := launch.Spec{Path: p.write(t, "decoy.slulb", raw, 0o755), Args: []string{"x"}}
		byExtension(t, p, &s)
		refused(t, launch.Run(t, s), 127, "not an ELF file")
	})
	t.Run("library", func(t *testing.T) {
		p.numbered(t, "script", 5)
		raw, err := os.ReadFile(filepath.Join(p.dir, "script/libmark.so"))
		if err != nil {
			t.Fatal(err)
		}
		script, err := elfimage.Script(p.rtld, raw)
		if err != nil {
			t.Fatal(err)
		}
		p.write(t, "script/libmark.so", script, 0o755)
		prog := p.needing(t, "prog", "$ORIGIN/script", 0o755)
		refused(t, launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", prog}}), 127, "libraries not found: libmark.so")
	})
	t.Run("PT_INTERP", func(t *testing.T) {
		prog := p.write(t, "foreign", tiny.Interp{Path: decoy, Table: true}.Bytes(tiny.Exit(1)), 0o755)
		refused(t, launch.Run(t, launch.Spec{Path: p.rtld, Args: []string{"rtld", prog}}), 127, decoy+": not an ELF file")
	})
	t.Run("secure mode", func(t *testing.T) {
		need.SetID(t, p.dir)
		parent := p.tool(t, "parent", `
static int program(long argc, char **argv, char **envp, word *auxv) { return -SYS(EXECVE, argv[1], argv + 1, envp); }`)
		if err := os.Chmod(parent, setUID); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{decoy}, {p.rtld, decoy}} {
			r := launch.Run(t, launch.Spec{Path: parent, Args: append([]string{"parent"}, args...), User: nobody})
			refused(t, r, 126, "not permitted in secure mode")
		}
	})
	t.Run("set-user-ID", func(t *testing.T) { // the kernel gives no rights to scripts
		need.SetID(t, p.dir)
		raw, err := os.ReadFile(p.setID(t, 0, 0, 0o755))
		if err != nil {
			t.Fatal(err)
		}
		script, err := elfimage.Script(p.rtld, raw)
		if err != nil {
			t.Fatal(err)
		}
		prog := p.write(t, "ids", script, setUID)
		d := run(t, launch.Spec{Path: prog, Args: []string{"x"}, User: nobody, Env: []string{"LD_PRELOAD=x"}})
		euid, _ := d.Aux(atEUID)
		secure, _ := d.Aux(atSecure)
		if euid != nobody || secure != 0 || len(d.Env) != 1 {
			t.Errorf("effective user id %d, AT_SECURE %d, env %q", euid, secure, d.Env)
		}
	})
}
