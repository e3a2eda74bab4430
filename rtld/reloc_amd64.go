package rtld

// relocKinds maps this CPU's relocation numbers (x86-64 psABI, table 4.9) to the
// loader's few kinds: entry n is for number n.
const relocKinds = "" +
	string(rune(relocNone)) + //   0 R_X86_64_NONE
	string(rune(relocSymAdd)) + // 1 R_X86_64_64
	string(rune(relocUnknown)) + string(rune(relocUnknown)) + string(rune(relocUnknown)) + string(rune(relocUnknown)) +
	string(rune(relocSym)) + // 6 R_X86_64_GLOB_DAT
	string(rune(relocSym)) + // 7 R_X86_64_JUMP_SLOT
	string(rune(relocBase)) + //  8 R_X86_64_RELATIVE
	"\x00"
