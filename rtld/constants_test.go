package rtld

import (
	"debug/elf"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The loader keeps its own few constants; each is compared with the one that the
// world knows, and the test knows when one is missing from its list.
func TestConstants(t *testing.T) {
	info, pkg, _ := typecheck(t)
	want := map[string]int64{
		"sysWrite": unix.SYS_WRITE, "sysClose": unix.SYS_CLOSE, "sysFstat": unix.SYS_FSTAT,
		"sysLseek": unix.SYS_LSEEK, "sysMmap": unix.SYS_MMAP, "sysMprotect": unix.SYS_MPROTECT, "sysMunmap": unix.SYS_MUNMAP,
		"sysBrk": unix.SYS_BRK, "sysGetcwd": unix.SYS_GETCWD, "sysRtSigaction": unix.SYS_RT_SIGACTION, "sysRtSigprocmask": unix.SYS_RT_SIGPROCMASK,
		"sysArchPrctl": unix.SYS_ARCH_PRCTL, "sysClockGettime": unix.SYS_CLOCK_GETTIME,
		"sysPread": unix.SYS_PREAD64, "sysFcntl": unix.SYS_FCNTL, "sysPrctl": unix.SYS_PRCTL, "sysExitGroup": unix.SYS_EXIT_GROUP,
		"sysOpenat": unix.SYS_OPENAT, "sysNewfstatat": unix.SYS_NEWFSTATAT, "sysReadlinkat": unix.SYS_READLINKAT, "sysFaccessat": unix.SYS_FACCESSAT,
		"oRdonly": unix.O_RDONLY, "oRdwr": unix.O_RDWR, "oNonblock": unix.O_NONBLOCK, "oCloexec": unix.O_CLOEXEC,
		"protNone": unix.PROT_NONE, "protRead": unix.PROT_READ, "protWrite": unix.PROT_WRITE, "protExec": unix.PROT_EXEC,
		"mapPrivate": unix.MAP_PRIVATE, "mapFixed": unix.MAP_FIXED, "mapAnonymous": unix.MAP_ANONYMOUS, "mapNoreserve": unix.MAP_NORESERVE, "mapPopulate": unix.MAP_POPULATE, "mapFixedNoreplace": unix.MAP_FIXED_NOREPLACE, "prSetMm": unix.PR_SET_MM, "prSetMmMap": unix.PR_SET_MM_MAP,
		"sigBus": int64(unix.SIGBUS), "sigUnblock": unix.SIG_UNBLOCK, "sigSetmask": unix.SIG_SETMASK, "clockMonotonic": unix.CLOCK_MONOTONIC,
		"saSiginfo": 4, "saRestorer": 0x04000000, "saNodefer": 0x40000000, // include/uapi/asm-generic/signal-defs.h
		"sIfmt": unix.S_IFMT, "sIfreg": unix.S_IFREG, "fGetfd": unix.F_GETFD, "prSetName": unix.PR_SET_NAME, "seekCur": unix.SEEK_CUR,
		"xOK": unix.X_OK, "pathMax": unix.PathMax,
		"eperm": int64(unix.EPERM), "enoent": int64(unix.ENOENT), "eintr": int64(unix.EINTR), "eacces": int64(unix.EACCES), "efault": int64(unix.EFAULT), "enomem": int64(unix.ENOMEM),
		"enotdir": int64(unix.ENOTDIR),
		"machine": int64(elf.EM_X86_64), "etDyn": int64(elf.ET_DYN), "etExec": int64(elf.ET_EXEC),
		"pfX": int64(elf.PF_X), "pfW": int64(elf.PF_W), "pfR": int64(elf.PF_R),
		"ptLoad": int64(elf.PT_LOAD), "ptDynamic": int64(elf.PT_DYNAMIC), "ptInterp": int64(elf.PT_INTERP), "ptTLS": int64(elf.PT_TLS),
		"ptGnuRelro": int64(elf.PT_GNU_RELRO), "ptPhdr": int64(elf.PT_PHDR), "ptNote": int64(elf.PT_NOTE),
		"dtFini": int64(elf.DT_FINI), "dtSoname": int64(elf.DT_SONAME), "dtRpath": int64(elf.DT_RPATH), "dtSymbolic": int64(elf.DT_SYMBOLIC),
		"dtDebug": int64(elf.DT_DEBUG), "dtFiniArray": int64(elf.DT_FINI_ARRAY), "dtFiniArraySz": int64(elf.DT_FINI_ARRAYSZ), "dtRunpath": int64(elf.DT_RUNPATH),
		"dtFlags1": int64(elf.DT_FLAGS_1), "dtVerDef": int64(elf.DT_VERDEF), "dtVerDefNum": int64(elf.DT_VERDEFNUM), "dtVerNeed": int64(elf.DT_VERNEED),
		"dtVerNeedNum": int64(elf.DT_VERNEEDNUM), "dfSymbolic": int64(elf.DF_SYMBOLIC), "df1Pie": int64(elf.DF_1_PIE), "stbLocal": int64(elf.STB_LOCAL),
		"stvHidden": int64(elf.STV_HIDDEN), "verNdxGlobal": 1, "verFlgBase": 1, "verFlgWeak": 2, "ntSize": 12,
		"dtNull": int64(elf.DT_NULL), "dtNeeded": int64(elf.DT_NEEDED), "dtPltRelSz": int64(elf.DT_PLTRELSZ), "dtHash": int64(elf.DT_HASH),
		"dtStrtab": int64(elf.DT_STRTAB), "dtSymtab": int64(elf.DT_SYMTAB), "dtRela": int64(elf.DT_RELA), "dtRelaSz": int64(elf.DT_RELASZ),
		"dtRelaEnt": int64(elf.DT_RELAENT), "dtStrSz": int64(elf.DT_STRSZ), "dtSymEnt": int64(elf.DT_SYMENT), "dtInit": int64(elf.DT_INIT),
		"dtRel": int64(elf.DT_REL), "dtPltRel": int64(elf.DT_PLTREL), "dtTextRel": int64(elf.DT_TEXTREL),
		"dtJmpRel": int64(elf.DT_JMPREL), "dtInitArray": int64(elf.DT_INIT_ARRAY), "dtInitArraySz": int64(elf.DT_INIT_ARRAYSZ),
		"dtFlags": int64(elf.DT_FLAGS), "dtPreInit": int64(elf.DT_PREINIT_ARRAY), "dtPreInitSz": int64(elf.DT_PREINIT_ARRAYSZ),
		"dtGnuHash": int64(elf.DT_GNU_HASH), "dtVersym": int64(elf.DT_VERSYM), "dfTextRel": int64(elf.DF_TEXTREL),
		"dtRelrSz": 35, "dtRelr": 36, "dtRelrEnt": 37, // gABI; debug/elf has none of them
		"stbWeak": int64(elf.STB_WEAK), "sttTLS": int64(elf.STT_TLS), "sttGnuIfunc": int64(elf.STT_GNU_IFUNC),
		"shnUndef": int64(elf.SHN_UNDEF), "shnAbs": int64(elf.SHN_ABS),
		"ehdrSize": int64(unsafe.Sizeof(elf.Header64{})), "phdrSize": int64(unsafe.Sizeof(elf.Prog64{})), "symSize": elf.Sym64Size,
		"relaSize": int64(unsafe.Sizeof(elf.Rela64{})), "dynSize": int64(unsafe.Sizeof(elf.Dyn64{})), "relrSize": 8,
		// include/uapi/linux/auxvec.h
		"atNull": 0, "atExecfd": 2, "atPhdr": 3, "atPhent": 4, "atPhnum": 5, "atPagesz": 6, "atBase": 7, "atFlags": 8, "atEntry": 9,
		"atUID": 11, "atSecure": 23, "atRandom": 25, "atExecfn": 31, "atIgnore": 1,
	}
	// Our own numbers, and atFdcwd, which is unsigned here.
	own := map[string]bool{"ptSlul": true, "noteSize": true, "atFdcwd": true}
	prefixes := []string{"sys", "sig", "sa", "nt", "stv", "verNdx", "verFlg", "o", "prot", "map", "pt", "dt", "df", "at", "stb", "stt", "shn", "pf", "e"}
	for id, obj := range info.Defs {
		c, ok := obj.(*types.Const)
		if !ok || c.Parent() != pkg.Scope() || own[id.Name] {
			continue
		}
		v, exact := constant.Int64Val(constant.ToInt(c.Val()))
		if w, listed := want[id.Name]; listed {
			if !exact || v != w {
				t.Errorf("%s is %v, want %d", id.Name, c.Val(), w)
			}
			delete(want, id.Name)
			continue
		}
		for _, p := range prefixes {
			if rest, ok := strings.CutPrefix(id.Name, p); ok && rest != "" && (strings.ToUpper(rest[:1]) == rest[:1]) && c.Val().Kind() == constant.Int && !strings.HasPrefix(id.Name, "exit") {
				t.Errorf("the test does not know %s", id.Name)
			}
		}
	}
	for name := range want {
		t.Errorf("the loader has no constant %s", name)
	}
	if fd := int64(unix.AT_FDCWD); uintptr(fd) != atFdcwd {
		t.Error("atFdcwd")
	}
}

// typecheck parses and checks the package as it is built for the finished loader.
func typecheck(t *testing.T) (*types.Info, *types.Package, []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || name == "sys_hosted.go" {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: onlyUnsafe{}}
	pkg, err := config.Check("slul/rtld", fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	return info, pkg, files
}

// onlyUnsafe is the importer of a package that imports unsafe alone.
type onlyUnsafe struct{}

func (onlyUnsafe) Import(path string) (*types.Package, error) {
	if path != "unsafe" {
		return nil, errors.New("the loader imports " + path)
	}
	return types.Unsafe, nil
}

// fragments are only ever parts of other constants.
var fragments = map[string]bool{"machineName": true, "archName": true, "unknown17": true}

// String constants have no size once linked: each that the code uses must end in a
// NUL and have no other, or the post-linker would cut it short.
func TestLiterals(t *testing.T) {
	info, _, files := typecheck(t)
	n := 0
	for _, f := range files {
		ast.Inspect(f, func(node ast.Node) bool {
			e, ok := node.(ast.Expr)
			if !ok {
				return true
			}
			tv := info.Types[e]
			if tv.Value == nil || tv.Value.Kind() != constant.String {
				return true
			}
			s := constant.StringVal(tv.Value)
			if s == unknown17 {
				return false
			}
			if id, ok := e.(*ast.Ident); ok && fragments[id.Name] || s == machineName || s == archName {
				return false // only ever part of another
			}
			if strings.IndexByte(s, 0) != len(s)-1 {
				t.Errorf("%q does not end in its only \\x00", s)
			}
			n++
			return false
		})
	}
	if n < 50 {
		t.Errorf("only %d literals seen", n)
	}
}

// The structures that are laid over files and over what the kernel writes.
func TestStructures(t *testing.T) {
	var st unix.Stat_t
	var k kernelStat
	for _, f := range []struct {
		name      string
		got, want uintptr
	}{
		{"dev", unsafe.Offsetof(k.dev), unsafe.Offsetof(st.Dev)},
		{"ino", unsafe.Offsetof(k.ino), unsafe.Offsetof(st.Ino)},
		{"mode", unsafe.Offsetof(k.mode), unsafe.Offsetof(st.Mode)},
		{"size", unsafe.Offsetof(k.size), unsafe.Offsetof(st.Size)},
		{"stat", unsafe.Sizeof(k), unsafe.Sizeof(st)},
		{"ehdr", unsafe.Sizeof(ehdr{}), unsafe.Sizeof(elf.Header64{})},
		{"e_version", unsafe.Offsetof(ehdr{}.version), unsafe.Offsetof(elf.Header64{}.Version)},
		{"e_phoff", unsafe.Offsetof(ehdr{}.phoff), unsafe.Offsetof(elf.Header64{}.Phoff)},
		{"e_phentsize", unsafe.Offsetof(ehdr{}.phentsize), unsafe.Offsetof(elf.Header64{}.Phentsize)},
		{"e_phnum", unsafe.Offsetof(ehdr{}.phnum), unsafe.Offsetof(elf.Header64{}.Phnum)},
		{"phdr", unsafe.Sizeof(phdr{}), unsafe.Sizeof(elf.Prog64{})},
		{"p_vaddr", unsafe.Offsetof(phdr{}.vaddr), unsafe.Offsetof(elf.Prog64{}.Vaddr)},
		{"p_align", unsafe.Offsetof(phdr{}.align), unsafe.Offsetof(elf.Prog64{}.Align)},
		{"sym", unsafe.Sizeof(symbol{}), unsafe.Sizeof(elf.Sym64{})},
		{"st_value", unsafe.Offsetof(symbol{}.value), unsafe.Offsetof(elf.Sym64{}.Value)},
		{"rela", unsafe.Sizeof(rela{}), unsafe.Sizeof(elf.Rela64{})},
		{"dyn", unsafe.Sizeof(dyn{}), unsafe.Sizeof(elf.Dyn64{})},
		{"note", unsafe.Sizeof(note{}), noteSize},
	} {
		if f.got != f.want {
			t.Errorf("%s: %d, want %d", f.name, f.got, f.want)
		}
	}
}

// What entry_amd64.s has to know of the loader's state.
func TestEntryConstants(t *testing.T) {
	source, err := os.ReadFile("entry_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]uintptr{
		"maxStack": MaxStack, "hotSize": hotSize, "zeroSize": zeroSize, "baseOffset": baseInHot,
		"secureAt": secureAt, "programAt": programAt,
		"fixedState": unsafe.Offsetof(fixed.loader), "fixedBusy": unsafe.Offsetof(fixed.busy),
	} {
		if line := fmt.Sprintf("#define %s %d", name, n); !strings.Contains(string(source), line) {
			t.Errorf("no %q in entry_amd64.s", line)
		}
	}
	if size := unsafe.Sizeof(process); size+4096 > 16*1024 || MaxStack+hotSize > 4096 || hotAt%16 != 0 || zeroSize%8 != 0 {
		t.Errorf("%d bytes of state, of which %d are always used and %d made zero, with %d of frames", size, hotSize, zeroSize, MaxStack)
	}
	if at := int(unsafe.Offsetof(hot{}.program)); at-baseInHot > 127 {
		t.Errorf("the program is out of reach of r14: %d from it", at-baseInHot)
	}
}

// relocKinds against the names of debug/elf.
func TestRelocKinds(t *testing.T) {
	want := map[elf.R_X86_64]byte{
		elf.R_X86_64_NONE: relocNone, elf.R_X86_64_64: relocSymAdd, elf.R_X86_64_GLOB_DAT: relocSym,
		elf.R_X86_64_JMP_SLOT: relocJump, elf.R_X86_64_RELATIVE: relocBase, elf.R_X86_64_COPY: relocCopy,
		elf.R_X86_64_32: relocUnsigned, elf.R_X86_64_32S: relocSigned, elf.R_X86_64_DTPMOD64: relocModule,
		elf.R_X86_64_DTPOFF64: relocInBlock, elf.R_X86_64_TPOFF64: relocThread, elf.R_X86_64_TLSDESC: relocDesc,
		elf.R_X86_64_IRELATIVE: relocCall,
	}
	for i := range len(relocKinds) - 1 {
		w := byte(relocUnknown)
		if k, ok := want[elf.R_X86_64(i)]; ok {
			w = k
		}
		if relocKinds[i] != w {
			t.Errorf("%v is of kind %d, want %d", elf.R_X86_64(i), relocKinds[i], w)
		}
	}
}
