package rtld

// Explicit mode: slulrtld [OPTION...] PROGRAM [ARGUMENT...].

const usage = `usage: slulrtld [OPTION...] [--] PROGRAM [ARGUMENT...]
Starts PROGRAM: a SLUL program, or any other that this machine can run.

  --argv0 NAME         the name that PROGRAM gets as argument 0
  --library-path DIRS  where to look for libraries first, colons between
  --list               do not start PROGRAM; print what would be loaded, from where
  --verify             do not start PROGRAM; check it and its libraries, and bind them
  --help, --version    print this, or the version

Environment: LD_SLUL_LIBRARY_PATH, as --library-path; LD_SLUL_TRACE, a list of
load, bind, time. Not for set-user-ID programs.
Exit status: PROGRAM's; 127 when it cannot start, 126 when it may not.
` + "\x00"

const versionText = "slulrtld 1 (" + machineName + ")\n\x00"

// print writes a constant of the loader to standard output and ends the process.
//
//go:noinline
func print(s string) {
	writeAll(1, lit(s), uintptr(len(s)-1))
	exit(0)
}

// explicitArgs reads the options and shifts the argument block so that it is what
// PROGRAM would have got from the kernel. It returns the address of PROGRAM's path.
func (l *loader) explicitArgs(b *block) uintptr {
	name, plain := uintptr(0), uintptr(0)
	at := b.argv
	for {
		at += word
		s := load(at)
		switch {
		case at >= b.envp-word:
			bad(lit("no program given (try --help)\x00"), 0)
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
			print(versionText)
		case isSame(s, lit("--list\x00")):
			l.option |= optionList
		case isSame(s, lit("--verify\x00")):
			l.option |= optionVerify
		case isSame(s, lit("--argv0\x00")):
			at += word
			name = argument(s, at)
		case isSame(s, lit("--library-path\x00")):
			at += word
			l.libraryPath = argument(s, at)
		default:
			badName(lit("unknown option % (try --help)\x00"), s)
		}
	}
}

// argument returns the argument of an option, the word at at.
func argument(option, at uintptr) uintptr {
	v := load(at)
	if v == 0 {
		badName(lit("% needs an argument\x00"), option)
	}
	return v
}
