package amd64

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/twitchyliquid64/golang-asm/obj"
	"github.com/twitchyliquid64/golang-asm/obj/x86"

	"slul/asm"
	"slul/tests/need"
)

// one assembles a single instruction at the label `here`.
func one(op Op, args ...Arg) (*asm.Code, error) {
	a := New()
	a.Label("here")
	a.Op(op, args...)
	return a.Assemble()
}

func TestOps(t *testing.T) {
	var covered [numOps]bool
	for _, c := range opCases {
		covered[c.op] = true
		code, err := one(c.op, c.args...)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := hex.EncodeToString(code.Bytes); got != c.hex {
			t.Errorf("%s: bytes %s, want %s", c.text, got, c.hex)
		}
		if len(code.Items) != 1 || code.Items[0].Text != c.text || code.Items[0].Size != len(code.Bytes) {
			t.Errorf("%s: items %+v", c.text, code.Items)
		}
	}
	for op := badOp + 1; op < numOps; op++ {
		if !covered[op] {
			t.Errorf("operation %d (%s) has no case", op, op)
		}
	}
}

// TestGNUAssembler gives all texts to an assembler that knows nothing of ours: its
// bytes must decode to the same instruction and be no shorter.
func TestGNUAssembler(t *testing.T) {
	gas := need.Tool(t, "as")
	dir := t.TempDir()
	var src strings.Builder
	src.WriteString(".intel_syntax noprefix\n") // a section for each case
	for k, c := range opCases {
		text := strings.ReplaceAll(c.text, "here", fmt.Sprintf("here%d", k))
		fmt.Fprintf(&src, ".section .t%d,\"ax\"\nhere%d: %s\n", k, k, text)
	}
	s, o := filepath.Join(dir, "t.s"), filepath.Join(dir, "t.o")
	if err := os.WriteFile(s, []byte(src.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(gas, "--64", "-o", o, s).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sections := elfSections(t, o)
	for k, c := range opCases {
		theirs := sections[fmt.Sprintf(".t%d", k)]
		ours, _ := hex.DecodeString(c.hex)
		if len(ours) > len(theirs) && c.op != NOP { // whose size is the point
			t.Errorf("%s: %d bytes (%x), as makes %d (%x)", c.text, len(ours), ours, len(theirs), theirs)
		}
		i, err := Decode(theirs)
		if err != nil {
			t.Errorf("%s: as makes %x: %v", c.text, theirs, err)
			continue
		}
		j, err := Decode(ours)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if i.Op != j.Op || i.N != j.N || i.Flow != j.Flow {
			t.Errorf("%s: as makes %s, we make %s", c.text, i.Text(), j.Text())
		}
	}
}

func TestErrors(t *testing.T) {
	m := Mem{Base: RSP}
	for _, c := range []struct {
		op   Op
		args []Arg
		want string
	}{
		{ADDL, []Arg{RAX}, "add eax: 1 operands, want 2"},
		{ADDL, []Arg{RAX, RBX, RCX, RDX}, "4 operands, want 2"},
		{RET, []Arg{RAX}, "1 operands, want 0"},
		{ADDL, []Arg{m, m}, "two operands in memory"},
		{MOVL, []Arg{Sym{Name: "x"}, m}, "two operands in memory"},
		{ADDL, []Arg{Imm(1), RAX}, "add 1, eax: operand 1: a constant cannot stand here"},
		{ADDL, []Arg{RAX, Imm(1 << 32)}, "the constant 4294967296 is not in -2147483648 to 4294967295"},
		{ADDQ, []Arg{RAX, Imm(1 << 31)}, "add rax, 0x80000000: operand 2: the constant 2147483648 is not in -2147483648 to 2147483647"},
		{ADDB, []Arg{RAX, Imm(256)}, "not in -128 to 255"},
		{CMPW, []Arg{m, Imm(-32769)}, "not in -32768 to 65535"},
		{MOVQ, []Arg{m, Imm(1 << 40)}, "mov qword ptr [rsp], 0x10000000000"},
		{PUSH, []Arg{Imm(1 << 31)}, "not in"},
		{MOVB, []Arg{RSP, RAX}, "mov spl, al: operand 1: spl is no operand for the assembler"},
		{MOVZXB, []Arg{RAX, RSP}, "operand 2: spl is no operand"},
		{SHLL, []Arg{RAX, Imm(32)}, "not in 0 to 31"},
		{SHLQ, []Arg{RAX, Imm(64)}, "not in 0 to 63"},
		{SHLQ, []Arg{RAX, Imm(-1)}, "not in 0 to 63"},
		{SHLQ, []Arg{RAX, RDX}, "a shift's count is in cl"},
		{NOP, []Arg{Imm(10)}, "not in 1 to 9"},
		{LEAQ, []Arg{RAX, RBX}, "lea rax, rbx: operand 2: a register cannot stand here"},
		{LEAQ, []Arg{m, RAX}, "memory cannot stand here"},
		{MOVL, []Arg{RAX, Mem{Base: RBX, Index: RSP}}, "rsp cannot be an index"},
		{MOVL, []Arg{RAX, Mem{Base: RBX, Index: RCX, Scale: 3}}, "scale 3 is not 1, 2, 4 or 8"},
		{MOVL, []Arg{RAX, Mem{Base: RBX, Scale: 4}}, "a scale without an index"},
		{MOVL, []Arg{RAX, Mem{Disp: 64}}, "mov eax, dword ptr [0x40]: operand 2: an absolute address"},
		{MOVL, []Arg{RAX, Mem{Base: X0}}, "the base is not a general register"},
		{MOVL, []Arg{RAX, Mem{Base: RIP}}, "the base is not a general register"},
		{MOVL, []Arg{RAX, Mem{Base: RAX, Index: AH}}, "the index is not a general register"},
		{MOVL, []Arg{X0, RAX}, "not a general register"},
		{MOVL, []Arg{NoReg, RAX}, "not a general register"},
		{MOVL, []Arg{RAX, nil}, "not an operand"},
		{JE, []Arg{Sym{Name: "f"}}, "a symbol cannot stand here"},
		{JE, []Arg{RAX}, "a register cannot stand here"},
		{SHLL, []Arg{RAX, Label("here")}, "a label cannot stand here"},
		{JMP, []Arg{Label("nowhere")}, "jmp nowhere: no label nowhere"},
		{LEAQ, []Arg{RAX, Label("nowhere")}, "no label nowhere"},
		{CALL, []Arg{Sym{}}, "a symbol without a name"},
		{CALL, []Arg{Sym{Name: "f", Off: 1 << 31}}, "the symbol's offset does not fit in 32 bits"},
		{XCHGL, []Arg{RAX, RAX}, "an exchange of a register with itself"},
		{badOp, nil, "operation 0 does not exist"},
		{numOps, []Arg{RAX}, "does not exist"},
	} {
		code, err := one(c.op, c.args...)
		if err == nil {
			t.Errorf("%s: no error, but % x", c.want, code.Bytes)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %q, want %q in it", err, c.want)
		}
	}
}

func TestErrorsAreGathered(t *testing.T) {
	a := New()
	a.Label("twice")
	a.Op(ADDL, RAX)
	a.Label("twice")
	a.Label("")
	a.Op(JMP, Label("gone"))
	_, err := a.Assemble()
	if err == nil {
		t.Fatal("no error")
	}
	want := "add eax: 1 operands, want 2\ntwice: label defined twice\na label without a name\njmp gone: no label gone"
	if err.Error() != want {
		t.Errorf("errors\n%s\nwant\n%s", err, want)
	}
}

// TestDiagnostic hands the library what it does not like, past our own checks: its
// diagnostic must become the error, and what it silently changes must be noticed.
func TestDiagnostic(t *testing.T) {
	saved := ops[NEGL]
	defer func() { ops[NEGL] = saved }()
	ops[NEGL].as = x86.AINVLPG // takes memory only
	a := New()
	a.Label("first")
	a.Op(NOTL, RBX)
	a.Op(NEGL, RAX)
	a.Op(NOTL, RCX)
	if _, err := a.Assemble(); err == nil || !strings.HasPrefix(err.Error(), "neg eax: the assembler refuses it: ") {
		t.Errorf("a refused instruction: error %v", err)
	}
	ops[NEGL].as = x86.ANOTL
	if _, err := one(NEGL, RAX); err == nil || !strings.Contains(err.Error(), "another operation") {
		t.Errorf("another operation: error %v", err)
	}
	ops[NEGL].as = x86.ANEGQ
	if _, err := one(NEGL, RAX); err == nil || !strings.Contains(err.Error(), "other operands") {
		t.Errorf("another size: error %v", err)
	}
	ops[NEGL].as = obj.ANOP
	if _, err := one(NEGL, RAX); err == nil {
		t.Error("a dropped instruction: no error")
	}
}

// TestTrusted: without being decoded again, code is the same, and has no list.
func TestTrusted(t *testing.T) {
	a, b := New(), NewTrusted()
	for range 2 {
		for _, x := range []*Asm{a, b} {
			x.Reset()
			x.Label("here")
			for k, c := range opCases {
				x.Line(0, k+1)
				x.Op(c.op, c.args...)
			}
			x.Op(CALL, Label("here"))
			x.Op(JMP, Sym{Name: "next", Off: 16})
		}
		checked, err := a.Assemble()
		if err != nil {
			t.Fatal(err)
		}
		trusted, err := b.Assemble()
		if err != nil {
			t.Fatal(err)
		}
		if len(checked.Items) != len(opCases)+2 || trusted.Items != nil || trusted.Labels != nil {
			t.Errorf("%d and %d items, labels %v", len(checked.Items), len(trusted.Items), trusted.Labels)
		}
		checked.Items, checked.Labels = nil, nil
		if !reflect.DeepEqual(checked, trusted) {
			t.Error("the code is another")
		}
	}
	saved := ops[NEGL]
	defer func() { ops[NEGL] = saved }()
	ops[NEGL].as = obj.ANOP
	b = NewTrusted() // one that has not kept how it was
	b.Op(NEGL, RAX)
	b.Op(RET)
	if _, err := b.Assemble(); err == nil || !strings.Contains(err.Error(), "neg eax: the assembler left it out") {
		t.Errorf("a dropped instruction: error %v", err)
	}
}

// TestJumpSizes walks the border between short and long jumps in both directions.
func TestJumpSizes(t *testing.T) {
	for _, c := range []struct {
		op       Op
		gap      int // bytes between the jump and its label
		backward bool
		size     int
	}{
		{JMP, 0, false, 2}, {JMP, 127, false, 2}, {JMP, 128, false, 5},
		{JE, 0, false, 2}, {JE, 127, false, 2}, {JE, 128, false, 6}, {JE, 100000, false, 6},
		{JMP, 126, true, 2}, {JMP, 127, true, 5},
		{JE, 126, true, 2}, {JE, 127, true, 6}, {JE, 100000, true, 6},
	} {
		a := New()
		if c.backward {
			a.Label("to")
			a.String("gap", make([]byte, c.gap))
			a.Op(c.op, Label("to"))
		} else {
			a.Op(c.op, Label("to"))
			a.String("gap", make([]byte, c.gap))
			a.Label("to")
		}
		code, err := a.Assemble()
		if err != nil {
			t.Errorf("%s over %d: %v", c.op, c.gap, err)
			continue
		}
		if len(code.Bytes) != c.gap+c.size {
			t.Errorf("%s over %d, backward %v: %d bytes, want %d", c.op, c.gap, c.backward, len(code.Bytes)-c.gap, c.size)
		}
	}
}

// TestRelaxationCascade has jumps whose growth pushes others over the border.
func TestRelaxationCascade(t *testing.T) {
	a := New()
	const n = 60
	for k := range n {
		a.Label(fmt.Sprintf("l%d", k))
		a.Op(JE, Label(fmt.Sprintf("l%d", (k*37+61)%n)))
		a.Op(ADDL, RAX, Imm(int64(k)))
	}
	code, err := a.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	checkJumps(t, code, func(k int) string { return fmt.Sprintf("l%d", (k*37+61)%n) })
}

// TestJumpsAsLibrary: jumps among pieces of any size are as long as in the library's own layout,
// which is done here of the whole at once.
func TestJumpsAsLibrary(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range 200 {
		a := NewTrusted()
		n := 2 + r.Intn(60)
		most := 1 + r.Intn(40)
		first := a.NewLabels(n, nil)
		var e encoder
		l := e.library()
		l.progs = make([]obj.Prog, 0, 100_000)
		labels := make([]*obj.Prog, n)
		var jumps []*obj.Prog
		var to []int
		for k := range n {
			a.Here(first + Local(k))
			labels[k] = l.add(obj.ANOP)
			for range r.Intn(3) {
				op := []Op{JMP, JE, JL}[r.Intn(3)]
				to = append(to, r.Intn(n))
				a.Op(op, first+Local(to[len(to)-1]))
				jumps = append(jumps, l.add(op.info().as))
			}
			for range r.Intn(most) {
				a.Op(RET)
				l.add(obj.ARET)
			}
		}
		for k, p := range jumps {
			p.To.Type = obj.TYPE_BRANCH
			p.To.SetTarget(labels[to[k]])
		}
		if err := l.run(); err != nil {
			t.Fatal(err)
		}
		code, err := a.Assemble()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(code.Bytes, l.sym.P) {
			t.Fatalf("%d labels, up to %d bytes between them: the library makes\n% x\nwe make\n% x", n, most, l.sym.P, code.Bytes)
		}
	}
}

// TestKept: what is kept of instructions is given again only for the same ones, also when there
// are more than can be kept.
func TestKept(t *testing.T) {
	const most = mostKept / 2
	a := NewTrusted()
	assemble := func() []byte {
		a.Reset()
		for k := range most {
			a.Op(ADDQ, Reg(RAX+Reg(k%16)), Imm(k/16))
			a.Op(MOVL, RAX, Mem{Base: RAX + Reg(k%16), Disp: int32(k)})
			a.Op(MOVQ, Mem{Base: RBX, Index: RCX, Scale: 1 << (k % 4), Disp: int32(-k)}, Imm(k))
		}
		code, err := a.Assemble()
		if err != nil {
			t.Fatal(err)
		}
		return code.Bytes
	}
	once := assemble()
	if !bytes.Equal(once, assemble()) {
		t.Error("the second time it is another code")
	}
	for k := range most {
		for _, op := range []struct {
			op   Op
			args []Arg
		}{
			{ADDQ, []Arg{Reg(RAX + Reg(k%16)), Imm(k / 16)}},
			{MOVL, []Arg{RAX, Mem{Base: RAX + Reg(k%16), Disp: int32(k)}}},
			{MOVQ, []Arg{Mem{Base: RBX, Index: RCX, Scale: 1 << (k % 4), Disp: int32(-k)}, Imm(k)}},
		} {
			code, err := one(op.op, op.args...)
			if err != nil || !bytes.HasPrefix(once, code.Bytes) {
				t.Fatalf("%d: %s: %v", k, op.op, err)
			}
			once = once[len(code.Bytes):]
		}
	}
}

// TestWideConstants: a constant that needs 4 bytes is put into what is kept of another.
func TestWideConstants(t *testing.T) {
	imms := []Imm{0, 1, 127, 128, 255, 256, 257, 65535, 65536, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 32, 1<<62 + 1, 1<<62 + 2}
	for _, c := range imms {
		imms = append(imms, -c)
	}
	r := rand.New(rand.NewSource(9))
	a := NewTrusted()
	for op := badOp + 1; op < numOps; op++ {
		for range 500 {
			var args []Arg
			for len(args) < int(op.info().operands())-1 {
				args = append(args, []Arg{RAX, RSP, R9, Mem{Base: RSP, Disp: 8}, Sym{"s", 4}}[r.Intn(5)])
			}
			args = append(args, imms[r.Intn(len(imms))])
			want, err := one(op, args...)
			a.Reset()
			a.Op(op, args...)
			got, err2 := a.Assemble()
			if (err == nil) != (err2 == nil) {
				t.Fatalf("%s %v: %v, and %v", op, args, err, err2)
			}
			if err == nil && (!bytes.Equal(got.Bytes, want.Bytes) || !reflect.DeepEqual(got.Frames, want.Frames) || !reflect.DeepEqual(got.Fixups, want.Fixups)) {
				t.Fatalf("%s %v: % x, alone % x", op, args, got.Bytes, want.Bytes)
			}
		}
	}
}

// operands is how many an operation has at most.
func (i *opInfo) operands() (n int) {
	for n < len(i.form.args) && i.form.args[n] != 0 {
		n++
	}
	return n
}

// TestLocals: numbered labels are used like named ones, and one that is nowhere is found.
func TestLocals(t *testing.T) {
	for _, a := range []*Asm{New(), NewTrusted()} {
		first := a.NewLabels(2, func(k int) string { return fmt.Sprintf("n%d", k) })
		a.Here(first)
		a.Op(LEAQ, RAX, first+1)
		a.Op(CALL, first)
		a.Op(JMP, first+1)
		a.Op(UD2)
		a.Here(first + 1)
		a.Op(RET)
		code, err := a.Assemble()
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(code.Bytes); got != "488d0509000000e8f4ffffffeb020f0bc3" {
			t.Error(got)
		}
		a.Reset()
		a.Op(JMP, a.NewLabels(1, func(int) string { return "gone" }))
		if _, err := a.Assemble(); err == nil || !strings.Contains(err.Error(), "no label ") {
			t.Errorf("error %v", err)
		}
	}
}

// checkJumps follows every conditional jump of code and compares where it leads.
func checkJumps(t *testing.T, code *asm.Code, target func(k int) string) {
	t.Helper()
	k := 0
	for _, item := range code.Items {
		i, err := Decode(code.Bytes[item.Off:])
		if err != nil {
			t.Fatal(err)
		}
		if i.Flow == FlowCond {
			if got, want := item.Off+i.Size+int(i.PCRel), code.Labels[target(k)]; got != want {
				t.Errorf("jump %d leads to %#x, want %#x", k, got, want)
			}
			k++
		}
	}
}

func TestFixups(t *testing.T) {
	a := New()
	a.Op(LEAQ, RDI, Label("text"))
	a.Op(CALL, Sym{Name: "print"})
	a.Op(CMPL, Sym{"state", 8}, Imm(1000)) // the field is followed by 4 bytes
	a.Op(MOVB, Sym{"state", -1}, Imm(7))   // by 1 byte
	a.Op(JMP, Sym{"next", 16})
	a.Op(CALL, Label("local"))
	a.Label("local")
	a.Op(RET)
	a.String("text", []byte("abc"))
	code, err := a.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	want := []asm.Fixup{
		{Off: 8, Kind: asm.PC32, Sym: "print", Add: -4},
		{Off: 14, Kind: asm.PC32, Sym: "state", Add: 8 - 8},
		{Off: 24, Kind: asm.PC32, Sym: "state", Add: -1 - 5},
		{Off: 30, Kind: asm.PC32, Sym: "next", Add: 16 - 4},
	}
	if fmt.Sprint(code.Fixups) != fmt.Sprint(want) {
		t.Errorf("fixups %+v\nwant %+v", code.Fixups, want)
	}
	lea, _ := Decode(code.Bytes)
	if to := lea.Size + int(lea.PCRel); to != code.Labels["text"] || string(code.Bytes[to:]) != "abc" {
		t.Errorf("lea leads to %#x, the text is at %#x", to, code.Labels["text"])
	}
	if last := code.Items[len(code.Items)-1]; last.Name != "text" || last.Text != `"abc"` || last.Size != 3 {
		t.Errorf("the string's item: %+v", last)
	}
	size := 0
	for _, i := range code.Items {
		if i.Off != size {
			t.Errorf("item %+v should begin at %#x", i, size)
		}
		size += i.Size
	}
	if size != len(code.Bytes) {
		t.Errorf("items cover %d of %d bytes", size, len(code.Bytes))
	}
}

func TestLines(t *testing.T) {
	a := New()
	a.Line(0, 1)
	a.Line(0, 2) // replaces the first: no instruction between
	a.Op(RET)
	a.Line(1, 3)
	a.Op(UD2)
	code, err := a.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	if want := []asm.Line{{Off: 0, File: 0, Line: 2}, {Off: 1, File: 1, Line: 3}}; fmt.Sprint(code.Lines) != fmt.Sprint(want) {
		t.Errorf("lines %v, want %v", code.Lines, want)
	}
}

func TestFrames(t *testing.T) {
	a := New()
	a.Save(R12)
	a.Depth(8) // is known
	a.Op(SUBQ, RSP, Imm(32))
	a.Op(POP, RAX)
	a.Op(RET)
	a.Depth(40)
	a.Op(ADDQ, RSP, Imm(32))
	a.Op(RET)
	a.Depth(40)
	code, err := a.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	want := []asm.Frame{{Off: 2, Depth: 8, Saved: 12}, {Off: 6, Depth: 40}, {Off: 7, Depth: 32}, {Off: 8, Depth: 40}, {Off: 12, Depth: 8}}
	if fmt.Sprint(code.Frames) != fmt.Sprint(want) {
		t.Errorf("frames %v, want %v", code.Frames, want)
	}
}

func TestEmpty(t *testing.T) {
	a := New()
	a.Label("only")
	code, err := a.Assemble()
	if err != nil || len(code.Bytes) != 0 || code.Labels["only"] != 0 {
		t.Errorf("code %+v, error %v", code, err)
	}
}

func TestStrings(t *testing.T) {
	for size := range 70 {
		data := make([]byte, size)
		rand.New(rand.NewSource(int64(size))).Read(data)
		a := New()
		a.Op(RET)
		a.String("data", data)
		a.Label("end")
		code, err := a.Assemble()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(code.Bytes[1:], data) || code.Labels["end"] != size+1 {
			t.Errorf("%d bytes: %x", size, code.Bytes)
		}
	}
}

// TestConcurrent is for the race detector: values of Asm share nothing.
func TestConcurrent(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, c := range opCases {
				code, err := one(c.op, c.args...)
				if err != nil || hex.EncodeToString(code.Bytes) != c.hex {
					t.Errorf("%s: %v", c.text, err)
				}
			}
		}()
	}
	wg.Wait()
}

// TestRandomOperands puts every register in every place, with displacements around
// the borders of the encodings; Assemble itself checks the meaning.
func TestRandomOperands(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	reg := func() Reg { return RAX + Reg(r.Intn(16)) }
	disps := []int32{0, 1, -1, 127, 128, -128, -129, 1 << 20, -1 << 31, 1<<31 - 1}
	imms := []Imm{0, 1, -1, 127, 128, -128, -129, 255, 1000, -1 << 31, 1<<31 - 1}
	mem := func() Mem {
		m := Mem{Base: reg(), Disp: disps[r.Intn(len(disps))]}
		if r.Intn(2) == 0 {
			m.Scale = 1 << r.Intn(4)
			for m.Index = reg(); m.Index == RSP; m.Index = reg() {
			}
			if r.Intn(4) == 0 {
				m.Base = NoReg
			}
		}
		return m
	}
	good := 0
	for range 20000 {
		var args []Arg
		for range r.Intn(4) {
			args = append(args, []Arg{reg(), mem(), imms[r.Intn(len(imms))]}[r.Intn(3)])
		}
		a := New()
		a.Op(Op(r.Intn(int(numOps))), args...)
		if len(a.errs) > 0 {
			continue
		}
		good++
		if _, err := a.Assemble(); err != nil {
			t.Error(err)
		}
	}
	if good < 1000 {
		t.Errorf("only %d instructions were tried", good)
	}
}

// BenchmarkAssemble is a function of some 1,000 instructions, as a code generator
// would give it.
func BenchmarkAssemble(b *testing.B) {
	size := 0
	for b.Loop() {
		a := New()
		for k := range 125 {
			name := fmt.Sprintf("l%d", k)
			a.Label(name)
			a.Line(0, k)
			a.Op(MOVQ, RAX, Mem{Base: RSP, Disp: int32(8 * k)})
			a.Op(ADDQ, RAX, RBX)
			a.Op(JO, Label("trap"))
			a.Op(LEAQ, RDI, Sym{Name: "text", Off: int64(k)})
			a.Op(CALL, Sym{Name: "print"})
			a.Op(CMPQ, RAX, Imm(1000))
			a.Op(JL, Label(name))
			a.Op(MOVZXB, RCX, Mem{Base: RSI, Index: RAX})
		}
		a.Label("trap")
		a.Op(UD2)
		code, err := a.Assemble()
		if err != nil {
			b.Fatal(err)
		}
		size = len(code.Bytes)
	}
	b.SetBytes(int64(size))
}
