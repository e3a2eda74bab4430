package rtld

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// Text that anybody may have written: the environment, arguments, directories, and the program
// note. Each is compared with the same said in Go.

// noNul tells whether s is one C string.
func noNul(s ...string) bool { return !strings.Contains(strings.Join(s, ""), "\x00") }

// FuzzEnvironment reads the loader's own variables.
func FuzzEnvironment(f *testing.F) {
	f.Add("HOME=/\x00LD_SLUL_LIBRARY_PATH=/a:/b\x00LD_SLUL_LIBRARY_PATH=/c")
	f.Add("LD_SLUL_TRACE=\x00LD_SLUL_TRACE=time,loads,,bind\x00LD_SLUL_TRACE=load")
	f.Add("LD_\x00LD_SLUL_TRACE\x00LD_SLUL_TRACE=load,\x00=\x00L\x00LD")
	f.Fuzz(func(t *testing.T, s string) {
		env := strings.Split(s, "\x00")
		newProgram(t)
		l := &process
		l.block.walk(kernelBlock(t, []string{"prog"}, env, []uintptr{atPagesz, 4096}))
		readEnv()
		path, trace := "", uint8(0)
		found := false
		for _, e := range env {
			if v, ok := strings.CutPrefix(e, "LD_SLUL_LIBRARY_PATH="); ok && !found {
				path, found = v, true
			}
			v, ok := strings.CutPrefix(e, "LD_SLUL_TRACE=")
			if !ok || trace != 0 {
				continue
			}
			for _, w := range strings.Split(v, ",") {
				if i := slices.Index([]string{"load", "bind", "time"}, w); i >= 0 {
					trace |= 1 << i
				}
			}
		}
		if (l.libraryPath != 0) != found || found && goString(l.libraryPath) != path || l.trace != trace {
			t.Errorf("trace %d, want %d; path at %#x, want %q", l.trace, trace, l.libraryPath, path)
		}
		_, got, auxv := contents(l.block.sp)
		if !slices.Equal(got, env) || len(auxv) != 2 {
			t.Errorf("the environment is %q, was %q", got, env)
		}
	})
}

// FuzzExplicit reads the arguments of explicit mode.
func FuzzExplicit(f *testing.F) {
	f.Add("--argv0\x00name\x00--library-path\x00/a:/b\x00prog\x00--list")
	f.Add("--list\x00--verify\x00--\x00--help\x00x")
	f.Add("--\x00--")
	f.Add("--argv0\x00--argv0\x00--argv0")
	f.Add("--argv0\x00")
	f.Add("--version\x00-")
	f.Fuzz(func(t *testing.T, s string) {
		args := strings.Split(s, "\x00")
		env, auxv := []string{"A=1", ""}, []uintptr{atPagesz, 4096, atEntry, 7}
		newProgram(t)
		l := &process
		l.block.walk(kernelBlock(t, append([]string{"slulrtld"}, args...), env, auxv))
		printed := ""
		old := kernel
		defer func() { kernel = old }()
		kernel = func(nr, a, b, c, d, e, f uintptr) uintptr {
			if nr == sysWrite && a == 1 {
				printed = string(bytes.Clone((*[1 << 20]byte)(pointer(b))[:c]))
				return c
			}
			return old(nr, a, b, c, d, e, f)
		}
		var program uintptr
		line, code := try(func() { program = explicitArgs(&l.block) })
		want := explicitModel(args)
		switch {
		case want.printed != "" || printed != "":
			if printed != want.printed || line != "" {
				t.Errorf("printed %.30q, want %.30q; %q", printed, want.printed, line)
			}
			return
		case want.rest == nil || line != "":
			oneLine(t, line, code)
			if want.rest != nil || line == "" {
				t.Errorf("%q: %q, want %+v", args, line, want)
			}
			return
		}
		gotArgs, gotEnv, gotAuxv := contents(l.block.sp)
		if goString(program) != want.program || !slices.Equal(gotArgs, want.rest) || !slices.Equal(gotEnv, env) || !slices.Equal(gotAuxv, auxv) ||
			l.option != want.option || l.block.sp%16 != 0 ||
			(l.libraryPath != 0) != want.hasPath || want.hasPath && goString(l.libraryPath) != want.path {
			t.Errorf("%q: %q %q %q %v, options %d, want %+v", args, goString(program), gotArgs, gotEnv, gotAuxv, l.option, want)
		}
	})
}

// explicitAnswer is what explicit mode makes of its arguments; rest nil: a complaint.
type explicitAnswer struct {
	program, printed, path string
	hasPath                bool
	rest                   []string
	option                 uint8
}

func explicitModel(args []string) (a explicitAnswer) {
	name, hasName := "", false
	for i := 0; i < len(args); i++ {
		s := args[i]
		switch {
		case s == "--" && i+1 < len(args), !strings.HasPrefix(s, "-"):
			if s == "--" {
				i++
			}
			a.program, a.rest = args[i], slices.Clone(args[i:])
			if hasName {
				a.rest[0] = name
			}
			return a
		case s == "--help":
			return explicitAnswer{printed: strings.TrimSuffix(usage, "\x00")}
		case s == "--version":
			return explicitAnswer{printed: strings.TrimSuffix(versionText, "\x00")}
		case s == "--list":
			a.option |= optionList
		case s == "--verify":
			a.option |= optionVerify
		case (s == "--argv0" || s == "--library-path") && i+1 < len(args):
			i++
			if s == "--argv0" {
				name, hasName = args[i], true
			} else {
				a.path, a.hasPath = args[i], true
			}
		default:
			return explicitAnswer{}
		}
	}
	return explicitAnswer{}
}

// FuzzSearch looks for a library along any directories; no file is there.
func FuzzSearch(f *testing.F) {
	f.Add("/a:$ORIGIN/../lib::${ORIGIN}:$LIB:${ORIGIN:$ORIGINS", "libx.so", "/usr/bin/prog", false)
	f.Add("$ORIGIN:$ORIGIN$ORIGIN/$", "x", "prog", false)
	f.Add("$ORIGIN/:${ORIGIN}x:a$ORIGIN", "x", "/prog", true)
	f.Add(":::", "", "", false)
	f.Add(strings.Repeat("a", 4000)+":"+strings.Repeat("$ORIGIN", 3000), strings.Repeat("b", 95), "/c/d", false)
	f.Fuzz(func(t *testing.T, dirs, name, file string, unlinked bool) {
		if !noNul(dirs, name, file) {
			return
		}
		p := newProgram(t)
		p.file, p.unlinked = cstr(t, file), unlinked
		var opened []string
		old := kernel
		defer func() { kernel = old }()
		kernel = func(nr, a, b, c, d, e, f uintptr) uintptr {
			if nr == sysOpenat {
				opened = append(opened, goString(b))
				return ^uintptr(enoent - 1)
			}
			return old(nr, a, b, c, d, e, f)
		}
		var fd uintptr
		if line, _ := try(func() { fd = searchDirs(cstr(t, dirs), cstr(t, name), p) }); line != "" || !failed(fd) {
			t.Fatalf("%q, %d", line, fd)
		}
		if want := searchModel(dirs, name, file, unlinked); !slices.Equal(opened, want) {
			t.Errorf("opened %.200q, want %.200q", opened, want)
		}
	})
}

// searchModel is the paths that a search along dirs tries.
func searchModel(dirs, name, file string, unlinked bool) (paths []string) {
	origin := "."
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		origin = file[:max(i, 1)]
	}
	for _, dir := range strings.Split(dirs, ":") {
		ok := dir != ""
		for i := 0; i < len(dir); i++ {
			if dir[i] != '$' {
				continue
			}
			rest, isOrigin := strings.CutPrefix(dir[i:], "${ORIGIN}")
			if !isOrigin {
				rest, isOrigin = strings.CutPrefix(dir[i:], "$ORIGIN")
				isOrigin = isOrigin && (rest == "" || rest[0] <= '/')
			}
			if ok = ok && isOrigin && !unlinked; !ok {
				break
			}
			dir = dir[:i] + origin + rest
			i += len(origin) - 1
		}
		if path := dir + "/" + name; ok && len(path)+1 < pathMax {
			paths = append(paths, path)
		}
	}
	return paths
}

// FuzzNote reads a program note, of which so many bytes are in the file.
func FuzzNote(f *testing.F) {
	good, _ := binary.Append(nil, binary.LittleEndian, []uint32{5, 24, 6, 0x4c554c53, 0, 1, 0, 0x400, 0, 1, 0})
	f.Add(good)
	f.Add(good[:43])
	f.Add(append(good, 1, 2, 3, 4))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 4096 {
			return
		}
		p := newProgram(t)
		at := fenced(t, 0, b)
		entry := uint64(0)
		line, code := try(func() { entry = p.checkNote((*note)(pointer(at)), uint64(len(b))) })
		accepted := len(b) >= 44 && bytes.Equal(b[:4], good[:4]) && b[4]|b[5]|b[6]|b[7] != 0 && binary.LittleEndian.Uint32(b[4:]) >= 24 &&
			bytes.Equal(b[8:16], good[8:16]) && binary.LittleEndian.Uint32(b[20:]) == 1 && binary.LittleEndian.Uint32(b[36:]) <= Version
		if accepted != (line == "") || accepted && entry != binary.LittleEndian.Uint64(b[28:]) {
			t.Errorf("%x: entry %#x, %q", b, entry, line)
		}
		if line != "" {
			oneLine(t, line, code)
		}
	})
}

// moduleNote is a note of module text.
func moduleNote(typ uint32, text string) []byte {
	b, _ := binary.Append(nil, binary.LittleEndian, []uint32{5, uint32(len(text)), typ, 0x4c554c53, 0})
	return append(append(b, text...), make([]byte, -len(text)&3)...)
}

// FuzzInterfaces gives the reader of module notes a module that needs and one that offers.
func FuzzInterfaces(f *testing.F) {
	hash := strings.Repeat("h", hashSize)
	offers := func(about, api string) []byte {
		return append(moduleNote(noteModule, about), moduleNote(noteAPI, api)...)
	}
	needs := moduleNote(noteXdeps, "dep "+hash+" lib 1.0\n\x00")
	small := "name lib\nprofile small\n\x00"
	f.Add(needs, offers(small, "api 1.0 "+hash+"\n\x00"))
	f.Add(needs, offers(small, "api 1.0 "+hash[1:]+"i\n\x00"))
	f.Add(needs, offers(small, "api 2.0 "+hash[1:]+"i\napi \n\x00"))
	f.Add(needs, offers("name lib\nflags 1\nprofile small\n\x00", "api 1.0 "+hash+"\n\x00"))
	f.Add(moduleNote(noteXdeps, "dep "+hash+" lib\n\x00\ndep\x00"), []byte{})
	f.Fuzz(func(t *testing.T, needs, offers []byte) {
		if len(needs) > fencedPages*4096 || len(offers) > fencedPages*4096 {
			return
		}
		p, lib := newProgram(t), new(module)
		oneSegment(t, p, 0, needs)
		oneSegment(t, lib, 1, offers)
		p.file, lib.file = cstr(t, "/p"), cstr(t, "/lib.so")
		addName(lib, cstr(t, "lib.so"))
		for _, m := range []*module{p, lib} {
			m.table = []phdr{{typ: ptNote, vaddr: m.loads[0].vaddr, filesz: m.loads[0].filesz}}
		}
		accepted := false
		line, code := try(func() {
			checkInterfaces(p)
			accepted = true
		})
		if accepted != (line == "") {
			t.Errorf("accepted: %v, %q", accepted, line)
		}
		if line != "" && (!strings.HasPrefix(line, "slulrtld: ") || !strings.HasSuffix(line, "\n") || code != 127) {
			t.Errorf("%q, %d", line, code)
		}
		first := moduleNote(noteXdeps, "dep "+hash+" lib 1.0\n\x00")
		if accepted && bytes.HasPrefix(needs, first) && !bytes.Contains(offers, []byte(hash)) {
			t.Errorf("accepted what is not offered: %q", offers)
		}
	})
}
