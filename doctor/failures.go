package doctor

// What the loader can say before a program runs, all of it, and what mends it. A test walks
// through the loader's source: each of its messages is in exactly one row here. The page
// docs/failures.md is made from this table.

// Failure is a group of lines that have one cause.
type Failure struct {
	// Lines are the loader's messages as its source has them, without "slulrtld: FILE: " in front: % is a
	// name, & a word, # a number, $ one in hex. An errno is written out. More may follow.
	Lines []string
	Cause string
	// Mend is what to type or do. FILE is what the line is about, NAME and OTHER are the names in it,
	// FOUND is the file behind "found", PROGRAM what was to be started, TARGET what programs
	// are made for. Whatever else is upper case is for the reader to fill in.
	Mend string
	Kind Kind

	// here looks for the one thing that is to be done on this machine; "" is Mend.
	here func(*exam, heard) string
}

// Kind is the part of docs/failures.md.
type Kind string

const (
	KindFile    Kind = "The file"                          // what it is, and who may use it
	KindLibrary Kind = "Libraries and modules"             // what it needs
	KindState   Kind = "The process and the system"        // in which it was to be started
	KindDamage  Kind = "Damaged files, and tools that err" // FILE breaks the format's rules
	KindUsage   Kind = "The loader's command line"
)

// Kinds are in the order of the page.
var Kinds = []Kind{KindFile, KindLibrary, KindState, KindDamage, KindUsage}

// errnoMessages are those that end with the name of an errno.
var errnoMessages = []string{"cannot open: ", "cannot read: ", "cannot map a segment: ", "no memory: "}

// always are the lines of one errno, whatever was tried.
func always(errno string) []string { return with(errno, errnoMessages...) }

func with(errno string, messages ...string) []string {
	var list []string
	for _, m := range messages {
		list = append(list, m+errno)
	}
	return list
}

// bringMend is for libraries of which nothing is known.
const bringMend = "sudo install -D -m 644 NAME /usr/lib/slul/NAME, or: LD_SLUL_LIBRARY_PATH=DIR PROGRAM, or: slul build --runpath '$ORIGIN' -o PROGRAM SRC"

// Failures is the table.
var Failures = []Failure{
	// ---- The file ----
	{Kind: KindFile, Lines: with("ENOENT", "cannot open: ", "cannot read: "),
		Cause: "there is no such file", Mend: "slul build -o FILE SRC, or install what has it: apt-file search FILE", here: absent},
	{Kind: KindFile, Lines: with("ENOTDIR", "cannot open: ", "cannot read: "),
		Cause: "a part of the path is no directory", Mend: "namei -l FILE shows which; name the right path"},
	{Kind: KindFile, Lines: []string{"must be readable: EACCES", "cannot open: EACCES", "cannot read: EACCES"},
		Cause: "who starts a program must be able to read it, but for set-user-ID programs and by binfmt_misc", Mend: "sudo chmod a+r FILE", here: openTheWay},
	{Kind: KindFile, Lines: []string{"cannot map a segment: EPERM"},
		Cause: "FILE is on a file system that is mounted noexec, or a policy forbids to execute it",
		Mend:  "sudo mount -o remount,exec MOUNTPOINT, or move FILE to where programs may be", here: remountExec},
	{Kind: KindFile, Lines: []string{"cannot map a segment: EACCES"},
		Cause: "a policy (SELinux, a seccomp filter) forbids to map FILE as code", Mend: "sudo restorecon -v FILE, or allow mmap with PROT_EXEC in the filter"},
	{Kind: KindFile, Lines: []string{"not a regular file: st_mode=$"},
		Cause: "FILE is a directory, a pipe or a device", Mend: "name the program's file; to compile and run a directory: slul run FILE"},
	{Kind: KindFile, Lines: []string{"made for &, this loader is for x86-64: e_machine=#", "not 64-bit: EI_CLASS=#", "not little-endian: EI_DATA=#"},
		Cause: "FILE is for another CPU", Mend: "slul build --target TARGET -o FILE SRC"},
	{Kind: KindFile, Lines: []string{"not an ELF file: e_ident=$", "file too short: size=#"},
		Cause: "FILE is no program and no library: source, a script, or what an interrupted copy has left", Mend: "slul build -o FILE SRC"},
	{Kind: KindFile, Lines: []string{"not a program or library: e_type=#"},
		Cause: "FILE is an object file or a core dump", Mend: "slul build -o FILE SRC, or link it: ld -shared -o FILE.so FILE"},
	{Kind: KindFile, Lines: []string{"not a SLUL program: no PT_SLUL"},
		Cause: "FILE has no program note, and so no place to begin: the note was stripped, or it is a library", Mend: "slul build -o FILE SRC, or of a library: slul wrap LIB.so -o FILE"},
	{Kind: KindFile, Lines: []string{"not position-independent: e_type=#"},
		Cause: "FILE has a program note, and addresses that are fixed", Mend: "slul wrap LIB.so -o FILE of a library linked with -shared"},
	{Kind: KindFile, Lines: []string{"needs loader version #"},
		Cause: "FILE was built for a newer loader than the one that is installed", Mend: "sudo slul install, with the slul that built FILE"},
	{Kind: KindFile, Lines: []string{"unknown program note: format=#"},
		Cause: "FILE was built by a slul whose programs this loader does not know", Mend: "sudo slul install, with the slul that built FILE"},
	{Kind: KindFile, Lines: []string{"file changed while loading: size=#"},
		Cause: "somebody writes into FILE", Mend: "start it again; replace files by renaming: install NEW FILE"},
	{Kind: KindFile, Lines: []string{"bad interpreter name: p_filesz=#"},
		Cause: "FILE names its interpreter (PT_INTERP) by no path, or one that is too long", Mend: "slul build -o FILE SRC, or of a program of another kind: patchelf --set-interpreter PATH FILE"},
	{Kind: KindFile, Lines: []string{"unknown program headers: AT_PHNUM=#"},
		Cause: "FILE is started by PT_INTERP, and its program headers are not where the kernel could tell", Mend: "runslul FILE, or slul build --start=interp -o FILE SRC"},

	// ---- Libraries and modules ----
	{Kind: KindLibrary, Lines: []string{"libraries not found:", "cannot find library %"},
		Cause: "no directory that is looked in has the library, or none for this CPU that may be read",
		Mend:  bringMend, here: bringLibraries},
	{Kind: KindLibrary, Lines: []string{"not a library but a program: e_type=#", "not a library: no PT_DYNAMIC"},
		Cause: "FILE has the name of a library that is needed, and is none", Mend: "put the library there: slul build -o FILE SRC, or gcc -shared -fPIC -nostdlib -o FILE SRC.c"},
	{Kind: KindLibrary, Lines: []string{"undefined symbols:"},
		Cause: "no library that is loaded has these symbols: one is older, or another than FILE was built with",
		Mend:  "install the version of the library that FILE was built with, or build FILE for this one: slul lock DIR && slul build -o FILE DIR"},
	{Kind: KindLibrary, Lines: []string{"needs version %"},
		Cause: "the library is older than the one that FILE was built with", Mend: "install a newer version of the library, or build FILE for this one: slul build -o FILE SRC"},
	{Kind: KindLibrary, Lines: []string{"no library has % to copy"},
		Cause: "FILE keeps a copy of the variable NAME of a library, which has it no more", Mend: "install the version of the library that FILE was built with, or build FILE anew"},
	{Kind: KindLibrary, Lines: []string{"cannot start: module '%' is too old"},
		Cause: "the module NAME is older than what FILE needs of it", Mend: "build a newer NAME and put it there: slul build -o NAME.so DIR && sudo install -m 644 NAME.so FOUND, or use less of it: slul lock DIR"},
	{Kind: KindLibrary, Lines: []string{"cannot start: module '%' has a different interface"},
		Cause: "the module NAME calls its interface by the same version, and it is another one", Mend: "build both for one interface: slul lock DIR && slul build -o FILE DIR; a locked version is never changed"},
	{Kind: KindLibrary, Lines: []string{"'%' is not a module of this profile"},
		Cause: "the library NAME.so is no SLUL module, or one of another profile", Mend: "slul build -o FOUND DIR, of the module NAME"},
	{Kind: KindLibrary, Lines: []string{"unsafe module '%' outside the system directory"},
		Cause: "a module built with --unsafe is trusted in /usr/lib/slul alone", Mend: "sudo install -D -m 644 FOUND /usr/lib/slul/NAME.so"},
	{Kind: KindLibrary, Lines: []string{"needs an interface of %, not the library"},
		Cause: "FILE says what it needs of the module NAME, and does not name the library: a tool has changed its DT_NEEDED", Mend: "slul build -o FILE SRC"},
	{Kind: KindLibrary, Lines: []string{"cycle of modules: %"},
		Cause: "the modules need each other", Mend: "take what both need into a third module, and slul lock each"},
	{Kind: KindLibrary, Lines: []string{"too many libraries: #"},
		Cause: "more libraries than the kernel has mappings for", Mend: "link some of them together, or slul build --core folded"},
	{Kind: KindLibrary, Lines: []string{"no room for TLS: p_memsz=#"},
		Cause: "FILE is loaded late, and its thread-local variables need more than is kept free", Mend: "name it when the program is linked, so that it is loaded at the start: ld … -lNAME"},
	{Kind: KindLibrary, Lines: []string{"not permitted in secure mode"},
		Cause: "a set-user-ID program, or one started by such a program, takes nothing by a path of its caller's or its own: neither libraries with a slash in their names, nor a program's name",
		Mend:  "sudo install -D -m 644 LIB.so /usr/lib/slul/LIB.so, and need it by its name: slul build -o PROGRAM SRC; start programs by themselves, not by runslul"},

	// ---- The process and the system ----
	{Kind: KindState, Lines: []string{"/proc is not mounted"},
		Cause: "without /proc a program is found by its first argument alone, and a set-user-ID program not at all", Mend: "sudo mount -t proc proc /proc, or slul build --start=interp -o PROGRAM SRC"},
	{Kind: KindState, Lines: always("EMFILE"),
		Cause: "this process may open no more files", Mend: "ulimit -n 1024"},
	{Kind: KindState, Lines: always("ENFILE"),
		Cause: "the system may open no more files", Mend: "sudo sysctl fs.file-max=1000000"},
	{Kind: KindState, Lines: append(always("ENOMEM"), "no address space: bytes=#"),
		Cause: "a limit of address space, data or mappings, or no memory", Mend: "ulimit -v unlimited; ulimit -d unlimited; sudo sysctl vm.max_map_count=262144"},
	{Kind: KindState, Lines: always("EIO"),
		Cause: "the disk or the network does not give the file", Mend: "sudo dmesg | tail; then copy FILE from elsewhere"},
	{Kind: KindState, Lines: with("EPERM", "cannot open: ", "cannot read: ", "no memory: "),
		Cause: "a seccomp filter or another policy forbids a system call of the loader", Mend: "slul doctor names the call; allow it in the filter (docker: --security-opt seccomp=FILE; systemd: SystemCallFilter=@system-service)"},
	{Kind: KindState, Lines: append(with("error", errnoMessages...), with("ENOENT", "cannot map a segment: ", "no memory: ")...),
		Cause: "a system call gave an error that is not expected there", Mend: "strace -f PROGRAM shows which: please report the last lines"},
	{Kind: KindState, Lines: append(with("ENOTDIR", "cannot map a segment: ", "no memory: "), "no memory: EACCES"),
		Cause: "a seccomp filter answers a system call with this error", Mend: "slul doctor names the call; allow it in the filter"},
	{Kind: KindState, Lines: []string{"cannot open /dev/null as fd #"},
		Cause: "the caller of a set-user-ID program has closed this descriptor, and /dev/null, which is put there, is missing", Mend: "sudo rm -f /dev/null && sudo mknod -m 666 /dev/null c 1 3"},
	{Kind: KindState, Lines: []string{"address in use: p_vaddr=$"},
		Cause: "FILE wants fixed addresses (ET_EXEC), where something lies", Mend: "start it by itself: FILE; or link it position-independent: gcc -pie"},
	{Kind: KindState, Lines: []string{"unknown page size: AT_PAGESZ=#", "no AT_RANDOM"},
		Cause: "this is no Linux kernel, or an emulator that does not say what a kernel says", Mend: "run PROGRAM on Linux 3.19 or later, or under a newer qemu-user"},
	{Kind: KindState, Lines: []string{"internal error at offset $"},
		Cause: "a mistake of the loader", Mend: "please report this line with FILE"},

	// ---- Damaged files, and tools that err ----
	{Kind: KindDamage, Lines: []string{
		"unknown ELF version: e_version=#",
		"bad program headers: e_phentsize=#", "bad program headers: e_phnum=#", "bad program headers: e_phoff=$",
		"program note too short: p_filesz=#", "program note not of SLUL: n_type=#", "entry point not in code: entry=$",
		"damaged note: n_type=#",
		"nothing to load: e_phnum=#", "two segments of one kind: p_type=$", "segment outside the file: p_offset=$", "segment outside the image: p_vaddr=$",
		"p_filesz larger than p_memsz: p_filesz=$", "segment too large: p_memsz=$", "bad segment alignment: p_align=$",
		"address and offset differ: p_vaddr=$", "segments overlap: p_vaddr=$", "segments share a page: p_vaddr=$", "PT_TLS too large: p_memsz=#",
		"dynamic tag given twice: DT_&=$", "empty name: DT_&=$", "wrong value: DT_&=$", "incomplete table: DT_&=$",
		"table outside the image: DT_&=$", "damaged table: DT_&=$", "not in code: DT_&=$", "bad string: offset=$",
		"relocation without symbol: r_sym=#", "symbol outside the image: r_sym=#", "symbol without PT_TLS: r_sym=#",
		"value too large: r_offset=$", "bad address: DT_RELR=$", "function not in code: address=$",
		"too much to do: steps=#",
	}, Cause: "FILE breaks the rules of its format: it was damaged, cut short, or made by a tool that errs", Mend: "slul build -o FILE SRC, or make it anew with the tool that made it", here: installAgain},
	{Kind: KindDamage, Lines: []string{"segment writable and executable: p_flags=#"},
		Cause: "FILE wants memory that is code and may be written to, which no program gets", Mend: "link FILE without -N (--omagic)"},
	{Kind: KindDamage, Lines: []string{"not writable: address=$"},
		Cause: "FILE has relocations in its code or its constants (DT_TEXTREL), which are never written to", Mend: "compile it with -fPIC, and link it with -z text"},
	{Kind: KindDamage, Lines: []string{"unknown relocation: r_type=#", "relocation only for programs: r_type=#", "relocations not supported: DT_&=$"},
		Cause: "FILE asks to be linked in a way that is not of libraries, or of another CPU", Mend: "compile it with -fPIC, and link it with -shared"},

	// ---- The loader's command line ----
	{Kind: KindUsage, Lines: []string{"no program given (try --help)", "% needs an argument", "unknown option % (try --help)"},
		Cause: "the command line of slulrtld or runslul", Mend: "runslul --help"},
}
