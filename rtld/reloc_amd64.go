package rtld

// relocKinds maps this CPU's relocation numbers (x86-64 psABI, table 4.9) to the
// loader's few kinds: entry n is for number n.
const relocKinds = "" +
	string(rune(relocNone)) + //                                 0 R_X86_64_NONE
	string(rune(relocSymAdd)) + //                               1 R_X86_64_64
	string(rune(relocUnknown)) + string(rune(relocUnknown)) + string(rune(relocUnknown)) +
	string(rune(relocCopy)) + //                                 5 R_X86_64_COPY
	string(rune(relocSym)) + //                                  6 R_X86_64_GLOB_DAT
	string(rune(relocJump)) + //                                 7 R_X86_64_JUMP_SLOT
	string(rune(relocBase)) + //                                 8 R_X86_64_RELATIVE
	string(rune(relocUnknown)) +
	string(rune(relocUnsigned)) + //                            10 R_X86_64_32
	string(rune(relocSigned)) + //                              11 R_X86_64_32S
	string(rune(relocUnknown)) + string(rune(relocUnknown)) + string(rune(relocUnknown)) + string(rune(relocUnknown)) +
	string(rune(relocModule)) + //                              16 R_X86_64_DTPMOD64
	string(rune(relocInBlock)) + //                             17 R_X86_64_DTPOFF64
	string(rune(relocThread)) + //                              18 R_X86_64_TPOFF64
	unknown17 +
	string(rune(relocDesc)) + //                                36 R_X86_64_TLSDESC
	string(rune(relocCall)) + //                                37 R_X86_64_IRELATIVE
	"\x00"

// unknown17 is 17 times relocUnknown: 19 to 35.
const unknown17 = "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
