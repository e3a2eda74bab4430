package startup

// What a hello of ours costs at least in each way that it can be started: the same program, but in
// place of the loader one that knows all before, checks nothing, gives no name and closes
// nothing. It maps the one page of the program, if the kernel has not, and jumps there.

import (
	"os"

	"golang.org/x/sys/unix"

	. "slul/asm/amd64"
	"slul/bench/measure"
	"slul/binfmt"
	"slul/elfimage"
	"slul/tests/tiny"
)

// makeLeast makes a hello that is started in this way, and its loader.
func makeLeast(start elfimage.Start) func(k *kit) (measure.Program, error) {
	return func(k *kit) (measure.Program, error) {
		rtld := k.path("least-" + string(start))
		p, err := k.hello("least-hello-"+string(start), start, rtld)
		if err != nil {
			return p, err
		}
		find := leastFds
		if start == elfimage.StartInterp {
			find = leastMapped
		}
		return p, writeLeast(rtld, p, find)
	}
}

func makeLeastBinfmt(k *kit) (measure.Program, error) {
	rtld := k.path("least-binfmt")
	p, err := k.hello("least-hello-binfmt", elfimage.StartNone, "")
	if err != nil {
		return p, err
	}
	if err := writeLeast(rtld, p, leastFds); err != nil {
		return p, err
	}
	return k.extended(p, "least", rtld, binfmt.MagicFlags)
}

// writeLeast writes the loader of p. find leaves in rax what the program's address in the file is
// added to; it gets the e_entry of the file.
func writeLeast(path string, p measure.Program, find func(a *Asm, start uint64)) error {
	f, err := elfimage.Open(p.Path)
	if err != nil {
		return err
	}
	a := New()
	a.Label(tiny.Start)
	find(a, f.Entry)
	a.Op(ADDQ, RAX, Imm(int64(f.Program.Entry)))
	a.Op(PUSH, RAX)
	a.Op(RET)
	return os.WriteFile(path, tiny.Static(tiny.Must(a)), 0o755)
}

// leastFds maps the first page of the program that is descriptor 3, the first that the stub or the kernel
// has opened.
func leastFds(a *Asm, _ uint64) {
	tiny.CallWith(a, unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE, 3, 0)
}

// leastMapped finds AT_ENTRY behind argv and envp.
func leastMapped(a *Asm, start uint64) {
	const atEntry = 9 // <linux/auxvec.h>
	a.Op(MOVQ, RCX, Mem{Base: RSP})
	a.Op(LEAQ, RSI, Mem{Base: RSP, Index: RCX, Scale: 8, Disp: 8}) // argv's null word
	a.Label("env")
	a.Op(ADDQ, RSI, Imm(8))
	a.Op(CMPQ, Mem{Base: RSI}, Imm(0))
	a.Op(JNE, Label("env"))
	a.Op(SUBQ, RSI, Imm(8)) // the rows of auxv have 16 bytes, and are 8 bytes behind
	a.Label("aux")
	a.Op(ADDQ, RSI, Imm(16))
	a.Op(CMPQ, Mem{Base: RSI}, Imm(atEntry))
	a.Op(JNE, Label("aux"))
	a.Op(MOVQ, RAX, Mem{Base: RSI, Disp: 8})
	a.Op(SUBQ, RAX, Imm(int64(start)))
}
