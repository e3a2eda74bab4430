package stubgen

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	. "slul/asm/amd64"
)

// These tests run stubs: a program of nothing but a header and a stub, and a loader
// of a few instructions that looks at what the stub left for it.

// tinyELF is the least file that Linux runs: one header, one R+X segment of the
// whole file, the code behind. The entry is the code's first byte.
func tinyELF(typ elf.Type, code []byte) []byte {
	const base, headers = 0x400000, 64 + 56
	vaddr := uint64(0)
	if typ == elf.ET_EXEC {
		vaddr = base
	}
	size := uint64(headers + len(code))
	var b bytes.Buffer
	header := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7F, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(typ), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Entry: vaddr + headers, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: 1,
	}
	segment := elf.Prog64{
		Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R | elf.PF_X),
		Vaddr: vaddr, Paddr: vaddr, Filesz: size, Memsz: size, Align: 0x1000,
	}
	for _, part := range []any{header, segment, code} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// handOver is a loader that checks what a stub hands over and ends with status 42:
// three arguments, R by AT_EXECFN = "/dev/fd/4", the offset of R = note + 3, and
// descriptor 3 open. The first difference ends it with another status.
func handOver(t *testing.T) []byte {
	a := New()
	fail := func(c Cond, status int64) {
		a.Op(MOVL, RDI, Imm(status))
		a.Op(Jcc(c), Label("exit"))
	}
	a.Op(CMPQ, Mem{Base: RSP}, Imm(3)) // argc
	fail(CondNE, 50)
	a.Op(LEAQ, RBX, Mem{Base: RSP, Disp: 8 + 3*8 + 8}) // the environment
	a.Label("environment")
	a.Op(ADDQ, RBX, Imm(8))
	a.Op(CMPQ, Mem{Base: RBX, Disp: -8}, Imm(0))
	a.Op(JNE, Label("environment"))
	a.Label("auxv")
	a.Op(CMPQ, Mem{Base: RBX}, Imm(0)) // AT_NULL
	fail(CondE, 51)
	a.Op(ADDQ, RBX, Imm(16))
	a.Op(CMPQ, Mem{Base: RBX, Disp: -16}, Imm(31)) // AT_EXECFN, getauxval(3)
	a.Op(JNE, Label("auxv"))
	a.Op(MOVQ, RBX, Mem{Base: RBX, Disp: -8})
	a.Op(MOVQ, RAX, Label("fd4"))
	a.Op(CMPQ, RAX, Mem{Base: RBX})
	fail(CondNE, 52)
	a.Op(CMPW, Mem{Base: RBX, Disp: 8}, Imm('4'))
	fail(CondNE, 53)

	a.Op(MOVL, RDI, Imm(4)) // lseek(4, 0, SEEK_CUR)
	a.Op(XORL, RSI, RSI)
	a.Op(MOVL, RDX, Imm(1))
	a.Op(MOVL, RAX, Imm(8))
	a.Op(SYSCALL)
	a.Op(CMPQ, RAX, Imm(0x534C5500+3))
	fail(CondNE, 54)
	a.Op(MOVL, RDI, Imm(3)) // fcntl(3, F_GETFD)
	a.Op(MOVL, RSI, Imm(1))
	a.Op(MOVL, RAX, Imm(72))
	a.Op(SYSCALL)
	a.Op(TESTL, RAX, RAX)
	fail(CondNE, 55)
	a.Op(MOVL, RDI, Imm(42))
	a.Label("exit")
	a.Op(MOVL, RAX, Imm(231))
	a.Op(SYSCALL)
	a.String("fd4", []byte("/dev/fd/"))
	code, err := a.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	return tinyELF(elf.ET_EXEC, code.Bytes)
}

// program writes a program that is only a stub.
func program(t *testing.T, file, rtld string) {
	t.Helper()
	s, err := Generate(mustLookup(t, "x86_64-linux"), rtld)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, tinyELF(elf.ET_DYN, s.Bytes), 0o755); err != nil {
		t.Fatal(err)
	}
}

// runs starts file with two arguments and gives its exit status and messages.
func runs(t *testing.T, file string) (int, string) {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the stub is for x86-64 Linux")
	}
	var messages strings.Builder
	c := exec.Command(file, "a", "b")
	c.Stderr = &messages
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), messages.String()
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"rtld", strings.Repeat("r", 200)} {
		rtld, file := filepath.Join(dir, name), filepath.Join(dir, "program")
		if err := os.WriteFile(rtld, handOver(t), 0o755); err != nil {
			t.Fatal(err)
		}
		program(t, file, rtld)
		if status, messages := runs(t, file); status != 42 || messages != "" {
			t.Errorf("loader %.20s…: status %d, messages %q", name, status, messages)
		}
	}
}

func TestRunWithoutLoader(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "program")
	notELF := filepath.Join(dir, "text")
	if err := os.WriteFile(notELF, []byte("no loader"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, rtld := range []string{filepath.Join(dir, "missing"), dir, notELF} {
		program(t, file, rtld)
		status, messages := runs(t, file)
		if want := Message(rtld); status != 127 || messages != want {
			t.Errorf("status %d, messages %q, want 127 and %q", status, messages, want)
		}
	}
}
