package rtld

// Explicit mode: slulrtld [OPTION...] PROGRAM [ARG...].

const usage = `usage: slulrtld [OPTION...] PROGRAM [ARG...]
  --argv0 NAME         its argument 0
  --library-path DIRS  looked in first
  --list, --verify     print or check all, do not run
  --help, --version
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
func explicitArgs(b *block) uintptr {
	l := &process
	name, plain := uintptr(0), uintptr(0)
	at := b.argv
	for {
		at += word
		s := load(at)
		if at >= b.envp-word {
			bad(lit("no program given (try --help)\x00"), 0)
		}
		if byteAt(s) != '-' || s == plain {
			b.dropArgs((at - b.argv) / word)
			if name != 0 {
				store(b.argv, name)
			}
			l.isRenamed = name != 0
			return s
		}
		key, end := keyOf(lit(optionNames), s)
		if byteAt(end) != 0 {
			key = 0
		}
		if key >= keyArgument {
			if at += word; load(at) == 0 {
				badName(lit("% needs an argument\x00"), s)
			}
		}
		switch {
		case key == 0:
			badName(lit("unknown option % (try --help)\x00"), s)
		case key <= optionVerify:
			l.option |= key
		case key == keyHelp:
			print(usage)
		case key == keyVersion:
			print(versionText)
		case key == keyPlain:
			plain = load(at + word)
		case key == keyArgv0:
			name = load(at)
		default:
			l.libraryPath = load(at)
		}
	}
}

// optionNames has a row per option: its key, the option, a newline.
const optionNames = "\x01--list\n\x02--verify\n\x03--help\n\x04--version\n\x06--argv0\n\x07--library-path\n\x05--\n\x00"

// Keys of the options that are not option bits themselves.
const (
	keyHelp    = 3 + iota
	keyVersion // prints and ends, as keyHelp
	keyPlain   // the next word is PROGRAM
	keyArgv0   // these need an argument
	keyLibrary
	keyArgument = keyArgv0
)
