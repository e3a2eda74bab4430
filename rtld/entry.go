package rtld

// Implemented in entry_amd64.s, where each says what it needs and leaves.

func entry0()

//go:noescape
func syscall6(nr, a, b, c, d, e, f uintptr) uintptr
func enter(sp, pc uintptr)
func callC(fn, argc, argv, envp uintptr)

func trap()
func sysRegs()
func moveBytes()
func clearBytes()
func equalBytes()

// roomSize is what entry0 sets aside for buffers (see entry_amd64.s).
const roomSize = 11520
