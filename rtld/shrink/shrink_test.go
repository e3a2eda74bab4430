package shrink

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	loader "slul/rtld"
)

// free links testdata/free with a tag that says what it does.
func free(t testing.TB, tag string) (*Result, error) {
	t.Helper()
	const rtld = "slul/rtld"
	linked, err := Build(".", "slul/rtld/shrink/testdata/free", "main.entry0", []string{"slulrtld", tag}, []string{rtld, "slul/rtld/shrink/testdata/free"})
	if err != nil {
		t.Fatal(err)
	}
	replace := standIns(rtld)
	replace[rtld+".entry0"] = "main.entry0.abi0" // trap asks where the image begins
	return Link(linked, Options{
		Entry:    "main.entry0.abi0",
		Packages: []string{"main", rtld},
		Replace:  replace,
		NoReturn: noReturn(rtld),
		Trap:     rtld + ".trap.abi0",
		Base:     rtld + ".process",
		Offset:   int(loader.BaseOffset),
		Fixed:    []string{rtld + ".fixed"},
		Size:     16 * 1024,
		MaxStack: 16 * 1024,
	})
}

// What freestanding code must not do fails the build, with the chain of calls that
// leads there and a word that names the culprit.
func TestAudit(t *testing.T) {
	tests := []struct{ tag, what, chain string }{
		{"usenew", "runtime.newobject (an allocation", "main.entry0 -> main.start -> main.make1"},
		{"useappend", "(an allocation: append)", "main.entry0 -> main.start"},
		{"usemap", "(a map)", "main.entry0 -> main.start"},
		{"usedefer", "(defer)", "main.entry0 -> main.start"},
		{"usegoroutine", "(a goroutine)", "main.entry0 -> main.start"},
		{"useconcat", "(string concatenation)", "main.entry0 -> main.start -> main.join"},
		{"useinterface", "(conversion to an interface)", "main.entry0 -> main.start"},
		{"usepanic", "main.start", "main.entry0 -> main.start"},
		{"usevariable", "the variable main.count", "main.entry0 -> main.start"},
		{"usebss", "the variable main.count, which has no place", "main.start"},
		{"usepointer", "the variable main.names", "main.entry0 -> main.start"},
		{"useswitch", "which holds an address", "main.entry0 -> main.start"},
		{"useinit", "init code", ""},
		{"userecursion", "recursion: calls", "main.even"},
		{"usestack", "the stack may get", ""},
	}
	for _, test := range tests {
		t.Run(test.tag, func(t *testing.T) {
			r, err := free(t, test.tag)
			if err == nil {
				t.Fatalf("built:\n%s", r.Map)
			}
			if msg := err.Error(); !strings.Contains(msg, test.what) || !strings.Contains(msg, test.chain) {
				t.Errorf("%v\nwant %q and %q", err, test.what, test.chain)
			}
		})
	}
}

// exitCode runs a linked program and returns its exit code and what it says on fd 2.
func exitCode(t *testing.T, r *Result) (int, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "free")
	if err := os.WriteFile(path, r.File, 0o755); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(path)
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), stderr.String()
}

// The stand-ins do what the runtime's routines do, on the built program: that is where
// they stand in.
func TestStandIns(t *testing.T) {
	r, err := free(t, "useok")
	if err != nil {
		t.Fatal(err)
	}
	if code, msg := exitCode(t, r); code != 42 || msg != "" {
		t.Errorf("exit code %d, %q", code, msg)
	}
	for _, tag := range []string{"useindex", "usedivide"} {
		r, err := free(t, tag)
		if err != nil {
			t.Fatal(err)
		}
		if code, msg := exitCode(t, r); code != 127 || !strings.HasPrefix(msg, "slulrtld: internal error at offset 0x") || strings.Count(msg, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q", tag, code, msg)
		}
	}
}

// The file is one that the usual tools take, and nothing is writable in it.
func TestFile(t *testing.T) {
	r, err := free(t, "useok")
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(r.File))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_W != 0 || p.Flags&(elf.PF_W|elf.PF_X) == elf.PF_W|elf.PF_X {
			t.Errorf("%v %v", p.Type, p.Flags)
		}
	}
	if f.Type != elf.ET_DYN || f.Entry < 64 || f.Entry >= 4096 {
		t.Errorf("%v, entry %#x", f.Type, f.Entry)
	}
	if !strings.Contains(r.Map, "main.each") || !strings.Contains(r.Map, "slul/rtld.moveBytes.abi0") {
		t.Errorf("the ledger lacks pieces:\n%s", r.Map)
	}
}

// The stack that the ledger counts for a function is no less than what its first instruction takes.
func TestFrames(t *testing.T) {
	r, err := free(t, "useok")
	if err != nil {
		t.Fatal(err)
	}
	frames := 0
	for line := range strings.Lines(r.Map) {
		var at, size, frame, deep int
		var name string
		if n, _ := fmt.Sscanf(line, "%x %d %d %d %s", &at, &size, &frame, &deep, &name); n != 5 {
			continue
		}
		// enter n, 0 (Intel SDM, volume 2): rbp is pushed, and n bytes are below it
		if b := r.File[at:]; b[0] == 0xc8 && b[3] == 0 {
			frames++
			if n := 8 + int(b[1]) + int(b[2])<<8; frame < n || deep < frame {
				t.Errorf("%s takes %d bytes of stack, the ledger says %d, and %d with all that it calls", name, n, frame, deep)
			}
		}
	}
	if frames == 0 {
		t.Errorf("no function has a frame:\n%s", r.Map)
	}
}

// Files that the Go linker does not make are refused, not believed.
func TestLinkRefuses(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"nothing": nil, "text": []byte("#!/bin/sh\n"), "half a header": own[:40]} {
		if _, err := Link(b, Options{Entry: "main.entry0"}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Link(own, Options{Entry: "main.nothing", Packages: []string{"none"}}); err == nil {
		t.Error("a file without the entry: accepted")
	}
}
