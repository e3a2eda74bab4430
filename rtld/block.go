package rtld

// The block that the kernel leaves at the top of the stack (docs/startup.md draws
// it): argc, argv and its NULL, envp and its NULL, auxv up to AT_NULL. It is read,
// and where need be changed, in place; the program inherits it.

// block knows where the parts of the kernel's block begin. All are addresses of words.
type block struct {
	sp   uintptr // argc
	argc uintptr
	argv uintptr
	envp uintptr
	auxv uintptr
	end  uintptr // behind AT_NULL and its value
}

// walk finds the parts of the block at sp.
func (b *block) walk(sp uintptr) {
	b.sp, b.argc, b.argv = sp, load(sp), sp+word
	b.envp = b.argv + (b.argc+1)*word
	p := b.envp
	for load(p) != 0 {
		p += word
	}
	b.auxv = p + word
	for p = b.auxv; load(p) != atNull; p += 2 * word {
	}
	b.end = p + 2*word
}

// arg0 returns argument 0, a C string, empty when there is none.
//
//go:noinline
func (b *block) arg0() uintptr {
	if b.argc == 0 {
		return lit("\x00")
	}
	return load(b.argv)
}

// aux returns the value of an auxv entry, and whether there is one.
//
//go:noinline
func (b *block) aux(tag uintptr) (uintptr, bool) {
	for p := b.auxv; load(p) != atNull; p += 2 * word {
		if load(p) == tag {
			return load(p + word), true
		}
	}
	return 0, false
}

// path returns the value of PATH; 0 when there is none.
func (b *block) path() uintptr {
	for p := b.envp; load(p) != 0; p += word {
		if hasPrefix(load(p), lit("PATH=\x00")) {
			return load(p) + 5
		}
	}
	return 0
}

// dropArgs removes the first n arguments. rsp must stay a multiple of 16, so it goes
// up by an even number of words, and for an odd n all words behind come down by one.
func (b *block) dropArgs(n uintptr) {
	up := n &^ 1
	from := b.sp + n*word + word // the new argv[0]
	b.sp += up * word
	b.argc -= n
	if down := (n - up) * word; down != 0 {
		moveWords(from-down, from, (b.end-from)/word)
		b.envp -= down
		b.auxv -= down
		b.end -= down
	}
	store(b.sp, b.argc)
	b.argv = b.sp + word
}
