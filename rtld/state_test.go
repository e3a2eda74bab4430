package rtld

// States of a process that a kernel of today does not make, or only in ways that a test cannot
// bring about: no arguments, an auxiliary vector of any form, reads that give less.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"slul/rtld/elftest"
)

// answer makes the kernel answer as do says for as long as the test runs; where that says false,
// as it did before.
func answering(t testing.TB, do func(nr, a, b, c, d uintptr) (uintptr, bool)) {
	old := kernel
	t.Cleanup(func() { kernel = old })
	kernel = func(nr, a, b, c, d, e, f uintptr) uintptr {
		if r, ok := do(nr, a, b, c, d); ok {
			return r
		}
		return old(nr, a, b, c, d, e, f)
	}
}

// minus is how the kernel says an errno.
func minus(e uintptr) uintptr { return -e }

// Kernels before 5.18 start programs with argc 0, whose argv[1] would be the first variable.
func TestNoArguments(t *testing.T) {
	answering(t, func(nr, a, b, c, d uintptr) (uintptr, bool) { return minus(enoent), nr == sysReadlinkat })
	env := []string{"slulrtld=1", "--list", "/bin/sh"}
	auxv := []uintptr{atPagesz, 4096, atEntry, 5}
	newBlock := func() *block {
		b := &process.block
		b.walk(kernelBlock(t, nil, env, auxv))
		return b
	}
	p := newProgram(t)
	b := newBlock()
	if goString(b.arg0()) != "" || b.envp != b.argv+word {
		t.Errorf("argument 0 is %q, %+v", goString(b.arg0()), b)
	}
	b.dropLoader()
	b.scrub()
	if args, got, aux := contents(b.sp); len(args) != 0 || !slices.Equal(got, env) || !slices.Equal(aux, auxv) {
		t.Errorf("%q %q %v", args, got, aux)
	}
	p.file = b.arg0()
	process.how.mode = modeStub
	if name := goString(commName(p)); name != "" {
		t.Errorf("the name is %q", name)
	}
	p = newProgram(t)
	b = newBlock()
	if line, code := try(func() { explicitArgs(b) }); line != "slulrtld: no program given (try --help)\n" || code != 127 {
		t.Errorf("explicit mode: %q, %d", line, code)
	}
	if _, got, _ := contents(b.sp); !slices.Equal(got, env) {
		t.Errorf("environment %q", got)
	}
}

// The order of the auxiliary vector means nothing, what nobody knows means nothing, and what is needed
// and missing is said.
func TestAuxiliaryVector(t *testing.T) {
	plain := [][2]uintptr{{atUID, 5}, {atUID + 1, 5}, {atUID + 2, 6}, {atUID + 3, 6}, {atSecure, 0}, {atPagesz, 4096}, {atPhdr, 0x40}, {atPhent, 56},
		{atPhnum, 9}, {atEntry, 0x77}, {atBase, 0}, {atExecfn, cstr(t, "/dev/fd/5")}, {atRandom, 0x123}, {51, 3}, {1 << 40, 4}, {^uintptr(0), 5}}
	build := func(list [][2]uintptr) *block {
		b := &process.block
		var words []uintptr
		for _, e := range list {
			words = append(words, e[:]...)
		}
		b.walk(kernelBlock(t, []string{"x"}, nil, words))
		return b
	}
	for i := range plain {
		shuffled := slices.Concat(plain[i:], plain[:i])
		slices.Reverse(shuffled[:i])
		newProgram(t)
		b := build(shuffled)
		if b.isSecure() {
			t.Errorf("%v is secure", shuffled)
		}
		b.mendAux(1, 2, 3, 4, 5)
		want := map[uintptr]uintptr{atPhdr: 1, atPhent: phdrSize, atPhnum: 2, atEntry: 3, atBase: 4, atExecfn: 5}
		for _, e := range plain {
			w, changed := want[e[0]]
			if !changed {
				w = e[1]
			}
			if got, ok := b.aux(e[0]); !ok || got != w {
				t.Errorf("entry %d of %v is %d, want %d", e[0], shuffled, got, w)
			}
		}
	}
	without := func(tag uintptr) [][2]uintptr {
		return slices.DeleteFunc(slices.Clone(plain), func(e [2]uintptr) bool { return e[0] == tag })
	}
	// where everything is twice, every copy is mended
	newProgram(t)
	b := build(append(slices.Clone(plain), plain...))
	b.mendAux(1, 2, 3, 4, 5)
	for p := b.auxv; load(p) != atNull; p += 2 * word {
		if load(p) == atEntry && load(p+word) != 3 {
			t.Error("a second AT_ENTRY was left")
		}
	}
	page := func(n uintptr) [][2]uintptr { return append(without(atPagesz), [2]uintptr{atPagesz, n}) }
	for name, list := range map[string][][2]uintptr{"none": without(atPagesz), "0": page(0), "2048": page(2048), "4097": page(4097), "12288": page(12288)} {
		p := newProgram(t)
		build(list)
		if line, code := try(func() { readProgram(p) }); !strings.Contains(line, "unknown page size: AT_PAGESZ=") || code != 127 {
			t.Errorf("page size %s: %q, %d", name, line, code)
		}
	}
	p := newProgram(t)
	build(without(atRandom))
	p.dynamic = &phdr{}
	if line, code := try(startTLS); !strings.Contains(line, "AT_RANDOM") || code != 127 {
		t.Errorf("no AT_RANDOM: %q, %d", line, code)
	}
	answering(t, func(nr, a, b, c, d uintptr) (uintptr, bool) { return minus(9), nr == sysLseek })
	for tag, want := range map[uintptr]mode{atPhdr: modeExplicit, atExecfn: modeExplicit} {
		newProgram(t)
		if got := decide(build(without(tag)), 0x40); got.mode != want {
			t.Errorf("without entry %d: mode %d, want %d", tag, got.mode, want)
		}
	}
	for _, test := range []struct {
		name string
		tag  uintptr
	}{{"AT_PHENT", atPhent}, {"AT_PHNUM", atPhnum}, {"AT_ENTRY", atEntry}} {
		p := newProgram(t)
		build(without(test.tag))
		if line, code := try(func() { takeMapped(p) }); !strings.Contains(line, "unknown program headers") || code != 127 {
			t.Errorf("no %s: %q, %d", test.name, line, code)
		}
	}
}

// The modes by their signs, in their order.
func TestDecide(t *testing.T) {
	const own = 0x1040
	execfn := func(s string) uintptr { return cstr(t, s) }
	tests := []struct {
		name string
		auxv []uintptr
		off  uintptr // of fd 5
		want launch
	}{
		{"binfmt_misc", []uintptr{atExecfd, 7, atPhdr, own}, 0, launch{mode: modeBinfmt}},
		{"binfmt_misc before PT_INTERP", []uintptr{atPhdr, 1, atExecfd, 0}, 0, launch{mode: modeBinfmt}},
		{"binfmt_misc without O", []uintptr{atFlags, 1, atPhdr, own, atExecfn, execfn("/x")}, 0, launch{mode: modeBinfmt}},
		{"other flags", []uintptr{atFlags, 6, atPhdr, own, atExecfn, execfn("/x")}, 0, launch{}},
		{"PT_INTERP", []uintptr{atPhdr, 1, atExecfn, execfn("/dev/fd/5")}, stubMagic, launch{mode: modeInterp}},
		{"stub", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, stubMagic + 3, launch{modeStub, 5, 3}},
		{"stub, fd 0", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, stubMagic, launch{modeStub, 5, 0}},
		{"stub, ENOENT", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, stubMagic - 2, launch{modeStub, 5, -2}},
		{"stub, least", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, stubMagic - 4095, launch{modeStub, 5, -4095}},
		{"too little", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, stubMagic - 4096, launch{}},
		{"stub, most", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, stubMagic + maxFd - 1, launch{modeStub, 5, maxFd - 1}},
		{"too much", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, stubMagic + maxFd, launch{}},
		{"offset 0", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, 0, launch{}},
		{"pipe", []uintptr{atPhdr, own, atExecfn, execfn("/dev/fd/5")}, minus(29), launch{}}, // ESPIPE
		{"path", []uintptr{atPhdr, own, atExecfn, execfn("/lib/slulrtld")}, stubMagic, launch{}},
		{"nothing", nil, stubMagic, launch{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answering(t, func(nr, a, b, c, d uintptr) (uintptr, bool) {
				return test.off, nr == sysLseek && a == 5 && c == seekCur
			})
			var b block
			b.walk(kernelBlock(t, []string{"x"}, nil, test.auxv))
			if got := decide(&b, own); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

// Reads and writes that give less than was asked for, or are interrupted, go on; others end.
func TestShortReads(t *testing.T) {
	data := []byte(strings.Repeat("0123456789", 20))
	for _, most := range []uintptr{1, 3, 1000} {
		calls := 0
		answering(t, func(nr, a, b, c, d uintptr) (uintptr, bool) {
			if nr != sysPread {
				return 0, false
			}
			if calls++; calls%2 == 0 {
				return minus(eintr), true
			}
			n := min(most, c, uintptr(len(data))-min(d, uintptr(len(data))))
			for i := range n {
				setByte(b+i, data[d+i])
			}
			return n, true
		})
		room := cstr(t, strings.Repeat("x", 300))
		if got, r := pread(5, room, 150, 10); got != 150 || r != 0 || goString(room)[:151] != string(data[10:160])+"x" {
			t.Errorf("%d at once: %d, %d, %q", most, got, r, goString(room))
		}
		if got, r := pread(5, room, 150, 190); got != 10 || r != 0 {
			t.Errorf("%d at once, at the end: %d, %d", most, got, r)
		}
	}
	answering(t, func(nr, a, b, c, d uintptr) (uintptr, bool) {
		if d >= 20 {
			return minus(5), nr == sysPread
		}
		return 10, nr == sysPread
	})
	room := cstr(t, strings.Repeat("x", 300))
	if got, r := pread(5, room, 100, 0); got != 20 || r != minus(5) {
		t.Errorf("EIO: %d, %d", got, r)
	}
}

func TestShortWrites(t *testing.T) {
	for _, e := range []uintptr{0, 4, 9, 28, 32} { // none, EINTR, EBADF, ENOSPC, EPIPE
		var got []byte
		calls := 0
		answering(t, func(nr, a, b, c, d uintptr) (uintptr, bool) {
			if nr != sysWrite {
				return 0, false
			}
			if calls++; calls%3 == 0 && e != 0 {
				return minus(e), true
			}
			got = append(got, byteAt(b))
			return 1, true
		})
		writeAll(2, cstr(t, "a message"), 9)
		want := "a message"
		if e > eintr {
			want = "a " // nobody listens any more
		}
		if string(got) != want {
			t.Errorf("errno %d: %q, want %q", e, got, want)
		}
	}
}

// wantTrace is what setTrace shall do, said another way.
func wantTrace(list string) (bits uint8) {
	for w := range strings.SplitSeq(list, ",") {
		bits |= map[string]uint8{"load": traceFiles, "bind": traceSymbols, "time": traceTime}[w]
	}
	return bits
}

func checkTrace(t *testing.T, list string) {
	t.Helper()
	newProgram(t)
	setTrace(cstr(t, list))
	if want := wantTrace(list); process.trace != want {
		t.Errorf("%.60q: %d, want %d", list, process.trace, want)
	}
}

func TestSetTrace(t *testing.T) {
	for _, list := range []string{"load", "bind", "time", "load,bind", "time,load", "load,bind,time", "load,load", "", ",", ",,load,,", "load,",
		",load", "loa", "loadx", "xload", "load ", " load", "LOAD", "load=1", "load:bind", "all", "loadbind", "load\n", "bind,nothing,time",
		"LD_SLUL_TRACE=load", "=load", "\xff", strings.Repeat(",", 200_000) + "bind", strings.Repeat("x", 200_000) + ",time"} {
		checkTrace(t, list)
	}
	if wantTrace("time,x,load") != traceTime|traceFiles {
		t.Error("the model of the test is wrong")
	}
}

func FuzzSetTrace(f *testing.F) {
	f.Add("load,bind")
	f.Add(",time,,x")
	f.Fuzz(func(t *testing.T, list string) {
		list, _, _ = strings.Cut(list, "\x00")
		checkTrace(t, list)
	})
}

// Of several variables of a name the first counts, and only whole names do.
func TestReadEnv(t *testing.T) {
	tests := []struct {
		env   []string
		path  string // "": none
		trace uint8
	}{
		{[]string{"LD_SLUL_LIBRARY_PATH=/a", "LD_SLUL_TRACE=load"}, "/a", traceFiles},
		{[]string{"LD_SLUL_LIBRARY_PATH=/a", "LD_SLUL_LIBRARY_PATH=/b"}, "/a", 0},
		{[]string{"LD_SLUL_TRACE=bind", "LD_SLUL_TRACE=load"}, "", traceSymbols},
		{[]string{"LD_SLUL_LIBRARY_PATH", "LD_SLUL_LIBRARY_PATHS=/x", "XLD_SLUL_LIBRARY_PATH=/x", "LD_SLUL_TRACE", "LD_SLUL_=x", "LD_", "LD", "L", ""}, "", 0},
		{[]string{"LD_LIBRARY_PATH=/x", "LD_SLUL_TRACEX=load", "ld_slul_trace=load", "=LD_SLUL_TRACE=load"}, "", 0},
		{[]string{"LD_SLUL_LIBRARY_PATH==x"}, "=x", 0},
		{nil, "", 0},
	}
	for _, test := range tests {
		newProgram(t)
		process.block.walk(kernelBlock(t, []string{"x"}, test.env, nil))
		readEnv()
		path := ""
		if process.libraryPath != 0 {
			path = goString(process.libraryPath)
		}
		if path != test.path || process.trace != test.trace {
			t.Errorf("%q: path %q, trace %d", test.env, path, process.trace)
		}
	}
}

// Directories of a search: what they become, and where the next one begins.
func TestExpand(t *testing.T) {
	long := "/" + strings.Repeat("x", 5000)
	tests := []struct {
		dir, file string
		want      string
		ok        bool
		rest      string
	}{
		{"/a/b", "/d/f", "/a/b", true, ""}, {"/a:/b", "/d/f", "/a", true, ":/b"}, {"", "/d/f", "", true, ""}, {":/b", "/d/f", "", true, ":/b"},
		{"$ORIGIN", "/d/f", "/d", true, ""}, {"${ORIGIN}", "/d/f", "/d", true, ""}, {"$ORIGIN/../x:y", "/d/f", "/d/../x", true, ":y"},
		{"$ORIGIN", "/f", "/", true, ""}, {"$ORIGIN", "f", ".", true, ""}, {"$ORIGIN", "./f", ".", true, ""}, {"$ORIGIN", "d/e/f", "d/e", true, ""},
		{"$ORIGIN$ORIGIN", "/d/f", "/d/d", true, ""}, {"x${ORIGIN}y", "/d/f", "x/dy", true, ""}, {"$ORIGIN-x", "/d/f", "/d-x", true, ""},
		{"$ORIGINAL", "/d/f", "", false, ""}, {"$ORIGIN_", "/d/f", "", false, ""}, {"$ORIGIN0", "/d/f", "", false, ""}, {"${ORIGIN", "/d/f", "", false, ""},
		{"$", "/d/f", "", false, ""}, {"$:/b", "/d/f", "", false, ":/b"}, {"$LIB:$ORIGIN", "/d/f", "", false, ":$ORIGIN"}, {"$origin", "/d/f", "", false, ""},
		{"${LIB}", "/d/f", "", false, ""}, {"$$ORIGIN", "/d/f", "", false, ""}, {"a$PLATFORM/b", "/d/f", "", false, ""},
		{long + ":/b", "/d/f", long, true, ":/b"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%.20q of %q", test.dir, test.file), func(t *testing.T) {
			p := newProgram(t)
			p.file = cstr(t, test.file)
			dir := cstr(t, test.dir)
			path := buffer{pathPlace(), pathPlace() + pathMax}
			end, ok := p.expand(&path, dir)
			if ok != test.ok || goString(end) != test.rest {
				t.Errorf("%v, rest %q", ok, goString(end))
			}
			got := make([]byte, path.at-pathPlace())
			for i := range got {
				got[i] = byteAt(pathPlace() + uintptr(i))
			}
			if want := test.want[:min(len(test.want), pathMax)]; ok && string(got) != want {
				t.Errorf("%.60q, want %.60q", got, want)
			}
		})
	}
	p := newProgram(t)
	p.file, p.unlinked = cstr(t, "/d/f"), true
	path := buffer{pathPlace(), pathPlace() + pathMax}
	if _, ok := p.expand(&path, cstr(t, "$ORIGIN")); ok {
		t.Error("a file that is no more has a directory")
	}
}

// A file that is made for smaller pages than the system has is refused, one that is made for all
// of them is accepted.
func TestPageSize(t *testing.T) {
	for _, page := range []uint64{4096, 16384, 65536} {
		for distance, most := range map[uint64]uint64{0x1000: 4096, 0x4000: 16384, 0x10000: 65536} {
			f := elftest.New()
			f.Progs = f.Progs[:elftest.Dynamic]
			f.Header.Phnum = elftest.Dynamic
			rw := &f.Progs[elftest.RW]
			rw.Vaddr = rw.Off + distance // RW begins at another address than it has in the file
			p := newProgram(t)
			process.page = page
			file := f.Bytes()
			p.size = uint64(len(file))
			at := aligned(t, file, 0)
			line, code := try(func() { p.setTable(at+elftest.PhdrAt, uint64(f.Header.Phnum)) })
			if page <= most {
				if line != "" {
					t.Errorf("pages of %d, made for %d: %q", page, most, line)
				}
			} else if !strings.Contains(line, "p_vaddr=") || code != 127 {
				t.Errorf("pages of %d, made for %d: %q, %d", page, most, line, code)
			}
		}
	}
}
