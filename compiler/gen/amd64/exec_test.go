package amd64

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	neutral "slul/asm"
	asm "slul/asm/amd64"
	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// exec_test.go runs compiled functions: a static program calls each of them with each of
// its inputs, and looks at what the calling convention promises on the way.

// job is a function to run. All functions of its module are compiled with it; trap
// symbols that the module lacks end in the runner.
type job struct {
	m      *ir.Module
	name   string
	inputs [][]int64
}

// outcome is what the runner saw of one call.
type outcome struct {
	rax, rdx uint64
	state    uint64
}

const (
	returned = iota
	trapped  // rax: the trap's number
	broken   // a register was not preserved, or the stack pointer
	crooked  // the stack pointer was not aligned at the trap's call
)

const (
	imageBase = 0x40_0000
	maxParams = 10
	jobSize   = 8 * (maxParams + 1)
	junk      = 4096
	arenaMark = 0x7_1111_2222
)

// linker puts pieces of code and data into one image.
type linker struct {
	image   []byte
	symbols map[string]int64 // address
	fixups  []linkFixup
}

type linkFixup struct {
	at     int64
	sym    string
	prefix string
	add    int64
}

func (l *linker) here() int64 { return imageBase + int64(len(l.image)) }

func (l *linker) align(n int) {
	for len(l.image)%n != 0 {
		l.image = append(l.image, 0xcc)
	}
}

// place puts code at the end; its symbols are looked up with prefix, then without.
func (l *linker) place(name, prefix string, code *neutral.Code) {
	l.align(16)
	l.symbols[prefix+name] = l.here()
	for _, f := range code.Fixups {
		if f.Kind != neutral.PC32 {
			panic("bug: exec_test: only PC32 is made here")
		}
		l.fixups = append(l.fixups, linkFixup{l.here() + int64(f.Off), f.Sym, prefix, f.Add})
	}
	l.image = append(l.image, code.Bytes...)
}

func (l *linker) data(name string, b []byte) {
	l.align(16)
	l.symbols[name] = l.here()
	l.image = append(l.image, b...)
}

func (l *linker) resolve(t testing.TB) {
	for _, f := range l.fixups {
		s, ok := l.symbols[f.prefix+f.sym]
		if !ok {
			s, ok = l.symbols[f.sym]
		}
		if !ok {
			t.Fatalf("no symbol %q", f.sym)
		}
		binary.LittleEndian.PutUint32(l.image[f.at-imageBase:], uint32(s+f.add-f.at))
	}
}

func sym(name string, off int64) asm.Sym { return asm.Sym{Name: name, Off: off} }

// runner is the program around the functions: for each line of the table (function,
// parameters) a line of results.
func runner(t testing.TB, results int) *neutral.Code {
	a := asm.New()
	marks := map[asm.Reg]int64{asm.RBX: 0x1111_1111_1111, asm.RBP: 0x2222_2222_2222, asm.R12: 0x3333_3333_3333,
		asm.R13: 0x4444_4444_4444, asm.R14: 0x5555_5555_5555, asm.R15: arenaMark}
	order := []asm.Reg{asm.RBX, asm.RBP, asm.R12, asm.R13, asm.R14, asm.R15}
	mem := func(base asm.Reg, disp int32) asm.Mem { return asm.Mem{Base: base, Disp: disp} }
	a.Op(asm.LEAQ, asm.RBX, sym("table", 0))
	a.Op(asm.LEAQ, asm.RBP, sym("results", 0))
	a.Label("next")
	a.Op(asm.LEAQ, asm.RAX, sym("table end", 0))
	a.Op(asm.CMPQ, asm.RBX, asm.RAX)
	a.Op(asm.JE, asm.Label("done"))
	a.Op(asm.MOVQ, sym("state", 0), asm.RSP)
	a.Op(asm.MOVQ, sym("state", 8), asm.RBX)
	a.Op(asm.MOVQ, sym("state", 16), asm.RBP)
	a.Op(asm.LEAQ, asm.RDI, mem(asm.RSP, -junk)) // what lies below the stack pointer is anything
	a.Op(asm.MOVL, asm.RCX, asm.Imm(junk))
	a.Op(asm.MOVL, asm.RAX, asm.Imm(0xa5))
	a.Op(asm.REPSTOSB)
	a.Op(asm.MOVQ, asm.R11, asm.RBX)
	for n := maxParams; n > 6; n-- {
		a.Op(asm.PUSH, mem(asm.R11, int32(8*n)))
	}
	for n, r := range []asm.Reg{asm.RDI, asm.RSI, asm.RDX, asm.RCX, asm.R8, asm.R9} {
		a.Op(asm.MOVQ, r, mem(asm.R11, int32(8+8*n)))
	}
	for _, r := range order {
		a.Op(asm.MOVQ, r, asm.Imm(marks[r]))
	}
	for _, r := range []asm.Reg{asm.RAX, asm.R10} {
		a.Op(asm.MOVQ, r, asm.Imm(-0x0123456789abcdef))
	}
	a.Op(asm.CALL, mem(asm.R11, 0))
	a.Op(asm.ADDQ, asm.RSP, asm.Imm(8*(maxParams-6)))
	a.Op(asm.MOVQ, asm.RDI, asm.RAX)
	for _, r := range order {
		a.Op(asm.MOVQ, asm.RAX, asm.Imm(marks[r]))
		a.Op(asm.CMPQ, asm.RAX, r)
		a.Op(asm.JNE, asm.Label("broken"))
	}
	a.Op(asm.CMPQ, asm.RSP, sym("state", 0))
	a.Op(asm.JNE, asm.Label("broken"))
	a.Op(asm.MOVL, asm.RSI, asm.Imm(returned))
	a.Op(asm.JMP, asm.Label("note"))
	a.Label("broken")
	a.Op(asm.MOVL, asm.RSI, asm.Imm(broken))
	a.Op(asm.JMP, asm.Label("note"))

	a.Label("trap")
	a.Op(asm.MOVL, asm.RDI, asm.RDI)
	a.Op(asm.XORL, asm.RDX, asm.RDX)
	a.Op(asm.MOVL, asm.RSI, asm.Imm(trapped))
	a.Op(asm.LEAQ, asm.RAX, mem(asm.RSP, 8))
	a.Op(asm.TESTB, asm.RAX, asm.Imm(15))
	a.Op(asm.JE, asm.Label("note"))
	a.Op(asm.MOVL, asm.RSI, asm.Imm(crooked))

	a.Label("note")
	a.Op(asm.MOVQ, asm.RSP, sym("state", 0))
	a.Op(asm.MOVQ, asm.RBX, sym("state", 8))
	a.Op(asm.MOVQ, asm.RBP, sym("state", 16))
	a.Op(asm.MOVQ, mem(asm.RBP, 0), asm.RDI)
	a.Op(asm.MOVQ, mem(asm.RBP, 8), asm.RDX)
	a.Op(asm.MOVQ, mem(asm.RBP, 16), asm.RSI)
	a.Op(asm.ADDQ, asm.RBX, asm.Imm(jobSize))
	a.Op(asm.ADDQ, asm.RBP, asm.Imm(24))
	a.Op(asm.JMP, asm.Label("next"))

	a.Label("done")
	a.Op(asm.MOVL, asm.RDI, asm.Imm(1))
	a.Op(asm.LEAQ, asm.RSI, sym("results", 0))
	a.Op(asm.MOVL, asm.RDX, asm.Imm(24*results))
	a.Label("write")
	a.Op(asm.MOVL, asm.RAX, asm.Imm(1))
	a.Op(asm.SYSCALL)
	a.Op(asm.ADDQ, asm.RSI, asm.RAX)
	a.Op(asm.SUBQ, asm.RDX, asm.RAX)
	a.Op(asm.JNE, asm.Label("write"))
	a.Op(asm.XORL, asm.RDI, asm.RDI)
	a.Op(asm.MOVL, asm.RAX, asm.Imm(231))
	a.Op(asm.SYSCALL)
	code, err := a.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// execute compiles and runs jobs. The error says that the program did not end well.
func execute(t testing.TB, cpu *mach.CPU, jobs []job) ([]outcome, error) {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("runs x86-64 code under Linux")
	}
	l := &linker{image: make([]byte, 64+56), symbols: map[string]int64{}}
	calls := 0
	for _, j := range jobs {
		calls += len(j.inputs)
	}
	driver := runner(t, calls)
	l.place("start", "", driver)
	l.symbols["trap.random"] = l.symbols["start"] + int64(driver.Labels["trap"])
	var table []byte
	placed := map[*ir.Module]string{}
	for n, j := range jobs {
		prefix, done := placed[j.m]
		if !done {
			prefix = fmt.Sprint(n, ".")
			placed[j.m] = prefix
			for _, d := range j.m.Data {
				l.data(prefix+d.Name, d.Bytes)
			}
			for _, f := range j.m.Funcs {
				code, err := compile(f, cpu, nil)
				if err != nil {
					t.Fatalf("%v\n%v", err, f)
				}
				l.place(f.Name, prefix, code)
			}
		}
		f := j.m.FindFunc(j.name)
		for _, in := range j.inputs {
			line := make([]byte, jobSize)
			binary.LittleEndian.PutUint64(line, uint64(l.symbols[prefix+j.name]))
			for k, p := range f.Params {
				x := uint64(in[k])
				if p.Type == ir.W {
					x = uint64(uint32(x)) | 0xdead_beef<<32 // undefined by the convention
				}
				binary.LittleEndian.PutUint64(line[8+8*k:], x)
			}
			table = append(table, line...)
		}
	}
	l.data("table", table)
	l.symbols["table end"] = l.here()
	l.data("state", make([]byte, 24))
	l.data("results", nil)
	l.resolve(t)
	out, err := runImage(t, l.image, l.symbols["start"], 24*calls)
	if err != nil {
		return nil, err
	}
	if len(out) != 24*calls {
		return nil, fmt.Errorf("%d bytes of results, want %d", len(out), 24*calls)
	}
	word := binary.LittleEndian.Uint64
	var outcomes []outcome
	for ; len(out) > 0; out = out[24:] {
		outcomes = append(outcomes, outcome{word(out), word(out[8:]), word(out[16:])})
	}
	return outcomes, nil
}

// runImage writes a static ELF file with one segment and runs it.
func runImage(t testing.TB, image []byte, entry int64, extra int) ([]byte, error) {
	le := binary.LittleEndian
	copy(image, "\x7fELF\x02\x01\x01")
	le.PutUint16(image[16:], 2)  // ET_EXEC
	le.PutUint16(image[18:], 62) // EM_X86_64
	le.PutUint32(image[20:], 1)
	le.PutUint64(image[24:], uint64(entry))
	le.PutUint64(image[32:], 64)
	le.PutUint16(image[52:], 64)
	le.PutUint16(image[54:], 56)
	le.PutUint16(image[56:], 1)
	le.PutUint32(image[64:], 1) // PT_LOAD
	le.PutUint32(image[68:], 7)
	le.PutUint64(image[64+16:], imageBase)
	le.PutUint64(image[64+24:], imageBase)
	le.PutUint64(image[64+32:], uint64(len(image)))
	le.PutUint64(image[64+40:], uint64(len(image)+extra+64))
	le.PutUint64(image[64+48:], 4096)
	path := filepath.Join(t.TempDir(), "run")
	if err := os.WriteFile(path, image, 0o755); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return exec.CommandContext(ctx, path).Output()
}
