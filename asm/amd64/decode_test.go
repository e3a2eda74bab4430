package amd64

import (
	"debug/elf"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// elfSections reads all sections of a file.
func elfSections(t testing.TB, name string) map[string][]byte {
	t.Helper()
	f, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m := make(map[string][]byte)
	for _, s := range f.Sections {
		if s.Type == elf.SHT_PROGBITS {
			if m[s.Name], err = s.Data(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		hex   string
		text  string
		flow  Flow
		off   int // of the PC-relative field
		size  int
		value int64
	}{
		{"e8fbffffff", "call .+0", FlowCall, 1, 4, -5},
		{"ebfe", "jmp .+0", FlowJump, 1, 1, -2},
		{"e900010000", "jmp .+0x105", FlowJump, 1, 4, 256},
		{"0f84f0ffffff", "je .-0xa", FlowCond, 2, 4, -16},
		{"e3fe", "jrcxz .+0", FlowCond, 1, 1, -2},
		{"ff15f8ffffff", "call qword ptr [rip-8]", FlowCall, 2, 4, -8},
		{"ffe0", "jmp rax", FlowJump, 0, 0, 0},
		{"c3", "ret", FlowReturn, 0, 0, 0},
		{"0f05", "syscall", FlowSystem, 0, 0, 0},
		{"cd80", "int 0x80", FlowSystem, 0, 0, 0},
		{"cc", "int3", FlowTrap, 0, 0, 0},
		{"0f0b", "ud2", FlowTrap, 0, 0, 0},
		{"f4", "hlt", FlowTrap, 0, 0, 0},
		{"488d05f9ffffff", "lea rax, [rip-7]", FlowNext, 3, 4, -7},
		{"c705f0ffffff01000000", "mov dword ptr [rip-0x10], 1", FlowNext, 2, 4, -16},
		{"64488b042528000000", "mov rax, qword ptr fs:[0x28]", FlowNext, 0, 0, 0},
		{"48a18877665544332211", "mov rax, qword ptr [0x1122334455667788]", FlowNext, 0, 0, 0},
		{"f00fb10f", "lock cmpxchg dword ptr [rdi], ecx", FlowNext, 0, 0, 0},
		{"f348ab", "rep stosq", FlowNext, 0, 0, 0},
		{"f2ae", "repne scasb", FlowNext, 0, 0, 0},
		{"88e0", "mov al, ah", FlowNext, 0, 0, 0},
		{"66480f6ec8", "movq xmm1, rax", FlowNext, 0, 0, 0},
		{"f20f5805fcffffff", "addsd xmm0, qword ptr [rip-4]", FlowNext, 4, 4, -4},
		{"0f28c1", "movaps xmm0, xmm1", FlowNext, 0, 0, 0},
		{"440f11bc2480000000", "movups xmmword ptr [rsp+0x80], xmm15", FlowNext, 0, 0, 0},
		{"450f57ff", "xorps xmm15, xmm15", FlowNext, 0, 0, 0},
		{"0f1f440000", "nop dword ptr [rax+rax*1]", FlowNext, 0, 0, 0},
	} {
		b, err := hex.DecodeString(c.hex)
		if err != nil {
			t.Fatal(err)
		}
		i, err := Decode(append(b, 0x90, 0x90)) // what follows is not looked at
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if i.Text() != c.text || i.Size != len(b) || i.Flow != c.flow ||
			i.PCRelOff != c.off || i.PCRelSize != c.size || i.PCRel != c.value {
			t.Errorf("%s: %q, %+v", c.text, i.Text(), i)
		}
	}
}

func TestDecodeOperands(t *testing.T) {
	i, err := Decode([]byte{0x4F, 0x89, 0x8C, 0xA5, 0x2C, 0x01, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	want := Mem{Base: R13, Index: R12, Scale: 4, Disp: 300}
	if i.N != 2 || i.Args[0].Kind != KindMem || i.Args[0].Mem != want || i.Args[0].Width != 8 ||
		i.Args[1].Kind != KindReg || i.Args[1].Reg != R9 || i.Args[1].Width != 8 {
		t.Errorf("%+v", i.Args)
	}
}

func TestPrefixes(t *testing.T) {
	for _, c := range []struct {
		hex  string
		want Prefix
	}{
		{"4889c3", 0}, {"f04801 03", PrefixLock}, {"6689c3", PrefixData}, {"678b03", PrefixAddr},
		{"2e89c3", PrefixSeg}, {"3e89c3", PrefixSeg}, {"658b03", PrefixSeg}, {"f2a4", PrefixRepNE}, {"f3a4", PrefixRep},
		{"660f6ec8", PrefixData}, {"f30f10c1", PrefixRep}, {"2e66f389c3", PrefixSeg | PrefixData | PrefixRep},
		{"c5f858c1", PrefixVEX}, {"c4e17858c1", PrefixVEX},
	} {
		b, _ := hex.DecodeString(strings.ReplaceAll(c.hex, " ", ""))
		i, err := Decode(b)
		if err != nil {
			t.Errorf("%s: %v", c.hex, err)
		} else if i.Prefix != c.want {
			t.Errorf("%s (%s): prefixes %b, want %b", c.hex, i.Text(), i.Prefix, c.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, c := range []struct{ hex, want string }{
		{"", "no instruction"}, {"e80000", "no instruction"}, {"48", "no instruction"},
		{"0fff", "no instruction"}, {"06", "no instruction"}, {"f0", ""}, {"666666666666666666666666666666ff", ""},
	} {
		b, _ := hex.DecodeString(c.hex)
		if i, err := Decode(b); err == nil {
			t.Errorf("%s: decoded as %s", c.hex, i.Text())
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.hex, err)
		}
	}
	if _, err := DecodeAll([]byte{0x90, 0xC3, 0x06}); err == nil || !strings.HasPrefix(err.Error(), "offset 0x2: ") {
		t.Errorf("DecodeAll: %v", err)
	}
}

// TestOwnText decodes the code of this test's own program, which the Go compiler
// made: a loader is made of the same kind. Functions are found by the symbol table.
func TestOwnText(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(exe)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := f.Section(".text")
	code, err := text.Data()
	if err != nil {
		t.Fatal(err)
	}
	syms, err := f.Symbols()
	if err != nil {
		t.Skip("the test's program has no symbols:", err)
	}
	functions, bytes := 0, 0
	for _, s := range syms {
		off := s.Value - text.Addr
		if elf.ST_TYPE(s.Info) != elf.STT_FUNC || s.Size == 0 || s.Value < text.Addr || off+s.Size > uint64(len(code)) {
			continue
		}
		if !strings.HasPrefix(s.Name, "slul/") && !strings.HasPrefix(s.Name, "strconv.") && !strings.HasPrefix(s.Name, "fmt.") {
			continue
		}
		functions++
		bytes += int(s.Size)
		if _, err := DecodeAll(code[off : off+s.Size]); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	if functions < 100 {
		t.Errorf("only %d functions (%d bytes) were found", functions, bytes)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range opCases {
		b, _ := hex.DecodeString(c.hex)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		i, err := Decode(b)
		if err != nil {
			return
		}
		if i.Size < 1 || i.Size > 15 || i.Size > len(b) {
			t.Fatalf("% x: size %d", b, i.Size)
		}
		if i.PCRelSize != 0 && (i.PCRelOff < 1 || i.PCRelOff+i.PCRelSize > i.Size) {
			t.Fatalf("% x: field at %d, %d bytes of %d", b, i.PCRelOff, i.PCRelSize, i.Size)
		}
		if i.N > len(i.Args) || i.Op == "" || i.Text() == "" {
			t.Fatalf("% x: %+v", b, i)
		}
		again, err := Decode(b[:i.Size])
		if err != nil || again != i {
			t.Fatalf("% x: alone it is %+v, %v", b, again, err)
		}
	})
}

// FuzzRoundTrip assembles what it decodes, when the operation is one of ours, and
// decodes it again: the text must be the same.
func FuzzRoundTrip(f *testing.F) {
	for _, c := range opCases {
		b, _ := hex.DecodeString(c.hex)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		i, err := Decode(b)
		if err != nil || i.Prefix&^PrefixData != 0 || i.PCRelSize != 0 {
			return
		}
		if i.Op == "PUSH" && i.Prefix&PrefixData != 0 {
			return // of two bytes, which looks like ours of eight
		}
		op, args := opOf(&i)
		if op == badOp {
			return
		}
		a := New()
		a.Op(op, args...)
		if len(a.errs) > 0 {
			return // an absolute address, say
		}
		code, err := a.Assemble()
		if err != nil {
			t.Fatalf("% x (%s): %v", b, i.Text(), err)
		}
		if got, want := code.Items[0].Text, i.Text(); got != want && !sameMove(op, args) {
			t.Fatalf("% x is %q, assembled again %q", b[:i.Size], want, got)
		}
		if len(code.Bytes) > i.Size {
			t.Fatalf("% x (%s) was shorter than % x", b[:i.Size], i.Text(), code.Bytes)
		}
	})
}

// sameMove: mov rax, 5 comes back as mov eax, 5; and xchg and test have no order.
func sameMove(op Op, args []Arg) bool {
	return op == MOVQ || op.info().form.any
}

// opOf finds the operation of a decoded instruction by name, form and sizes.
func opOf(i *Inst) (Op, []Arg) {
	var args []Arg
	for _, a := range i.Args[:i.N] {
		switch a.Kind {
		case KindReg:
			args = append(args, a.Reg)
		case KindMem:
			if a.Seg != "" || a.Far {
				return badOp, nil
			}
			args = append(args, a.Mem)
		case KindImm:
			args = append(args, Imm(a.Imm))
		default:
			return badOp, nil
		}
	}
	for op := badOp + 1; op < numOps; op++ {
		var asm Asm
		for _, a := range args {
			asm.arg(a)
		}
		n := asm.next
		n.op, n.n = op, uint8(len(args))
		info := op.info()
		if info.name != i.Op || len(args) == 0 || info.raw != "" {
			continue
		}
		if n.check(len(args)) == nil && n.matches(n.args[:n.n], i.Args[:i.N]) {
			return op, args
		}
	}
	return badOp, nil
}

func BenchmarkDecode(b *testing.B) {
	var code []byte
	for _, c := range opCases {
		x, _ := hex.DecodeString(c.hex)
		code = append(code, x...)
	}
	b.SetBytes(int64(len(code)))
	for b.Loop() {
		if _, err := DecodeAll(code); err != nil {
			b.Fatal(err)
		}
	}
}
