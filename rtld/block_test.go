package rtld

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// kernelBlock lays out argc, argv, envp and auxv as the kernel does, and returns the
// address of argc. odd moves it by one word.
func kernelBlock(t testing.TB, args, env []string, auxv []uintptr) uintptr {
	words := []uintptr{uintptr(len(args))}
	for _, s := range args {
		words = append(words, cstr(t, s))
	}
	words = append(words, 0)
	for _, s := range env {
		words = append(words, cstr(t, s))
	}
	words = append(append(append(words, 0), auxv...), 0, 0)
	room := make([]uintptr, len(words)+2)
	at := uintptr(unsafe.Pointer(&room[0]))
	first := int(at / word % 2) // rsp is a multiple of 16
	copy(room[first:], words)
	t.Cleanup(func() { runtime.KeepAlive(room) })
	return at + uintptr(first)*word
}

// contents reads a block back, as a program would.
func contents(sp uintptr) (args, env []string, auxv []uintptr) {
	argc := load(sp)
	p := sp + word
	for range argc {
		args = append(args, goString(load(p)))
		p += word
	}
	for p += word; load(p) != 0; p += word {
		env = append(env, goString(load(p)))
	}
	for p += word; load(p) != atNull; p += 2 * word {
		auxv = append(auxv, load(p), load(p+word))
	}
	return args, env, auxv
}

func TestDropArgs(t *testing.T) {
	auxv := []uintptr{atPagesz, 4096, atEntry, 99}
	env := []string{"A=1", "", "B"}
	for total := 1; total < 7; total++ {
		for drop := range total {
			args := strings.Split("slulrtld,--argv0,name,prog,one,two", ",")[:total]
			var b block
			b.walk(kernelBlock(t, args, env, auxv))
			end := b.end
			b.dropArgs(uintptr(drop))
			gotArgs, gotEnv, gotAuxv := contents(b.sp)
			if !slices.Equal(gotArgs, args[drop:]) || !slices.Equal(gotEnv, env) || !slices.Equal(gotAuxv, auxv) {
				t.Errorf("%d of %d: %q %q %v", drop, total, gotArgs, gotEnv, gotAuxv)
			}
			var again block
			again.walk(b.sp)
			if b.sp%16 != 0 || again != b || b.end > end {
				t.Errorf("%d of %d: %+v, walked again %+v", drop, total, b, again)
			}
		}
	}
}

// isSecure by every way to be, and by nothing else.
func TestIsSecure(t *testing.T) {
	plain := []uintptr{23, 0, 11, 1000, 12, 1000, 13, 100, 14, 100, 6, 4096}
	with := func(tag, value uintptr) []uintptr {
		a := slices.Clone(plain)
		for i := 0; i < len(a); i += 2 {
			if a[i] == tag {
				a[i+1] = value
			}
		}
		return a
	}
	without := func(tag uintptr) []uintptr {
		a := slices.Clone(plain)
		for i := 0; i < len(a); i += 2 {
			if a[i] == tag {
				return slices.Delete(a, i, i+2)
			}
		}
		return a
	}
	tests := []struct {
		name string
		auxv []uintptr
		want bool
	}{
		{"plain", plain, false}, {"AT_SECURE", with(23, 1), true}, {"euid", with(12, 0), true}, {"uid", with(11, 0), true},
		{"egid", with(14, 0), true}, {"gid", with(13, 0), true},
		{"no AT_SECURE", without(23), true}, {"no uid", without(11), true}, {"no euid", without(12), true},
		{"no gid", without(13), true}, {"no egid", without(14), true}, {"nothing", nil, true},
		{"twice, the first 0", append(slices.Clone(plain), 23, 1), true},
		{"twice, the first 1", append([]uintptr{23, 1}, plain...), true},
		{"no page size", without(6), false},
	}
	for _, test := range tests {
		var b block
		b.walk(kernelBlock(t, nil, nil, test.auxv))
		if got := b.isSecure(); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// removed is what scrub shall do, said another way.
func removed(entry string) bool {
	name, _, _ := strings.Cut(entry, "=")
	for _, row := range strings.Split(strings.TrimSuffix(unsecureNames, "\n\x00"), "\n") {
		if row[0] == 1 && strings.HasPrefix(entry, row[1:]) || row[0] == 2 && row[1:] == name {
			return true
		}
	}
	return false
}

func checkScrub(t *testing.T, env []string) {
	t.Helper()
	auxv := []uintptr{atPagesz, 4096, atSecure, 1, atEntry, 5}
	args := []string{"prog", "LD_PRELOAD=x"}
	var want []string
	for _, e := range env {
		if !removed(e) {
			want = append(want, e)
		}
	}
	var b block
	b.walk(kernelBlock(t, args, env, auxv))
	sp := b.sp
	b.scrub()
	gotArgs, gotEnv, gotAuxv := contents(sp)
	if !slices.Equal(gotArgs, args) || !slices.Equal(gotEnv, want) || !slices.Equal(gotAuxv, auxv) {
		t.Errorf("%q: %q, want %q; %q %v", env, gotEnv, want, gotArgs, gotAuxv)
	}
	var again block
	if again.walk(sp); again != b {
		t.Errorf("%+v, walked again %+v", b, again)
	}
}

// glibcNames are the names that glibc removes (sysdeps/generic/unsecvars.h, and older lists).
var glibcNames = strings.Fields(`GCONV_PATH GETCONF_DIR GLIBC_TUNABLES HOSTALIASES LD_AUDIT LD_BIND_NOT LD_BIND_NOW LD_DEBUG
	LD_DEBUG_OUTPUT LD_DYNAMIC_WEAK LD_HWCAP_MASK LD_LIBRARY_PATH LD_ORIGIN_PATH LD_PREFER_MAP_32BIT_EXEC LD_PRELOAD LD_PROFILE
	LD_PROFILE_OUTPUT LD_SHOW_AUXV LD_USE_LOAD_BIAS LD_VERBOSE LD_WARN LOCALDOMAIN LOCPATH MALLOC_ARENA_MAX MALLOC_ARENA_TEST
	MALLOC_CHECK_ MALLOC_MMAP_MAX_ MALLOC_MMAP_THRESHOLD_ MALLOC_PERTURB_ MALLOC_TOP_PAD_ MALLOC_TRACE MALLOC_TRIM_THRESHOLD_
	NIS_PATH NLSPATH RESOLV_HOST_CONF RES_OPTIONS TMPDIR TZDIR`)

func TestScrub(t *testing.T) {
	var all []string
	for _, name := range append(glibcNames, "LD_SLUL_TRACE", "LD_SLUL_LIBRARY_PATH", "LD_X", "LD_", "MALLOC_") {
		if !removed(name + "=x") {
			t.Errorf("the table lacks %s", name)
		}
		all = append(all, name+"=x", name, name+"=")
		checkScrub(t, []string{name + "=1"})
		checkScrub(t, []string{"A=1", name + "=1", name + "=2", "B=2", name + "=3"})
		checkScrub(t, []string{name + "X=1", "X" + name + "=1", name[:len(name)-1] + "=1", strings.ToLower(name) + "=1", name + "\n=1"})
	}
	checkScrub(t, nil)
	checkScrub(t, all)
	checkScrub(t, append(append([]string{"HOME=/"}, all...), "", "=", "=x", "TERM", "\xff=1", "LD=1", "\n", "GCONV_PATH\nGETCONF_DIR"))
	if removed("LDPATH=1") || removed("TZDIRS=1") || removed("HOME=/") || removed("XLD_PRELOAD=1") {
		t.Error("the model of the test is wrong")
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("A=1\x00LD_PRELOAD=x\x00LD_PRELOAD=y\x00=\x00\x00LD_SLUL_TRACE")
	f.Add("GCONV_PATH\x00TZDIR=\x00TZDIRS=1")
	f.Add("LD_AUDIT\nLD_BIND_NOT=1")
	f.Fuzz(func(t *testing.T, s string) { checkScrub(t, strings.Split(s, "\x00")) })
}

// devFd takes /dev/fd/ and digits, nothing else.
func TestDevFd(t *testing.T) {
	tests := map[string]int{
		"/dev/fd/0": 0, "/dev/fd/3": 3, "/dev/fd/007": 7, "/dev/fd/1073741823": 1<<30 - 1,
		"/dev/fd/": -1, "/dev/fd": -1, "": -1, "/dev/fd/x": -1, "/dev/fd/3/x": -1, "/dev/fd/-1": -1, "/dev/fd/+1": -1, "/dev/fd/3 ": -1,
		"/dev/fd/1073741824": -1, "/dev/fd/99999999999999999999999999": -1, "/proc/self/fd/3": -1, "./prog": -1,
	}
	for name, want := range tests {
		fd, ok := devFd(cstr(t, name))
		if ok != (want >= 0) || ok && fd != uintptr(want) {
			t.Errorf("%q: %d, %v", name, fd, ok)
		}
	}
	if _, ok := devFd(0); ok {
		t.Error("no AT_EXECFN")
	}
}
