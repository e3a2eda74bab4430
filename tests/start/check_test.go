package start

import (
	"bytes"
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/asm/amd64"
	"slul/elfimage"
	"slul/tests/launch"
	"slul/tests/probe"
)

// Types of the auxiliary vector, getauxval(3).
const (
	atExecfd = 2
	atPhdr   = 3
	atPhent  = 4
	atPhnum  = 5
	atBase   = 7
	atEntry  = 9
	atUID    = 11
	atEUID   = 12
	atGID    = 13
	atEGID   = 14
	atSecure = 23
	atRandom = 25
	atExecfn = 31
)

// checkStart compares all that a program sees with what docs/startup.md promises of
// a start by stub, except its name and its descriptors.
func checkStart(t *testing.T, p place, d *probe.Dump, s launch.Spec, file string) {
	t.Helper()
	checkRegisters(t, d)
	checkVectors(t, d, s)
	checkAux(t, p, d, s.Dir, file)
	checkMemory(t, d)
	if got := d.Status("Threads"); got != "1" {
		t.Errorf("%s threads", got)
	}
}

func checkRegisters(t *testing.T, d *probe.Dump) {
	t.Helper()
	if d.SP%16 != 0 {
		t.Errorf("rsp is %#x, no multiple of 16", d.SP)
	}
	if d.Regs[amd64.NoReg] != 1 {
		t.Error("the direction flag is set")
	}
	for r := amd64.RAX; r <= amd64.R15; r++ {
		if r != amd64.RSP && d.Regs[r] != 0 {
			t.Errorf("general register %d is %#x, not 0", r-amd64.RAX, d.Regs[r])
		}
	}
	if d.FS != 0 || d.GS != 0 {
		t.Errorf("FS base %#x, GS base %#x", d.FS, d.GS)
	}
}

// checkVectors: arguments and environment as they were given, at one place each, the
// strings one behind the other as the kernel wrote them.
func checkVectors(t *testing.T, d *probe.Dump, s launch.Spec) {
	t.Helper()
	want := s.Args
	if len(want) == 0 {
		want = []string{""} // the kernel's answer to argc 0 since 5.18
	}
	if !slices.Equal(d.Args, want) {
		t.Errorf("argv is %.300q, want %.300q", d.Args, want)
	}
	if !slices.Equal(d.Env, s.Env) {
		t.Errorf("envp is %.300q, want %.300q", d.Env, s.Env)
	}
	addrs := slices.Concat(d.ArgAddrs, d.EnvAddrs)
	texts := slices.Concat(d.Args, d.Env)
	for i := 1; i < len(addrs); i++ {
		if addrs[i] != addrs[i-1]+uint64(len(texts[i-1]))+1 {
			t.Errorf("string %d, %.50q, has moved", i, texts[i])
			break
		}
	}
	joined := func(list []string) string { return strings.Join(append(slices.Clone(list), ""), "\x00") }
	if got, ok := d.Files["cmdline"]; ok && string(got) != joined(want) {
		t.Errorf("/proc/self/cmdline is %.300q, want %.300q", got, joined(want))
	}
	if got := d.Files["environ"]; string(got) != joined(s.Env) && len(d.Files) > 0 {
		t.Errorf("/proc/self/environ is %.300q, want %.300q", got, joined(s.Env))
	}
}

// checkAux: the program's headers and entry in its own memory, a path that leads to its
// file from its working directory, and the rest as the kernel gave it.
func checkAux(t *testing.T, p place, d *probe.Dump, dir, file string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elfimage.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	value := func(tag uint64) uint64 {
		v, ok := d.Aux(tag)
		if !ok {
			t.Errorf("the auxiliary vector does not have one entry %d", tag)
		}
		return v
	}
	header, err := elf.NewFile(bytes.NewReader(f.ELF()))
	if err != nil {
		t.Fatal(err)
	}
	if n := value(atPhnum); n != uint64(len(header.Progs)) || value(atPhent) != 56 {
		t.Errorf("AT_PHNUM %d, AT_PHENT %d", n, value(atPhent))
	}
	if table := f.ELF()[64:]; !bytes.HasPrefix(table, d.Phdrs) {
		t.Error("AT_PHDR is not the program's table")
	}
	entry := f.Entry
	if f.Program != nil {
		entry = f.Program.Entry
	}
	bias := d.Entry - entry
	want := d.Entry
	if f.Start == elfimage.StartInterp {
		want = bias + f.Entry // nobody has changed it: that is how debuggers find out where the program is
	}
	if value(atEntry) != want || bias%4096 != 0 {
		t.Errorf("AT_ENTRY %#x, entry %#x, in the file %#x", value(atEntry), d.Entry, entry)
	}
	if want := bias + firstLoad(f) + 64; value(atPhdr) != want {
		t.Errorf("AT_PHDR %#x, want %#x", value(atPhdr), want)
	}
	if _, ok := d.Aux(atExecfd); ok {
		t.Error("AT_EXECFD is there")
	}
	if !leadsTo(dir, d.ExecFn, file) {
		t.Errorf("AT_EXECFN is %q, the program is %q", d.ExecFn, file)
	}
	value(atRandom)
	checkUntouchedAux(t, d)
	checkMapping(t, d, p.rtld, value(atBase), "AT_BASE")
	checkMapping(t, d, file, d.Entry, "the entry")
}

// firstLoad is the address of what the file begins with.
func firstLoad(f *elfimage.File) uint64 {
	for _, s := range f.Segments {
		if s.Type == elf.PT_LOAD {
			return s.Vaddr
		}
	}
	return 0
}

// leadsTo says whether a path, from a directory, is that of a file.
func leadsTo(dir, path, file string) bool {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	a, err := os.Stat(path)
	if err != nil {
		return false
	}
	b, err := os.Stat(file)
	return err == nil && os.SameFile(a, b)
}

// checkUntouchedAux compares the entries that the loader has no business with to the
// kernel's own copy of the vector in /proc/self/auxv.
func checkUntouchedAux(t *testing.T, d *probe.Dump) {
	t.Helper()
	mended := []uint64{0, atExecfd, atPhdr, atPhent, atPhnum, atBase, atEntry, atExecfn}
	raw := d.Files["auxv"]
	if secure, _ := d.Aux(atSecure); secure != 0 && raw == nil {
		return // the files of a privileged process belong to root (proc(5), "dumpable")
	}
	kernels := 0
	for ; len(raw) >= 16; raw = raw[16:] {
		tag, val := word(raw), word(raw[8:])
		if slices.Contains(mended, tag) {
			continue
		}
		kernels++
		if got, ok := d.Aux(tag); !ok || got != val {
			t.Errorf("entry %d of the auxiliary vector is %#x, the kernel gave %#x", tag, got, val)
		}
	}
	if len(d.Files) > 0 && kernels < 10 {
		t.Errorf("only %d entries compared", kernels)
	}
}

func word(b []byte) (v uint64) {
	for i := range 8 {
		v |= uint64(b[i]) << (8 * i)
	}
	return v
}

// checkMapping wants addr inside a mapping of file.
func checkMapping(t *testing.T, d *probe.Dump, file string, addr uint64, what string) {
	t.Helper()
	list, err := d.Maps()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		return // no /proc
	}
	_, ino := fileID(t, file)
	for _, m := range list {
		if m.Lo <= addr && addr < m.Hi {
			if m.Ino != ino {
				t.Errorf("%s is in %+v, not in %s", what, m, file)
			}
			return
		}
	}
	t.Errorf("%s, %#x, is not mapped", what, addr)
}

// checkMemory: nothing is writable and executable, and the kernel knows which mapping is the stack.
func checkMemory(t *testing.T, d *probe.Dump) {
	t.Helper()
	list, err := d.Maps()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		if strings.Contains(m.Perm, "w") && strings.Contains(m.Perm, "x") {
			t.Errorf("writable and executable: %+v", m)
		}
		if onStack := m.Lo <= d.SP && d.SP < m.Hi; onStack != (m.Name == "[stack]") {
			t.Errorf("rsp is %#x, and there is %+v", d.SP, m)
		}
	}
}
