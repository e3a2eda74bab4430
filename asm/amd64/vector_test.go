package amd64

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slul/tests/need"
)

// TestVector has objdump read every vector instruction with all kinds of registers and
// addresses.
func TestVector(t *testing.T) {
	objdump := need.Tool(t, "objdump")
	vecsAll := []Arg{Vec(0), Vec(7), Vec(8), Vec(15)}
	general := []Arg{RAX, RDI, R8, R15}
	var memories []Arg
	for _, base := range []Reg{RAX, RSP, RBP, RSI, R12, R13, R15} {
		for _, index := range []Reg{NoReg, RCX, R9, R12} {
			for _, disp := range []int32{0, -16, 127, 128, -4096} {
				m := Mem{Base: base, Index: index, Disp: disp}
				if index != NoReg {
					m.Scale = 4
				}
				memories = append(memories, m)
			}
		}
	}
	places := append(append([]Arg{}, memories...), vecsAll...)
	var code []byte
	var want []string
	add := func(op VecOp, args ...Arg) {
		data, text, err := encodeVec(op, args)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		code, want = append(code, data...), append(want, text)
	}
	for op := MOVUPS; op < numVec; op++ {
		switch vecs[op].form {
		case vecNone:
			add(op)
		case vecLoad, vecTwo:
			for _, v := range vecsAll {
				for _, p := range places {
					add(op, v, p)
				}
			}
		case vecStore:
			for _, v := range vecsAll {
				for _, p := range memories {
					add(op, p, v)
				}
			}
		case vecIn:
			for _, v := range vecsAll {
				for _, r := range general {
					add(op, v, r)
				}
			}
		case vecOut:
			for _, v := range vecsAll {
				for _, r := range general {
					add(op, r, v)
				}
			}
		case vecThree:
			for _, v := range vecsAll {
				for _, w := range vecsAll {
					for _, p := range places {
						add(op, v, w, p)
					}
				}
			}
		}
	}
	file := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(file, code, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(objdump, "-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range strings.Split(string(out), "\n") {
		if _, text, ok := strings.Cut(line, ":\t"); ok {
			got = append(got, text)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d instructions, expected %d", len(got), len(want))
	}
	for n := range want {
		if g, w := plain(got[n]), plain(want[n]); g != w {
			t.Fatalf("%q, expected %q", g, w)
		}
	}
	t.Logf("%d instructions", len(want))
}

var sizes = regexp.MustCompile(`(xmmword|ymmword|byte|dword|qword) ptr `)

// plain leaves out what two listings may say differently: blanks, the size of memory, zeros.
func plain(s string) string {
	s = sizes.ReplaceAllString(strings.ToLower(s), "")
	s = strings.ReplaceAll(strings.Join(strings.Fields(s), " "), ", ", ",")
	return strings.ReplaceAll(s, "+0x0]", "]")
}

// TestVectorRefusals: operands that do not fit are errors, with the instruction.
func TestVectorRefusals(t *testing.T) {
	for _, c := range []struct {
		op   VecOp
		args []Arg
	}{
		{MOVUPS, []Arg{Mem{Base: RAX}, Vec(1)}}, {MOVUPSTO, []Arg{Vec(1), Vec(2)}}, {MOVQX, []Arg{Vec(1), Mem{Base: RAX}}},
		{PMOVMSKB, []Arg{RAX, Mem{Base: RAX}}}, {VPCMPEQB, []Arg{Vec(1), Vec(2)}}, {VZEROUPPER, []Arg{Vec(1)}}, {VMOVDQU, []Arg{Vec(16), Mem{Base: RAX}}},
		{VMOVDQU, []Arg{Vec(1), Mem{}}}, {VMOVDQU, []Arg{Vec(1), Mem{Base: RAX, Index: RSP}}}, {badVec, nil}, {numVec, nil},
	} {
		a := New()
		a.Vec(c.op, c.args...)
		if _, err := a.Assemble(); err == nil {
			t.Errorf("%d %v was accepted", c.op, c.args)
		}
	}
}
