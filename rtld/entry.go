package rtld

// Implemented in entry_amd64.s, where each says what it needs and leaves.

func entry0()

//go:noescape
func syscall6(nr, a, b, c, d, e, f uintptr) uintptr
func enter(sp, pc, finish uintptr)
func callC(fn, argc, argv, envp uintptr) uintptr
func goBack(sp uintptr)

func trap()
func sysRegs()
func moveBytes()
func clearBytes()
func equalBytes()
func badAt()
func badNameAt()
func refusedAt()
func dieAt()

// Addresses of code that others call: the kernel, debuggers, the program.
func busPC() uintptr
func finishPC() uintptr
func debugStatePC() uintptr
func staticDescriptor() uintptr

func debugState()
func apiLoad()
func apiSymbol()
func apiError()
func apiSecure()
func apiProgram()
func tlsGetAddr()
func serve()
func leave()
func finish()
func bus()
func descriptor()
