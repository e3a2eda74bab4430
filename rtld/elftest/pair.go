package elftest

import (
	"debug/elf"
	"encoding/binary"

	"slul/asm/amd64"

	"golang.org/x/sys/unix"
)

// A program and two libraries with everything that files for a loader can have:
//
//	User     needs Library; imports of every kind, a COPY relocation
//	Library  needs Base; exports with both hash tables and two versions of one name
//	Base     has no GNU hash table; its version is asked for by Library
//
// User looks at every value before it ends with Status, and ends with another status, from
// FirstWrong on, when one is not what it should be. Whatever its words hold it does not fault: it
// reads memory by letting the kernel copy it, and calls nothing but what it has read. The
// constructors and destructors touch no memory but their stack: what they have been called with
// is a number that the kernel keeps, the timer slack, to which each appends a digit to base 4.

// FirstWrong is the status of User when its first check fails; each check has the next one.
const FirstWrong = 50

// Names of the files.
const (
	LibraryName = "libevery.so"
	BaseName    = "libbase.so"
)

// Function returns the code of a function that returns n: eight bytes, so that who reads a
// word there knows all of it.
func Function(n int32) []byte {
	b := append([]byte{0xb8}, binary.LittleEndian.AppendUint32(nil, uint32(n))...) // mov eax, n
	return append(b, 0xc3, 0xcc, 0xcc)                                             // ret; int3; int3
}

func functionWord(n int32) uint64 { return binary.LittleEndian.Uint64(Function(n)) }

// What the functions of the files return, and what the variables hold.
const (
	numberFn = 0x1000 + iota
	numberOld
	numberNew
	numberChosen
	numberBase
	numberSelf

	valueWord  = 0x1122334455667788
	copiedWord = 0x99aabbccddeeff01
	tlsWord    = 0x5151515152525252
	ownTLSWord = 0x6161616162626262
	bareWord   = 0x77
)

const (
	global = 1 << 4
	weak   = 2 << 4
	object = 1
	fn     = 2
	inTLS  = 6
	ifunc  = 10

	hidden = 0x8000 // of a version number: not the default one
)

// digit adds a function that appends a digit to the timer slack; it makes it 1 for 0.
func digit(a *amd64.Asm, label string, n int) {
	a.Label(label)
	if n > 0 {
		a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(unix.PR_GET_TIMERSLACK))
		a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_PRCTL))
		a.Op(amd64.SYSCALL)
		a.Op(amd64.LEAQ, amd64.RSI, amd64.Mem{Index: amd64.RAX, Scale: 4, Disp: int32(n)})
	} else {
		a.Op(amd64.MOVL, amd64.RSI, amd64.Imm(1))
	}
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(unix.PR_SET_TIMERSLACK))
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_PRCTL))
	a.Op(amd64.SYSCALL)
	a.Op(amd64.RET)
}

// resolver adds a function that returns the address of another.
func resolver(a *amd64.Asm, label, of string) {
	a.Label(label)
	a.Op(amd64.LEAQ, amd64.RAX, amd64.Label(of))
	a.Op(amd64.RET)
}

// Base returns the library that Library needs.
func Base() *Object {
	a := amd64.New()
	digit(a, "init", 1)
	digit(a, "fini", 2)
	a.String("base", Function(numberBase))
	c, err := a.Assemble()
	if err != nil {
		panic("bug: elftest: " + err.Error())
	}
	return build(spec{
		code: c, soname: BaseName, versions: []string{"BASE_1"},
		symbols:  []symbolSpec{{"base", global | fn, "base", 8, 2}},
		exported: 1,
		words:    []word{{"w.rel", typRelative, "", "base", 0}, {"w.relr1", 0, "", "base", 0}, {"w.init", typRelative, "", "init", 0}},
		funcs:    map[elf.DynTag]string{elf.DT_FINI: "fini"},
		arrays:   map[elf.DynTag][2]string{elf.DT_INIT_ARRAY: {"w.init", "w.init"}},
		noGnu:    true,
	})
}

// Library returns the library that has everything.
func Library() *Object {
	a := amd64.New()
	digit(a, "init", 2)
	digit(a, "construct1", 3)
	digit(a, "construct2", 1)
	digit(a, "destruct", 3)
	digit(a, "fini", 1)
	resolver(a, "resolve", "chosen")
	a.String("fn", Function(numberFn))
	a.String("old", Function(numberOld))
	a.String("new", Function(numberNew))
	a.String("chosen", Function(numberChosen))
	c, err := a.Assemble()
	if err != nil {
		panic("bug: elftest: " + err.Error())
	}
	o := build(spec{
		code: c, needed: []string{BaseName}, soname: LibraryName, versions: []string{"V1", "V2"}, from: BaseName, asked: []string{"BASE_1"},
		symbols: []symbolSpec{
			{"nowhere", weak, "", 0, 0},
			{"absent", weak, "", 0, 0},
			{"base", global | fn, "", 0, 4},
			{"value", global | object, "plain", 8, 2},
			{"copied", global | object, "copyable", 16, 2},
			{"fn", global | fn, "fn", 8, 2},
			{"dual", global | fn, "old", 8, 2 | hidden},
			{"dual", global | fn, "new", 8, 3},
			{"chosen", global | ifunc, "resolve", 8, 3},
			{"tls", global | inTLS, "tls", 8, 3},
		},
		exported: 7,
		words: []word{
			{"w.rel", typRelative, "", "fn", 0},
			{"w.relr1", 0, "", "old", 0},
			{"w.bare", noReloc, "", "", bareWord},
			{"w.relr2", 0, "", "new", 0},
			{"w.abs", typ64, "value", "", 8},
			{"w.got", typGot, "value", "", 0},
			{"w.copied", typ64, "copied", "", 0},
			{"w.fn", typSlot, "fn", "", 0},
			{"w.base", typSlot, "base", "", 0},
			{"w.irelative", typIRelative, "", "resolve", 0},
			{"w.thread", typThread, "tls", "", 0},
			{"w.module", typModule, "tls", "", 0},
			{"w.inblock", typInBlock, "tls", "", 4},
			{"w.desc", typDesc, "tls", "", 0},
			{"w.desc2", noReloc, "", "", 0},
			{"w.nowhere", typGot, "nowhere", "", 0},
			{"w.init1", typRelative, "", "construct1", 0},
			{"w.init2", typRelative, "", "construct2", 0},
			{"w.fini", typRelative, "", "destruct", 0},
		},
		funcs:  map[elf.DynTag]string{elf.DT_INIT: "init", elf.DT_FINI: "fini"},
		arrays: map[elf.DynTag][2]string{elf.DT_INIT_ARRAY: {"w.init1", "w.init2"}, elf.DT_FINI_ARRAY: {"w.fini", "w.fini"}},
		tls:    binary.LittleEndian.AppendUint64(nil, tlsWord),
	})
	o.put(PlainAt, valueWord)
	o.put(o.At["copyable"], copiedWord)
	return o
}

// checker assembles the checks of User. Registers: r12 and r14 the ends of a pipe, r13 the function
// for the end, r15 the status, rbx where Library is, rbp what is expected.
type checker struct{ *amd64.Asm }

// peek reads the word at rdi into rax, and ends the program when there is none.
func (a checker) peek() {
	a.Op(amd64.CALL, amd64.Label("peek"))
}

// routines are what the checks use.
func (a checker) routines() {
	a.Label("peek")
	a.Op(amd64.MOVQ, amd64.RSI, amd64.RDI)
	a.Op(amd64.MOVL, amd64.RDI, amd64.R14)
	a.Op(amd64.MOVL, amd64.RDX, amd64.Imm(8))
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_WRITE))
	a.Op(amd64.SYSCALL)
	a.Op(amd64.CMPQ, amd64.RAX, amd64.Imm(8))
	a.Op(amd64.JNE, amd64.Label("wrong"))
	a.Op(amd64.MOVL, amd64.RDI, amd64.R12)
	a.Op(amd64.LEAQ, amd64.RSI, amd64.Mem{Base: amd64.RSP, Disp: -16})
	a.Op(amd64.MOVL, amd64.RDX, amd64.Imm(8))
	a.Op(amd64.XORL, amd64.RAX, amd64.RAX) // read
	a.Op(amd64.SYSCALL)
	a.Op(amd64.MOVQ, amd64.RAX, amd64.Mem{Base: amd64.RSP, Disp: -16})
	a.Op(amd64.RET)
	// expect compares rax with rbp, and counts the check.
	a.Label("expect")
	a.Op(amd64.CMPQ, amd64.RAX, amd64.RBP)
	a.Op(amd64.JNE, amd64.Label("wrong"))
	a.Op(amd64.INCL, amd64.R15)
	a.Op(amd64.RET)
	a.Label("wrong")
	a.Op(amd64.MOVL, amd64.RDI, amd64.R15)
	a.Label("exit")
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_EXIT_GROUP))
	a.Op(amd64.SYSCALL)
}

func (a checker) expect() { a.Op(amd64.CALL, amd64.Label("expect")) }

// own compares a word of the program with an address of it.
func (a checker) own(label string, expected amd64.Sym) {
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Sym{Name: label})
	a.peek()
	a.Op(amd64.LEAQ, amd64.RBP, expected)
	a.expect()
}

// number compares a word of the program with a number.
func (a checker) number(label string, off int64, n uint64) {
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Sym{Name: label, Off: off})
	a.peek()
	a.Op(amd64.MOVQ, amd64.RBP, amd64.Imm(int64(n)))
	a.expect()
}

// at is follow for a word of the program.
func (a checker) at(label string, n uint64) {
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Sym{Name: label})
	a.follow(n)
}

// follow compares the word that the one at rdi leads to with a number. r9 becomes where it leads.
func (a checker) follow(n uint64) {
	a.peek()
	a.Op(amd64.MOVQ, amd64.R9, amd64.RAX)
	a.Op(amd64.MOVQ, amd64.RDI, amd64.RAX)
	a.peek()
	a.Op(amd64.MOVQ, amd64.RBP, amd64.Imm(int64(n)))
	a.expect()
}

// its compares a word of Library with an address of it.
func (a checker) its(lib *Object, label, expected string, add int32) {
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At[label])})
	a.peek()
	a.Op(amd64.LEAQ, amd64.RBP, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At[expected]) + add})
	a.expect()
}

// thread compares the word at the thread pointer and the number in the word at rdi with another.
func (a checker) thread(n uint64) {
	a.peek()
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RAX, Index: amd64.R8, Scale: 1})
	a.peek()
	a.Op(amd64.MOVQ, amd64.RBP, amd64.Imm(int64(n)))
	a.expect()
}

// slack compares the digits that were appended.
func (a checker) slack(digits ...int) {
	v := int64(0)
	for _, d := range digits {
		v = v*4 + int64(d)
	}
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(unix.PR_GET_TIMERSLACK))
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_PRCTL))
	a.Op(amd64.SYSCALL)
	a.Op(amd64.MOVQ, amd64.RBP, amd64.Imm(v))
	a.expect()
}

// store lets the kernel write a byte at label, and wants this answer.
func (a checker) store(label string, off int64, answer int) {
	a.Op(amd64.MOVL, amd64.RDI, amd64.R14)
	a.Op(amd64.MOVQ, amd64.RSI, amd64.RSP)
	a.Op(amd64.MOVL, amd64.RDX, amd64.Imm(1))
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_WRITE))
	a.Op(amd64.SYSCALL)
	a.Op(amd64.MOVL, amd64.RDI, amd64.R12)
	a.Op(amd64.LEAQ, amd64.RSI, amd64.Sym{Name: label, Off: off})
	a.Op(amd64.MOVL, amd64.RDX, amd64.Imm(1))
	a.Op(amd64.XORL, amd64.RAX, amd64.RAX)
	a.Op(amd64.SYSCALL)
	a.Op(amd64.MOVQ, amd64.RBP, amd64.Imm(answer))
	a.expect()
}

// User returns the program.
func User() *Object {
	lib := Library()
	a := checker{amd64.New()}
	digit(a.Asm, "preinit", 0)
	digit(a.Asm, "init", 2)
	digit(a.Asm, "construct", 3)
	digit(a.Asm, "destruct", 1)
	digit(a.Asm, "fini", 2)
	resolver(a.Asm, "resolve", "self")
	a.String("self", Function(numberSelf))

	a.Label("start")
	a.Op(amd64.MOVQ, amd64.R13, amd64.RDX)
	a.Op(amd64.MOVL, amd64.R15, amd64.Imm(FirstWrong))
	a.Op(amd64.SUBQ, amd64.RSP, amd64.Imm(16))
	a.Op(amd64.MOVQ, amd64.RDI, amd64.RSP)
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_PIPE))
	a.Op(amd64.SYSCALL)
	a.Op(amd64.MOVL, amd64.R12, amd64.Mem{Base: amd64.RSP})
	a.Op(amd64.MOVL, amd64.R14, amd64.Mem{Base: amd64.RSP, Disp: 4})

	a.slack(1, 1, 2, 3, 1, 2, 3) // preinit; Base; init, construct1, construct2; init, construct
	a.own("w.rel", amd64.Sym{Name: "self"})
	a.own("w.relr1", amd64.Sym{Name: "self"})
	a.number("w.bare", 0, bareWord)
	a.own("w.relr2", amd64.Sym{Name: "start"})
	a.own("w.irelative", amd64.Sym{Name: "self"})
	a.number("w.nowhere", 0, 0)
	a.number("zero", 0, 0)
	a.number("zero", 0xbf8, 0)  // the end of its first page
	a.number("zero", 0x13f8, 0) // the end of all
	a.at("w.value", valueWord)
	a.at("w.old", functionWord(numberOld))
	a.at("w.new", functionWord(numberNew))
	a.at("w.chosen", functionWord(numberChosen))
	a.number("zero", 0x100, copiedWord)

	a.at("w.fn", functionWord(numberFn))
	a.Op(amd64.LEAQ, amd64.RBX, amd64.Mem{Base: amd64.R9, Disp: -int32(lib.At["fn"])})
	a.its(lib, "w.rel", "fn", 0)
	a.its(lib, "w.relr1", "old", 0)
	a.its(lib, "w.relr2", "new", 0)
	a.its(lib, "w.abs", "plain", 8)
	a.its(lib, "w.got", "plain", 0)
	a.its(lib, "w.fn", "fn", 0)
	a.its(lib, "w.irelative", "chosen", 0)
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At["w.copied"])})
	a.peek()
	a.Op(amd64.LEAQ, amd64.RBP, amd64.Sym{Name: "zero", Off: 0x100})
	a.expect()
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At["w.base"])})
	a.follow(functionWord(numberBase))
	a.own("w.abs", amd64.Sym{Name: "zero", Off: 0x100 + 8})

	// Thread-local storage: r8 is the thread pointer.
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(0x1003)) // ARCH_GET_FS
	a.Op(amd64.LEAQ, amd64.RSI, amd64.Mem{Base: amd64.RSP, Disp: -32})
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_ARCH_PRCTL))
	a.Op(amd64.SYSCALL)
	a.Op(amd64.MOVQ, amd64.R8, amd64.Mem{Base: amd64.RSP, Disp: -32})
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Sym{Name: "w.tls"})
	a.thread(tlsWord)
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Sym{Name: "w.mine"})
	a.thread(ownTLSWord)
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At["w.thread"])})
	a.thread(tlsWord)
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At["w.desc2"])})
	a.thread(tlsWord)
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At["w.desc"])})
	a.peek()
	a.Op(amd64.MOVQ, amd64.RDI, amd64.RAX)
	a.peek()
	a.Op(amd64.SHLQ, amd64.RAX, amd64.Imm(24))
	a.Op(amd64.MOVQ, amd64.RBP, amd64.Imm(0x08408b48<<24-0x3d<<56))
	a.expect()
	// __tls_get_addr, once it is known to be that, with the words of Library.
	a.at("w.getaddr", 0x25048b4864)
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At["w.inblock"])})
	a.peek()
	a.Op(amd64.MOVQ, amd64.RBP, amd64.Imm(4))
	a.expect()
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RBX, Disp: int32(lib.At["w.module"])})
	a.Op(amd64.CALL, amd64.R9)
	a.Op(amd64.LEAQ, amd64.RDI, amd64.Mem{Base: amd64.RAX, Disp: -4})
	a.peek()
	a.Op(amd64.MOVQ, amd64.RBP, amd64.Imm(tlsWord))
	a.expect()

	a.store("zero", 0, 1)
	a.store("plain", 0, 1)
	a.store("w.rel", 0, -int(unix.EFAULT))  // RELRO
	a.store("start", 0, -int(unix.EFAULT))  // code
	a.store("stub", -1, -int(unix.EFAULT))  // and more of it
	a.Op(amd64.TESTQ, amd64.R13, amd64.R13) // the function for the end
	a.Op(amd64.JE, amd64.Label("wrong"))
	a.Op(amd64.CALL, amd64.R13)
	a.slack(1, 1, 2, 3, 1, 2, 3 /* destruct, fini; of Library, */, 1, 2, 3, 1 /* of Base */, 2)
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(Status))
	a.Op(amd64.JMP, amd64.Label("exit"))
	a.routines()
	// What the kernel would enter, where programs have their stub.
	a.Label("stub")
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(99))
	a.Op(amd64.JMP, amd64.Label("exit"))
	c, err := a.Assemble()
	if err != nil {
		panic("bug: elftest: " + err.Error())
	}
	o := build(spec{
		code: c, needed: []string{LibraryName}, from: LibraryName, asked: []string{"V1", "V2"},
		symbols: []symbolSpec{
			{"mine", inTLS, "tls", 8, 0},
			{"nowhere", weak, "", 0, 0},
			{"absent", weak, "", 0, 0},
			{"value", global | object, "", 0, 2},
			{"fn", global | fn, "", 0, 2},
			{"dual", global | fn, "", 0, 2},
			{"dual", global | fn, "", 0, 3},
			{"chosen", global | fn, "", 0, 3},
			{"tls", global | inTLS, "", 0, 3},
			{"__tls_get_addr", global | fn, "", 0, 0},
			{"copied", global | object, "copyable", 16, 2},
		},
		exported: 1,
		words: []word{
			{"w.rel", typRelative, "", "self", 0},
			{"w.relr1", 0, "", "self", 0},
			{"w.bare", noReloc, "", "", bareWord},
			{"w.relr2", 0, "", "start", 0},
			{"w.abs", typ64, "copied", "", 8},
			{"w.value", typGot, "value", "", 0},
			{"w.copy", typCopy, "copied", "copyable", 0},
			{"w.fn", typSlot, "fn", "", 0},
			{"w.old", typSlot, "dual", "", 0},
			{"w.new", typSlot, "dual@", "", 0},
			{"w.chosen", typSlot, "chosen", "", 0},
			{"w.getaddr", typSlot, "__tls_get_addr", "", 0},
			{"w.irelative", typIRelative, "", "resolve", 0},
			{"w.tls", typThread, "tls", "", 0},
			{"w.mine", typThread, "mine", "", 0},
			{"w.nowhere", typGot, "nowhere", "", 0},
			{"w.preinit", typRelative, "", "preinit", 0},
			{"w.init", typRelative, "", "construct", 0},
			{"w.fini", typRelative, "", "destruct", 0},
		},
		funcs: map[elf.DynTag]string{elf.DT_INIT: "init", elf.DT_FINI: "fini"},
		arrays: map[elf.DynTag][2]string{elf.DT_INIT_ARRAY: {"w.init", "w.init"}, elf.DT_FINI_ARRAY: {"w.fini", "w.fini"},
			elf.DT_PREINIT_ARRAY: {"w.preinit", "w.preinit"}},
		tls: binary.LittleEndian.AppendUint64(nil, ownTLSWord),
	})
	return o
}

// Server returns a program that does what it is asked for on fd 0: three words, an address of code and
// two arguments for it. It answers with a word, what the code returned, on fd 1; the first word that it
// writes is its own base. Its words w.load, w.symbol and w.error lead to what the loader offers, w.thread to
// the thread pointer's function; at ZeroAt and behind there is room for strings.
func Server() *Object {
	a := amd64.New()
	answer := func() {
		a.Op(amd64.MOVQ, amd64.Mem{Base: amd64.RSP}, amd64.RAX)
		a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(1))
		a.Op(amd64.MOVQ, amd64.RSI, amd64.RSP)
		a.Op(amd64.MOVL, amd64.RDX, amd64.Imm(8))
		a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_WRITE))
		a.Op(amd64.SYSCALL)
	}
	a.Label("start")
	a.Op(amd64.SUBQ, amd64.RSP, amd64.Imm(32))
	a.Op(amd64.LEAQ, amd64.RAX, amd64.Label("start"))
	a.Op(amd64.SUBQ, amd64.RAX, amd64.Imm(CodeOff))
	answer()
	a.Label("more")
	a.Op(amd64.XORL, amd64.RDI, amd64.RDI)
	a.Op(amd64.MOVQ, amd64.RSI, amd64.RSP)
	a.Op(amd64.MOVL, amd64.RDX, amd64.Imm(24))
	a.Op(amd64.XORL, amd64.RAX, amd64.RAX)
	a.Op(amd64.SYSCALL)
	a.Op(amd64.CMPQ, amd64.RAX, amd64.Imm(24))
	a.Op(amd64.JNE, amd64.Label("end"))
	a.Op(amd64.MOVQ, amd64.RAX, amd64.Mem{Base: amd64.RSP})
	a.Op(amd64.MOVQ, amd64.RDI, amd64.Mem{Base: amd64.RSP, Disp: 8})
	a.Op(amd64.MOVQ, amd64.RSI, amd64.Mem{Base: amd64.RSP, Disp: 16})
	a.Op(amd64.CALL, amd64.RAX)
	answer()
	a.Op(amd64.JMP, amd64.Label("more"))
	a.Label("end")
	a.Op(amd64.MOVL, amd64.RDI, amd64.Imm(Status))
	a.Op(amd64.MOVL, amd64.RAX, amd64.Imm(unix.SYS_EXIT_GROUP))
	a.Op(amd64.SYSCALL)
	a.Label("stub")
	a.Op(amd64.UD2)
	a.String("pointer", []byte{0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, 0xc3}) // mov rax, fs:0; ret
	c, err := a.Assemble()
	if err != nil {
		panic("bug: elftest: " + err.Error())
	}
	return build(spec{
		code: c,
		symbols: []symbolSpec{{"slulrtld_load", global | fn, "", 0, 0}, {"slulrtld_symbol", global | fn, "", 0, 0}, {"slulrtld_error", global | fn, "", 0, 0},
			{"copied", global | object, "copyable", 16, 0}},
		exported: 1,
		words: []word{{"w.rel", typRelative, "", "start", 0}, {"w.load", typSlot, "slulrtld_load", "", 0}, {"w.symbol", typSlot, "slulrtld_symbol", "", 0},
			{"w.error", typSlot, "slulrtld_error", "", 0}, {"w.relr1", 0, "", "start", 0}},
	})
}
