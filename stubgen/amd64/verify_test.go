package amd64

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	. "slul/asm/amd64"
)

const testPath = "/lib/slulrtld-x86_64.so.1"

func goodStub(t testing.TB) []byte {
	t.Helper()
	c, err := Stub(testPath)
	if err != nil {
		t.Fatal(err)
	}
	return c.Bytes
}

func TestGood(t *testing.T) {
	rtld, items, err := Verify(goodStub(t))
	if err != nil || rtld != testPath {
		t.Fatalf("path %q, error %v", rtld, err)
	}
	size := 0
	for _, i := range items {
		size += i.Size
	}
	if size != len(goodStub(t)) {
		t.Errorf("items cover %d bytes", size)
	}
}

// TestInserted puts one instruction in front of a good stub. The good part does not
// depend on what ran before, so only the instruction can be what is refused.
func TestInserted(t *testing.T) {
	good := goodStub(t)
	for _, c := range []struct{ name, hex, want string }{
		{"nothing", "", ""},
		{"a register's constant", "b805000000", ""},
		{"store", "890424", "may write memory"},
		{"store to the stub", "c705000000000100 0000", "may write memory"},
		{"store of a byte", "880424", "may write memory"},
		{"add to memory", "83042401", "may write memory"},
		{"inc of memory", "ff0424", "may write memory"},
		{"not of memory", "f61424", "may write memory"},
		{"setcc to memory", "0f940424", "may write memory"},
		{"pop to memory", "8f0424", "may write memory"},
		{"push", "50", "uses the stack"},
		{"push of a constant", "6a01", "uses the stack"},
		{"pushf", "9c", "not an instruction that a stub may have"},
		{"argc popped twice", "58", "pop rax: not a form"},
		{"pop to rsp", "5c", "pop rsp: not a form"},
		{"pop to a segment", "0fa1", "pop fs: not a form"},
		{"pop of 16 bits", "6658", "a prefix"},
		{"argc read, then popped", "8b0424", ""},
		{"call", "e800000000", "uses the stack"},
		{"call of a register", "ffd0", "uses the stack"},
		{"ret", "c3", "uses the stack"},
		{"enter", "c8100000", "uses the stack"},
		{"leave", "c9", "uses the stack"},
		{"int 0x80", "cd80", "not an instruction"},
		{"rep stosb", "f3aa", "a prefix"},
		{"stosb", "aa", "may write memory"},
		{"movsb", "a4", "may write memory"},
		{"lodsb", "ac", "not an instruction"},
		{"xchg with memory", "870424", "may write memory"},
		{"lock add", "f083042401", "a prefix"},
		{"lock cmpxchg", "f00fb10c24", "a prefix"},
		{"cmpxchg", "0fb10c24", "may write memory"},
		{"xadd", "0fc10424", "may write memory"},
		{"fxsave", "0fae0424", "may write memory"},
		{"movaps store", "0f290424", "may write memory"},
		{"fst", "d91424", "may write memory"},
		{"clflush", "0fae3c24", "may write memory"},
		{"absolute address", "8b042500100000", "an absolute address"},
		{"lea of an absolute address", "8d042500100000", "an absolute address"},
		{"absolute address of 64 bits", "48a10010000000000000", "an absolute address"},
		{"fs segment", "648b0424", "a prefix"},
		{"read elsewhere", "8b03", "not a form"},
		{"read of argv", "488b442408", "not a form"},
		{"read below the stack", "8b4424f8", "not a form"},
		{"jump", "eb00", "leaves the straight line"},
		{"jump into the middle", "eb01", "leaves the straight line"},
		{"conditional jump", "7400", "leaves the straight line"},
		{"loop", "e200", "leaves the straight line"},
		{"jump by register", "ffe0", "leaves the straight line"},
		{"undecodable", "06", "no instruction"},
		{"undecodable of two bytes", "0f04", "no instruction"},
		{"ud0", "0fff31", "not an instruction"},
		{"hlt", "f4", "not an instruction"},
		{"nop", "90", "not an instruction"},
		{"cpuid", "0fa2", "not an instruction"},
		{"rdtsc", "0f31", "not an instruction"},
		{"wrmsr", "0f30", "not an instruction"},
		{"stack pointer moved", "4889c4", "not a form"},
		{"stack pointer exchanged", "4894", "not a form"},
		{"stack pointer by lea", "488d642408", "not a form"},
		{"stack pointer counted", "48ffc4", "not a form"},
		{"xor of two registers", "31d8", "not a form"},
		{"mov of 16 bits", "6689c3", "a prefix"},
		{"mov of 8 bits", "88c3", "not a form"},
		{"mov to a segment", "8ed8", "not a form"},
		{"mov to a control register", "0f22d8", "not a form"},
		{"address size", "678d0424", "a prefix"},
		{"repeated prefix", "66 66 89 c3", "a prefix"},
		{"system call of unknown number", "0f05", "the number of the system call is not known"},
		{"getpid", "b8270000000f05", "system call 39 where open of the program (2) is due"},
		{"exit_group at once", "31ffb8e70000000f05", "system call 231 where open"},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.hex, " ", ""))
		if err != nil {
			t.Fatal(c.name, err)
		}
		_, _, err = Verify(append(b, good...))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "offset 0x")):
			t.Errorf("%s: error %v, want %q in it", c.name, err, c.want)
		}
	}
}

// TestREXBeforePrefix: the CPU ignores a REX that is not the last prefix, and a
// decoder that does not would see another instruction.
func TestREXBeforePrefix(t *testing.T) {
	good := goodStub(t)
	for _, h := range []string{"486689c3", "48f389c3", "4866f30fb8c3", "4840c7c001000000", "404889c3"} {
		b, _ := hex.DecodeString(h)
		if _, _, err := Verify(append(b, good...)); err == nil {
			t.Errorf("%s was passed", h)
		}
	}
}

// TestChanged changes a good stub in one place.
func TestChanged(t *testing.T) {
	good := goodStub(t)
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"another program", "/proc/self/exe", "/proc/self/mem", `it opens "/proc/self/mem"`},
		{"no end of the strings", "so.1\x00", "so.1x", "a string without an end"},
		{"another message", "no /", "No /", "the message was"},
		{"trailing garbage", "so.1\x00", "so.1\x00x", "offset 0x9f: bytes that are neither"},
		{"a gap between strings", "exe\x00", "exe\x00\x00", ""},
		{"O_RDWR", "\x31\xf6\x8d\x6e\x02", "\xbe\x02\x00\x00\x00\xbd\x02\x00\x00\x00", "rsi is not shown to be O_RDONLY"},
		{"write to fd 1", "\x89\xef\xff\xcd", "\xff\xcd\x89\xef", "write: rdi is not shown to be 2"},
		{"exit status 126", "\x8d\x7a\x70", "\x8d\x7a\x6f", "system call 230 where write"},
		{"exit with another status", "\x8d\x7a\x70\x8d\x47\x68", "\x8d\x7a\x6f\x8d\x47\x69", "exit_group: rdi is not shown to be 127"},
		{"pread for lseek", "\x8d\x45\x06", "\x8d\x45\x0f", "system call 17 where lseek (8) is due"},
		{"another offset", "\x00\x55\x4c\x53", "\x01\x55\x4c\x53", "rsi is not shown to be 0x534c5500"},
		{"argv off by one", "\x58\x48\x89\xe2", "\x48\x89\xe2\x58", "execveat: rdx is not shown to be argv"},
		{"argc as argv", "\x58\x48\x89\xe2", "\x5a\x48\x89\xd0", "execveat: rdx is not shown to be argv"},
		{"half of argv", "\x58\x48\x89\xe2", "\x93\x58\x89\xe2", "execveat: rdx is not shown to be argv"},
		{"envp off by one", "\x4c\x8d\x54\xc2\x08", "\x4c\x8d\x54\xc2\x00", "execveat: r10 is not shown to be envp"},
		{"envp with another scale", "\x4c\x8d\x54\xc2\x08", "\x4c\x8d\x54\x82\x08", "execveat: r10 is not shown to be envp"},
		{"other flags", "\x41\xb8\x00\x10", "\x41\xb8\x00\x11", "execveat: r8 is not shown to be AT_EMPTY_PATH"},
		{"flags of an unknown value", "\x41\xb8\x00\x10\x00\x00", "\x45\x89\xd8\x45\x89\xd8", "execveat: r8 is not shown"},
		{"execve for execveat", "\xb8\x42\x01\x00\x00", "\xb8\x3b\x00\x00\x00", "system call 59 where execveat (322) is due"},
		{"a path for execveat", "\x48\x8d\x35\x62", "\x48\x8d\x35\x61", `the path is "1" and not empty`},
		{"a number after a call", "\xb8\x42\x01\x00\x00", "\xff\xc0\xff\xc0\x90", "not an instruction"},
		{"a message too long", "\x8d\x55\x1a", "\x8d\x55\x7f", "it writes what is not in the stub"},
		{"a message too short", "\x8d\x55\x1a", "\x8d\x55\x19", "the message was"},
		{"no newline", "install\n", "install\v", "the message was"},
	} {
		b := bytes.Replace(good, []byte(c.old), []byte(c.new), 1)
		if c.name != "nothing" && bytes.Equal(b, good) {
			t.Errorf("%s: nothing was changed", c.name)
		}
		_, _, err := Verify(b)
		switch {
		case c.name == "nothing" && err != nil:
			t.Error(err)
		case c.name != "nothing" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %q in it", c.name, err, c.want)
		}
	}
}

// TestCut cuts a good stub at every length: each part is refused.
func TestCut(t *testing.T) {
	good := goodStub(t)
	for n := range good {
		if _, _, err := Verify(good[:n]); err == nil {
			t.Errorf("the first %d bytes were passed", n)
		}
	}
}

// TestWritten builds stubs by hand that go another way about the same task.
func TestWritten(t *testing.T) {
	// open both files; from here on rbx = P, rdi = R
	open := func(a *Asm) {
		a.Op(LEAQ, RDI, Label("exe"))
		a.Op(XORL, RSI, RSI)
		a.Op(MOVL, RAX, Imm(2))
		a.Op(SYSCALL)
		a.Op(MOVQ, RBX, RAX)
		a.Op(LEAQ, RDI, Label("rtld"))
		a.Op(MOVL, RAX, Imm(2))
		a.Op(SYSCALL)
		a.Op(MOVQ, RDI, RAX)
	}
	seek := func(a *Asm) {
		a.Op(LEAQ, RSI, Mem{Base: RBX, Disp: 0x534C5500})
		a.Op(XORL, RDX, RDX)
		a.Op(MOVL, RAX, Imm(8))
		a.Op(SYSCALL)
	}
	seekEnd := func(a *Asm) {
		a.Op(LEAQ, RSI, Mem{Base: RBX, Disp: 0x534C5500})
		a.Op(MOVL, RDX, Imm(2))
		a.Op(MOVL, RAX, Imm(8))
		a.Op(SYSCALL)
	}
	exec := func(a *Asm) {
		a.Op(LEAQ, RDX, Mem{Base: RSP, Disp: 8})
		a.Op(MOVQ, RCX, Mem{Base: RSP})
		a.Op(LEAQ, R10, Mem{Base: RSP, Index: RCX, Scale: 8, Disp: 16})
		a.Op(LEAQ, RSI, Label("empty"))
		a.Op(MOVL, R8, Imm(0x1000))
		a.Op(MOVL, RAX, Imm(322))
		a.Op(SYSCALL)
	}
	write := func(a *Asm) {
		a.Op(MOVL, RDI, Imm(2))
		a.Op(LEAQ, RSI, Label("text"))
		a.Op(MOVL, RDX, Imm(int64(len(Message("/r")))))
		a.Op(MOVL, RAX, Imm(1))
		a.Op(SYSCALL)
	}
	exit := func(a *Asm) {
		a.Op(MOVL, RDI, Imm(127))
		a.Op(MOVL, RAX, Imm(231))
		a.Op(SYSCALL)
	}
	strs := func(a *Asm) {
		a.String("exe", []byte("/proc/self/exe\x00"))
		a.String("rtld", []byte("/r"))
		a.String("empty", []byte("\x00"))
		a.String("text", []byte(Message("/r")))
	}
	op := func(op Op, args ...Arg) func(*Asm) { return func(a *Asm) { a.Op(op, args...) } }
	for _, c := range []struct {
		name  string
		parts []func(*Asm)
		want  string
	}{
		{"all right", []func(*Asm){open, seek, exec, write, exit, strs}, ""},
		{"without an exit", []func(*Asm){open, seek, exec, write, strs}, "no instruction"},
		{"SEEK_END", []func(*Asm){open, seekEnd, exec, write, exit, strs}, "rdx is not shown to be SEEK_SET"},
		{"without a message", []func(*Asm){open, seek, exec, exit, strs}, "system call 231 where write (1) is due"},
		{"a message twice", []func(*Asm){open, seek, exec, write, write, exit, strs}, "the message was"},
		{"without execveat", []func(*Asm){open, seek, write, exit, strs}, "system call 1 where execveat (322) is due"},
		{"without lseek", []func(*Asm){open, exec, write, exit, strs}, "system call 322 where lseek (8) is due"},
		{"lseek twice", []func(*Asm){open, seek, seek, exec, write, exit, strs}, "system call 8 where execveat (322) is due"},
		{"opened thrice", []func(*Asm){open, open, seek, exec, write, exit, strs}, "system call 2 where lseek (8) is due"},
		{"code behind the exit", []func(*Asm){open, seek, exec, write, exit, op(UD2), strs}, "neither an instruction nor a string"},
		{"a string of nobody", []func(*Asm){open, seek, exec, write, exit, strs, func(a *Asm) { a.String("x", []byte("x")) }}, "neither an instruction nor a string"},
		{"P and R exchanged", []func(*Asm){open, op(XCHGQ, RBX, RDI), seek, exec, write, exit, strs}, "rdi is not shown to be the loader's fd"},
		{"argc read once rsp has moved", []func(*Asm){open, seek, op(POP, RCX), exec, write, exit, strs}, "mov rcx, qword ptr [rsp]: not a form"},
		{"P cut, then summed in 64 bits", []func(*Asm){open, op(MOVL, RBX, RBX), seek, exec, write, exit, strs}, "rsi is not shown to be 0x534c5500"},
		{"R from nowhere", []func(*Asm){open, op(MOVL, RDI, R12), seek, exec, write, exit, strs}, "rdi is not shown to be the loader's fd"},
		{"a number from nowhere", []func(*Asm){open, seek, op(MOVL, RAX, R13), op(SYSCALL), strs}, "the number of the system call is not known"},
		{"a register that a system call destroys", []func(*Asm){op(MOVL, RCX, Imm(2)), open, op(MOVL, RAX, RCX), op(SYSCALL), strs}, "the number of the system call is not known"},
		{"a shift of a path", []func(*Asm){open, seek, op(LEAL, RBP, Mem{Base: RSP, Disp: 8}), exec, write, exit, strs}, ""},
	} {
		a := New()
		for _, part := range c.parts {
			part(a)
		}
		code, err := a.Assemble()
		if err != nil {
			t.Fatal(c.name, err)
		}
		_, _, err = Verify(code.Bytes)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q in it", c.name, err, c.want)
		}
	}
}

// TestState is the arithmetic that the proof stands on.
func TestState(t *testing.T) {
	p := value{kind: result, call: 1}
	argv := value{kind: onStack, n: 8}
	argc := value{kind: argumentCount}
	for _, c := range []struct {
		name      string
		got, want value
	}{
		{"constant + constant", number(5).add(-7), number(-2)},
		{"cut", number(-2).is32(), number(0xFFFFFFFE)},
		{"cut of an address", argv.is32(), value{}},
		{"cut of argc", argc.is32(), argc},
		{"32-bit sum", number(0xFFFFFFFF).add32(1), number(0)},
		{"result + n", p.add(5), value{kind: result, call: 1, n: 5}},
		{"cut result + n in 32 bits", p.is32().add32(5), value{kind: result, call: 1, n: 5, low: true}},
		{"cut result + n in 64 bits", p.is32().add(5), value{}},
		{"cut result + 0", p.is32().add(0), p.is32()},
		{"argv + 8 argc", argv.plus(argc, 8), value{kind: onStack, n: 8, argcs: 1}},
		{"argv + 4 argc", argv.plus(argc, 4), value{}},
		{"argc + argv", argc.plus(argv, 1), value{}},
		{"constant + argv", number(3).plus(argv, 1), value{kind: onStack, n: 11}},
		{"argv + 2 constant", argv.plus(number(4), 2), value{kind: onStack, n: 16}},
		{"unknown + 1", value{}.add(1), value{}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, c.got, c.want)
		}
	}
}
