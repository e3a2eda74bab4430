package amd64

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"slul/asm"
	"slul/asm/amd64"
)

// The proof: given bytes, it shows that they are a start-up stub that does what
// docs/startup.md says and nothing else, or names the first instruction that
// cannot be shown to. It knows nothing of how the stub was made.
//
// A stub is one straight line from offset 0 to the exit_group, without a jump, so
// that walking the line once with abstract values in the registers (state.go) is
// walking every way through it. Only the instructions of the list `allowed` may
// occur, none of which can write memory. At each system call all arguments must be
// known and right. What lies behind the last system call must be the strings that
// were passed to one, every byte of it.

// Verify gives the loader's path and what each byte of the stub is.
func Verify(b []byte) (rtld string, items []asm.Item, err error) {
	p := &proof{b: b, s: start(), marks: make([]string, len(b))}
	for !p.done {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}
	if err := p.strings(); err != nil {
		return "", nil, err
	}
	return p.rtld, p.items, nil
}

// proof is the walk.
type proof struct {
	b     []byte
	off   int
	s     *state
	items []asm.Item
	done  bool // the exit was reached

	rtld   string
	text   []byte   // all that was written
	writes int      // how many times
	marks  []string // name of the string that a byte belongs to
}

// step checks the next instruction and takes its effect on the state.
func (p *proof) step() error {
	if p.off >= len(p.b) {
		return fmt.Errorf("offset %#x: the stub ends without an exit_group", p.off)
	}
	i, err := amd64.Decode(p.b[p.off:])
	if err != nil {
		return fmt.Errorf("offset %#x: %w", p.off, err)
	}
	fail := func(err error) error { return fmt.Errorf("offset %#x: %s: %w", p.off, i.Text(), err) }
	if err := harmless(&i); err != nil {
		return fail(err)
	}
	effect := allowed[i.Op]
	if effect == nil {
		return fail(errors.New("not an instruction that a stub may have"))
	}
	p.items = append(p.items, asm.Item{Off: p.off, Size: i.Size, Text: i.Text()})
	if err := effect(p, &i, p.off+i.Size); err != nil {
		return fail(err)
	}
	p.off += i.Size
	return nil
}

// harmless refuses whatever could write memory or leave the straight line. The
// list of allowed instructions would refuse the same; this says why.
func harmless(i *amd64.Inst) error {
	switch {
	case i.Prefix != 0:
		return errors.New("it has a prefix (lock, rep, segment, operand or address size)")
	case i.Op == "PUSH" || i.Op == "ENTER" || i.Op == "LEAVE" || i.Flow == amd64.FlowCall || i.Flow == amd64.FlowReturn:
		return errors.New("it uses the stack")
	case i.Flow == amd64.FlowJump || i.Flow == amd64.FlowCond:
		return errors.New("it leaves the straight line")
	}
	for k := range i.Args[:i.N] {
		a := &i.Args[k]
		if a.Kind != amd64.KindMem {
			continue
		}
		switch {
		case a.Far || a.Mem.Base == amd64.NoReg && a.Mem.Index == amd64.NoReg:
			return errors.New("an absolute address")
		case a.Seg != "":
			return errors.New("a segment")
		case k == 0 || i.Op == "XCHG":
			return errors.New("it may write memory")
		}
	}
	return nil
}

// allowed is every operation that a stub may have, with its operands' forms and
// its effect in the function. end is the offset behind the instruction.
var allowed = map[string]func(p *proof, i *amd64.Inst, end int) error{
	"XOR":     (*proof).xor,
	"MOV":     (*proof).mov,
	"POP":     (*proof).pop,
	"LEA":     (*proof).lea,
	"XCHG":    (*proof).xchg,
	"INC":     (*proof).inc,
	"DEC":     (*proof).dec,
	"CDQ":     (*proof).cdq,
	"SYSCALL": (*proof).syscall,
}

var errForm = errors.New("not a form of it that a stub may have")

// isReg says whether a is a general register of 32 or 64 bits; rsp is none here,
// because nothing may change it.
func isReg(a *amd64.Operand) bool {
	return a.Kind == amd64.KindReg && amd64.RAX <= a.Reg && a.Reg <= amd64.R15 && a.Reg != amd64.RSP &&
		(a.Width == 4 || a.Width == 8)
}

// xor r, r (the same): zero.
func (p *proof) xor(i *amd64.Inst, _ int) error {
	if i.N != 2 || !isReg(&i.Args[0]) || !isReg(&i.Args[1]) || i.Args[0].Reg != i.Args[1].Reg {
		return errForm
	}
	p.s.set(i.Args[0].Reg, number(0))
	return nil
}

// mov r, constant; mov r, r; mov r, rsp; mov r, [rsp]: argc, the only word that a
// stub reads.
func (p *proof) mov(i *amd64.Inst, _ int) error {
	if i.N != 2 || !isReg(&i.Args[0]) {
		return errForm
	}
	dst, src := &i.Args[0], &i.Args[1]
	var v value
	switch {
	case src.Kind == amd64.KindImm:
		v = number(src.Imm)
	case (isReg(src) || src.Kind == amd64.KindReg && src.Reg == amd64.RSP) && src.Width == dst.Width:
		v = p.s.get(src.Reg)
	case src.Kind == amd64.KindMem && src.Mem == amd64.Mem{Base: amd64.RSP, Scale: 1} && p.atArgc():
		v = value{kind: argumentCount}
	default:
		return errForm
	}
	if dst.Width == 4 {
		v = v.is32()
	}
	p.s.set(dst.Reg, v)
	return nil
}

// pop r: reads argc, and rsp is argv. The word stays as it is, and so do all that
// follow: nothing but a push, a call or a signal's handler writes below rsp, and a
// program that has just been executed has no handlers (execve(2)).
func (p *proof) pop(i *amd64.Inst, _ int) error {
	if i.N != 1 || !isReg(&i.Args[0]) || !p.atArgc() {
		return errForm
	}
	p.s.set(i.Args[0].Reg, value{kind: argumentCount})
	p.s.set(amd64.RSP, p.s.get(amd64.RSP).add(8))
	return nil
}

// atArgc says whether rsp is what it was at entry.
func (p *proof) atArgc() bool { return p.s.get(amd64.RSP) == value{kind: onStack} }

// lea r, [address]: no access, a sum.
func (p *proof) lea(i *amd64.Inst, end int) error {
	if i.N != 2 || !isReg(&i.Args[0]) || i.Args[1].Kind != amd64.KindMem {
		return errForm
	}
	m := i.Args[1].Mem
	v := p.s.address(m, end)
	if i.Args[0].Width == 4 {
		if m.Index == amd64.NoReg {
			v = p.s.get(m.Base).add32(int64(m.Disp))
		} else {
			v = v.is32()
		}
	}
	p.s.set(i.Args[0].Reg, v)
	return nil
}

// xchg r, r.
func (p *proof) xchg(i *amd64.Inst, _ int) error {
	if i.N != 2 || !isReg(&i.Args[0]) || !isReg(&i.Args[1]) {
		return errForm
	}
	a, b := p.s.get(i.Args[0].Reg), p.s.get(i.Args[1].Reg)
	if i.Args[0].Width == 4 {
		a, b = a.is32(), b.is32()
	}
	p.s.set(i.Args[0].Reg, b)
	p.s.set(i.Args[1].Reg, a)
	return nil
}

func (p *proof) inc(i *amd64.Inst, _ int) error { return p.count(i, 1) }
func (p *proof) dec(i *amd64.Inst, _ int) error { return p.count(i, -1) }

// count is inc r and dec r.
func (p *proof) count(i *amd64.Inst, by int64) error {
	if i.N != 1 || !isReg(&i.Args[0]) {
		return errForm
	}
	v := p.s.get(i.Args[0].Reg)
	if i.Args[0].Width == 4 {
		v = v.add32(by)
	} else {
		v = v.add(by)
	}
	p.s.set(i.Args[0].Reg, v)
	return nil
}

// cdq: edx is the sign of eax, 32 times.
func (p *proof) cdq(*amd64.Inst, int) error {
	v := p.s.get(amd64.RAX)
	if v.kind == constant {
		v = number(int64(int32(v.n)) >> 31).is32()
	} else {
		v = value{}
	}
	p.s.set(amd64.RDX, v)
	return nil
}

// syscall checks number and arguments against what startup.md has at this place;
// rax, rcx and r11 are lost.
func (p *proof) syscall(*amd64.Inst, int) error {
	nr := p.s.get(amd64.RAX)
	if nr.kind != constant {
		return errors.New("the number of the system call is not known")
	}
	k := min(p.s.calls, stepWrite)
	if p.writes > 0 && nr.n == sysExitGroup {
		k = stepExit
	}
	want := &protocol[k]
	if nr.n != want.nr {
		return fmt.Errorf("system call %d where %s (%d) is due", nr.n, want.name, want.nr)
	}
	if err := want.check(p); err != nil {
		return fmt.Errorf("%s: %w", want.name, err)
	}
	p.s.calls++
	p.s.set(amd64.RAX, value{kind: result, call: p.s.calls})
	p.s.set(amd64.RCX, value{})
	p.s.set(amd64.R11, value{})
	return nil
}

// protocol is the system calls in their order; write may be repeated.
var protocol = [...]struct {
	name  string
	nr    int64
	check func(p *proof) error
}{
	{"open of the program", sysOpen, (*proof).openProgram},
	{"open of the loader", sysOpen, (*proof).openLoader},
	{"lseek", sysLseek, (*proof).lseek},
	{"execveat", sysExecveat, (*proof).execveat},
	stepWrite: {"write", sysWrite, (*proof).write},
	stepExit:  {"exit_group", sysExitGroup, (*proof).exit},
}

const (
	callP = 1 // the system call whose result is P; the first is number 1
	callR = 2

	stepWrite = 4 // index in protocol
	stepExit  = 5
)

// wants compares a register's value. An int argument is read from the lower half.
func (p *proof) wants(r amd64.Reg, want value, what string) error {
	if p.s.get(r) != want {
		return fmt.Errorf("%s is not shown to be %s", r, what)
	}
	return nil
}

// fd compares a register with the result of a call, of which 32 bits count.
func (p *proof) fd(r amd64.Reg, call int, what string) error {
	if v := p.s.get(r).is32(); v != (value{kind: result, call: call, low: true}) {
		return fmt.Errorf("%s is not shown to be %s", r, what)
	}
	return nil
}

func (p *proof) openProgram() error {
	if err := p.wants(amd64.RSI, number(oRDONLY), "O_RDONLY"); err != nil {
		return err
	}
	s, err := p.path(amd64.RDI, "exe", true)
	if err == nil && s+"\x00" != exePath {
		err = fmt.Errorf("it opens %q", s)
	}
	return err
}

func (p *proof) openLoader() error {
	if err := p.wants(amd64.RSI, number(oRDONLY), "O_RDONLY"); err != nil {
		return err
	}
	s, err := p.path(amd64.RDI, "rtld", false)
	if err == nil && s == "" {
		err = errors.New("the path is empty")
	}
	p.rtld = s
	return err
}

// lseek(R, offsetNote + P, SEEK_SET). The sum is below 2^32: as 32 bits, or as 64
// bits that were never cut.
func (p *proof) lseek() error {
	if err := p.fd(amd64.RDI, callR, "the loader's fd"); err != nil {
		return err
	}
	v := p.s.get(amd64.RSI)
	v.low = false
	if v != (value{kind: result, call: callP, n: offsetNote}) {
		return fmt.Errorf("rsi is not shown to be %#x + the program's fd", int64(offsetNote))
	}
	return p.wants(amd64.RDX, number(seekSet), "SEEK_SET")
}

func (p *proof) execveat() error {
	if err := p.fd(amd64.RDI, callR, "the loader's fd"); err != nil {
		return err
	}
	if s, err := p.path(amd64.RSI, "empty", false); err != nil {
		return err
	} else if s != "" {
		return fmt.Errorf("the path is %q and not empty", s)
	}
	if err := p.wants(amd64.RDX, value{kind: onStack, n: 8}, "argv"); err != nil {
		return err
	}
	if err := p.wants(amd64.R10, value{kind: onStack, n: 16, argcs: 1}, "envp"); err != nil {
		return err
	}
	return p.wants(amd64.R8, number(atEmptyPath), "AT_EMPTY_PATH")
}

func (p *proof) write() error {
	if err := p.wants(amd64.RDI, number(stderr), "2"); err != nil {
		return err
	}
	from, size := p.s.get(amd64.RSI), p.s.get(amd64.RDX)
	switch {
	case from.kind != inStub || size.kind != constant:
		return errors.New("what it writes is not known")
	case from.n < 0 || size.n <= 0 || size.n > int64(len(p.b)) || from.n > int64(len(p.b))-size.n:
		return errors.New("it writes what is not in the stub")
	}
	name := "cause"
	if p.writes++; p.writes > 1 {
		name = "cure"
	}
	p.text = append(p.text, p.b[from.n:from.n+size.n]...)
	p.mark(int(from.n), int(size.n), name, false)
	return nil
}

func (p *proof) exit() error {
	if err := p.wants(amd64.RDI, number(exitStatus), strconv.Itoa(exitStatus)); err != nil {
		return err
	}
	if want := Message(p.rtld); string(p.text) != want {
		return fmt.Errorf("the message was %q, not %q", p.text, want)
	}
	p.done = true
	return nil
}

// path is the NUL-terminated string in the stub to which r points. Its bytes are
// marked with name, and so is the NUL with withNul; else that is marked "empty".
func (p *proof) path(r amd64.Reg, name string, withNul bool) (string, error) {
	v := p.s.get(r)
	if v.kind != inStub || v.n < 0 || v.n >= int64(len(p.b)) {
		return "", fmt.Errorf("%s is not shown to point into the stub", r)
	}
	b := p.b[v.n:]
	size := bytes.IndexByte(b, 0)
	if size < 0 {
		return "", fmt.Errorf("%s points to a string without an end", r)
	}
	if withNul {
		p.mark(int(v.n), size+1, name, true)
	} else {
		p.mark(int(v.n), size, name, true)
		p.mark(int(v.n)+size, 1, "empty", true)
	}
	return string(b[:size]), nil
}

// mark says that bytes belong to a string. A path's name goes before a message's.
func (p *proof) mark(off, size int, name string, over bool) {
	for k := off; k < off+size; k++ {
		if over || p.marks[k] == "" {
			p.marks[k] = name
		}
	}
}

// strings makes items of what lies behind the code: all of it must be marked, and
// none of the code.
func (p *proof) strings() error {
	for k := range p.off {
		if p.marks[k] != "" {
			return fmt.Errorf("offset %#x: the string %s lies in the code", k, p.marks[k])
		}
	}
	for k := p.off; k < len(p.b); {
		if p.marks[k] == "" {
			return fmt.Errorf("offset %#x: bytes that are neither an instruction nor a string of the stub", k)
		}
		end := k + 1
		for end < len(p.b) && p.marks[end] == p.marks[k] {
			end++
		}
		p.items = append(p.items, asm.Item{Off: k, Size: end - k, Text: strconv.QuoteToASCII(string(p.b[k:end])), Name: p.marks[k]})
		k = end
	}
	return nil
}
