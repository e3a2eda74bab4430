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

// findBlock walks the block at sp.
func findBlock(sp uintptr) block {
	b := block{sp: sp, argc: load(sp), argv: sp + word}
	b.envp = b.argv + (b.argc+1)*word
	p := b.envp
	for load(p) != 0 {
		p += word
	}
	b.auxv = p + word
	p = b.auxv
	for load(p) != atNull {
		p += 2 * word
	}
	b.end = p + 2*word
	return b
}

// arg returns argument i; "" when there are fewer.
func (b *block) arg(i uintptr) string {
	if i >= b.argc {
		return ""
	}
	return cstring(load(b.argv + i*word))
}

// aux returns the value of an auxv entry, and whether there is one.
func (b *block) aux(tag uintptr) (uintptr, bool) {
	for p := b.auxv; p < b.end-2*word; p += 2 * word {
		if load(p) == tag {
			return load(p + word), true
		}
	}
	return 0, false
}

// setAux changes an auxv entry, every copy of it.
func (b *block) setAux(tag, newTag, value uintptr) {
	for p := b.auxv; p < b.end-2*word; p += 2 * word {
		if load(p) == tag {
			store(p, newTag)
			store(p+word, value)
		}
	}
}

// env returns the value of an environment variable, given as "NAME=\x00", and whether
// there is one.
func (b *block) env(name string) (value uintptr, ok bool) {
	for p := b.envp; load(p) != 0; p += word {
		if hasPrefix(load(p), name) {
			return load(p) + uintptr(len(name)-1), true
		}
	}
	return 0, false
}

// hasPrefix tells whether the C string at addr begins with prefix, a literal with its NUL.
func hasPrefix(addr uintptr, prefix string) bool {
	for i := 0; prefix[i] != 0; i++ {
		if *(*byte)(pointer(addr + uintptr(i))) != prefix[i] {
			return false
		}
	}
	return true
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
