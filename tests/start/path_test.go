package start

// LD_SLUL_LIBRARY_PATH, --library-path and what a program says itself: in which order, with
// which elements; and LD_SLUL_TRACE, which tells what came of it.

import (
	"debug/elf"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/tests/launch"
	"slul/tests/need"

	"golang.org/x/sys/unix"
)

// numbered writes a libmark.so whose number is n.
func (p place) numbered(t testing.TB, dir string, n byte, change ...func(file []byte)) {
	t.Helper()
	im := &elfimage.Image{
		Machine: uint16(elf.EM_X86_64), Text: []byte{0xb8, n, 0, 0, 0, 0xc3}, // mov eax, n; ret
		Soname:  "libmark.so",
		Symbols: []elfimage.Symbol{{Name: "number", Section: elfimage.Text, Size: 6, Func: true, Export: true}},
	}
	file, err := im.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(file)
	}
	p.write(t, dir+"/libmark.so", file, 0o755)
}

func TestLibraryPath(t *testing.T) {
	p := newPlace(t)
	for i, dir := range []string{"a", "b", "app", "here", "sys/slul", "sys/slul/x86_64", "app/sub"} {
		p.numbered(t, dir, byte(i+1))
	}
	p.numbered(t, "arm", 99, func(file []byte) { file[18] = byte(elf.EM_AARCH64) })
	p.numbered(t, "i386", 99, func(file []byte) { file[4] = byte(elf.ELFCLASS32) })
	p.write(t, "text/libmark.so", []byte("INPUT(nothing)"), 0o755)
	p.write(t, "empty/libmark.so", nil, 0o755)
	for _, dir := range []string{"directory/libmark.so", "fifo"} {
		if err := os.MkdirAll(filepath.Join(p.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(filepath.Join(p.dir, "fifo/libmark.so"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a", filepath.Join(p.dir, "link")); err != nil {
		t.Fatal(err)
	}
	const a, b, app, here, sys, sysArch, sub, none = 1, 2, 3, 4, 5, 6, 7, 127
	tests := []struct {
		name, runpath, env, option string // D is the place, in all three
		want                       int
	}{
		{"nothing", "", "", "", none},
		{"variable", "", "D/a", "", a},
		{"variable, two", "", "D/b:D/a", "", b},
		{"option", "", "", "D/a", a},
		{"option before variable", "", "D/a", "D/b", b},
		{"option instead of variable", "", "D/a", "D/nowhere", none},
		{"runpath", "D/b", "", "", b},
		{"variable before runpath", "D/b", "D/a", "", a},
		{"rpath before variable", "rpath D/b", "D/a", "", b},
		{"rpath before option", "rpath D/b", "", "D/a", b},
		{"runpath after what is not there", "D/b", "D/nowhere:D/app/sub/no", "", b},
		{"link", "", "D/link", "", a},
		{"slashes", "", "D//a//", "", a},
		{"relative", "", "../a", "", a},
		{"dot", "", ".", "", here},
		{"empty", "", ":", "", none},
		{"empty ones", "", "::::", "", none},
		{"leading empty", "", ":D/a", "", a},
		{"trailing empty", "", "D/nowhere:", "", none},
		{"empty between", "", "D/nowhere::D/a", "", a},
		{"empty option", "", "D/a", "", a},
		{"semicolon is no colon", "", "D/a;D/b", "", none},
		{"origin", "", "$ORIGIN", "", app},
		{"origin and more", "", "${ORIGIN}/sub", "", sub},
		{"origin in option", "", "", "$ORIGIN/../b", b},
		{"unknown token", "", "$LIB/a:$ORIGIN/$LIB:D/b", "", b},
		{"token without end", "", "${ORIGIN:D/b", "", b},
		{"other machine", "", "D/arm:D/i386:D/a", "", a},
		{"no library at all", "", "D/text:D/empty:D/directory:D/fifo:D/a", "", a},
		{"a file for a directory", "", "D/a/libmark.so:D/b", "", b},
		{"too long", "", "/" + strings.Repeat("x", 5000) + ":D/b", "", b},
		{"just too long", "", "/" + strings.Repeat("x/", 2041) + ":D/b", "", b},
	}
	replace := func(s string) string { return strings.ReplaceAll(s, "D/", p.dir+"/") }
	check := func(t *testing.T, s launch.Spec, want int) {
		t.Helper()
		if r := launch.Run(t, s); want == none {
			refused(t, r, 127, "libraries not found: libmark.so")
		} else if r.Exit != want || len(r.Stderr) > 0 {
			t.Errorf("%s, want %d", describe(r), want)
		}
	}
	for _, test := range tests {
		prog := p.needing(t, "app/prog", replace(test.runpath), 0o755)
		s := launch.Spec{Path: prog, Args: []string{prog}, Dir: filepath.Join(p.dir, "here"), Env: []string{"A=1"}}
		if test.env != "" {
			s.Env = []string{"LD_LIBRARY_PATH=" + p.dir + "/app", "LD_SLUL_LIBRARY_PATH=" + replace(test.env), "LD_SLUL_LIBRARY_PATH=" + p.dir + "/app"}
		}
		if test.option == "" {
			t.Run(test.name+"/stub", func(t *testing.T) { check(t, s, test.want) })
		}
		t.Run(test.name+"/explicit", func(t *testing.T) {
			s := s
			s.Path, s.Args = p.rtld, []string{"rtld", prog}
			if test.option != "" {
				s.Args = []string{"rtld", "--library-path", replace(test.option), prog}
			}
			check(t, s, test.want)
		})
	}
	t.Run("system", func(t *testing.T) {
		need.Root(t)
		for _, test := range []struct {
			env  string
			mode os.FileMode
			user int
			want int
		}{{"", 0o755, 0, sysArch}, {"D/a", 0o755, 0, a}, {"D/a", setUID, nobody, sysArch}, {"D/nowhere", 0o755, 0, sysArch}} {
			prog := p.needing(t, "app/prog", "", test.mode)
			s := launch.Spec{Path: prog, Args: []string{prog}, User: test.user, Env: []string{"LD_SLUL_LIBRARY_PATH=" + replace(test.env)}}
			p.system(&s, "sys")
			check(t, s, test.want)
		}
		if err := os.Remove(filepath.Join(p.dir, "sys/slul/x86_64/libmark.so")); err != nil {
			t.Fatal(err)
		}
		prog := p.needing(t, "app/prog", "", setUID)
		s := launch.Spec{Path: prog, Args: []string{prog}, User: nobody}
		p.system(&s, "sys")
		check(t, s, sys)
	})
}

// What is wrong with a library that is for this machine is said, and no other one is taken instead.
func TestLibraryPathDamaged(t *testing.T) {
	p := newPlace(t)
	p.numbered(t, "a", 99, func(file []byte) { file[54] = 55 }) // e_phentsize
	p.numbered(t, "b", 2)
	prog := p.needing(t, "prog", "", 0o755)
	r := launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}, Env: []string{"LD_SLUL_LIBRARY_PATH=" + p.dir + "/a:" + p.dir + "/b"}})
	refused(t, r, 127, p.dir+"/a/libmark.so: ", "e_phentsize=55")
}

// A trace is lines on fd 2, of the kinds that were asked for, and changes nothing else.
func TestTrace(t *testing.T) {
	p := newPlace(t)
	p.numbered(t, "a", 5)
	p.numbered(t, "arm", 99, func(file []byte) { file[18] = byte(elf.EM_AARCH64) })
	prog := p.needing(t, "prog", "$ORIGIN/arm:$ORIGIN/a", 0o755)
	lib := regexp.QuoteMeta(p.dir + "/a/libmark.so")
	self := regexp.QuoteMeta(prog)
	files := []string{`load: ` + self + ` at 0x[0-9a-f]+`, `load: ` + lib + ` at 0x[0-9a-f]+`}
	bind := []string{`bind: ` + self + `: number.* -> ` + lib + ` at 0x[0-9a-f]+`}
	var times []string
	for _, stage := range []string{"loaded", "bound", "constructed"} {
		times = append(times, `time: `+stage+` after [0-9]+ µs`)
	}
	tests := []struct {
		trace string
		want  []string // in this order
		lines int
	}{
		{"load", files, 2}, {"bind", bind, 1}, {"time", times, 3}, {"load,bind", append(files[:2:2], bind...), 3},
		{"time,bind,load", append(files[:2:2], bind...), 6}, {"", nil, 0}, {"nothing", nil, 0}, {"load,", files, 2}, {"x,bind", bind, 1},
	}
	for _, test := range tests {
		for _, explicit := range []bool{false, true} {
			s := launch.Spec{Path: prog, Args: []string{prog}, Env: []string{"LD_SLUL_TRACE=" + test.trace}}
			if explicit {
				s.Path, s.Args = p.rtld, []string{"rtld", prog}
			}
			r := launch.Run(t, s)
			if r.Exit != 5 || len(r.Stdout) > 0 {
				t.Errorf("%q: %s", test.trace, describe(r))
			}
			text := string(r.Stderr)
			if n := strings.Count(text, "\n"); n != test.lines || strings.Count("\n"+text, "\nslulrtld: ") != n {
				t.Errorf("%q: %d lines, want %d:\n%s", test.trace, n, test.lines, text)
			}
			for _, want := range test.want {
				at := regexp.MustCompile(`(?m)^slulrtld: ` + want).FindStringIndex(text)
				if at == nil {
					t.Errorf("%q: no %q in\n%s", test.trace, want, r.Stderr)
					break
				}
				text = text[at[1]:]
			}
		}
	}
	// nobody need listen
	for _, s := range []launch.Spec{{Close: []int{2}}, {Open: []launch.File{{FD: 2, Path: "/dev/full", Flags: unix.O_WRONLY}}}} {
		s.Path, s.Args, s.Env = prog, []string{prog}, []string{"LD_SLUL_TRACE=load,bind,time"}
		if r := launch.Run(t, s); r.Exit != 5 || len(r.Stderr)+len(r.Stdout) > 0 {
			t.Error(describe(r))
		}
	}
}
