package rtld

// Explicit mode: slulrtld [--argv0 NAME] PROGRAM [ARGUMENT...].

const usage = `usage: slulrtld [--argv0 NAME] [--] PROGRAM [ARGUMENT...]
       slulrtld --help | --version
` + "\x00"

const version = "slulrtld 1 (" + machineName + ")\n\x00"

// print writes a constant of the loader to standard output and ends the process.
//
//go:noinline
func print(s string) {
	writeAll(1, lit(s), uintptr(len(s)-1))
	exit(0)
}

// explicitArgs reads the options and shifts the argument block so that it is what
// PROGRAM would have got from the kernel. It returns the address of PROGRAM's path.
func (r *report) explicitArgs(b *block) uintptr {
	name, plain := uintptr(0), uintptr(0)
	at := b.argv
	for {
		at += word
		s := load(at)
		switch {
		case at >= b.envp-word:
			r.bad(lit("no program given (try --help)\x00"), 0)
		case byteAt(s) != '-' || s == plain:
			b.dropArgs((at - b.argv) / word)
			if name != 0 {
				store(b.argv, name)
			}
			return s
		case isSame(s, lit("--\x00")):
			plain = load(at + word)
		case isSame(s, lit("--help\x00")):
			print(usage)
		case isSame(s, lit("--version\x00")):
			print(version)
		case isSame(s, lit("--argv0\x00")):
			at += word
			if name = load(at); name == 0 {
				r.bad(lit("--argv0 needs a name\x00"), 0)
			}
		default:
			r.badName(lit("unknown option % (try --help)\x00"), s, 0)
		}
	}
}
