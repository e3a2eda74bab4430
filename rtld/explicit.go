package rtld

// Explicit mode: slulrtld [--argv0 NAME] PROGRAM [ARGUMENT...].

const usage = `usage: slulrtld [--argv0 NAME] PROGRAM [ARGUMENT...]

Starts the SLUL program PROGRAM, a path. Also called runslul.

  --argv0 NAME   what PROGRAM finds as its argument 0 instead of its path
  --help         this text
  --version      the version of the loader
` + "\x00"

const version = "slulrtld 1 (" + machineName + ")\n\x00"

// print writes a constant of the loader to standard output and ends the process.
func print(s string) {
	writeAll(1, bytesAt(addressOf(s), uintptr(len(s)-1)))
	exit(0)
}

// explicitArgs reads the options and shifts the argument block so that it is what
// PROGRAM would have got from the kernel. It returns the address of PROGRAM's path.
func explicitArgs(f *fault, b *block) (path uintptr, ok bool) {
	name := uintptr(0)
	i := uintptr(1)
	for ; i < b.argc; i++ {
		s := b.arg(i)
		if len(s) == 0 || s[0] != '-' {
			break
		}
		switch {
		case s == "--":
			i++
		case s == "--help":
			print(usage)
		case s == "--version":
			print(version)
		case s == "--argv0" && i+1 < b.argc:
			i++
			name = load(b.argv + i*word)
			continue
		case s == "--argv0":
			return 0, f.bad("option --argv0 needs a name\x00", 0)
		default:
			return 0, f.badName("unknown option % (try --help)\x00", s, 0)
		}
		break
	}
	if i >= b.argc {
		return 0, f.bad("no program given (try --help)\x00", 0)
	}
	path = load(b.argv + i*word)
	b.dropArgs(i)
	if name != 0 {
		store(b.argv, name)
	}
	return path, true
}
