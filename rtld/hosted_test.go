package rtld

import (
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"slul/rtld/elftest"
)

// The loader's logic on the host: memory is a slice of the test, system calls are
// answered by answer below.

// ended is how a hosted loader ended the process: the panic that stands for exit_group.
type ended struct{ code uintptr }

// try runs do. It returns the line that do complained with, "" when it came back,
// and the exit code.
func try(do func()) (line string, code uintptr) {
	var said strings.Builder
	old := kernel
	kernel = func(nr, a, b, c, d, e, f uintptr) uintptr {
		switch {
		case nr == sysExitGroup:
			panic(ended{a})
		case nr == sysWrite && a == 2:
			for i := range c {
				said.WriteByte(byteAt(b + i))
			}
			return c
		}
		return old(nr, a, b, c, d, e, f)
	}
	defer func() {
		kernel = old
		switch r := recover().(type) {
		case nil:
		case ended:
			line, code = said.String(), r.code
		default:
			panic(r)
		}
	}()
	do()
	return "", 0
}

// newProgram is a program without file, in a loader that knows of nothing else.
func newProgram(t testing.TB) *module {
	arena := make([]uint64, 1<<16)
	process = loader{hot: hot{page: 4096}, names: new(names)}
	process.pool.free = uintptr(unsafe.Pointer(&arena[0]))
	process.pool.full = process.pool.free + uintptr(len(arena))*8
	process.guarded.on = true // SIGBUS is the test's own
	process.last = &process.own
	p := &process.program
	process.about = p
	t.Cleanup(func() { runtime.KeepAlive(arena) })
	return p
}

// cstr is s as a C string that lives as long as the test.
func cstr(t testing.TB, s string) uintptr {
	b := append([]byte(s), 0)
	t.Cleanup(func() { runtime.KeepAlive(b) })
	return uintptr(unsafe.Pointer(&b[0]))
}

// goString is the C string at addr.
func goString(addr uintptr) string {
	var b []byte
	for ; byteAt(addr) != 0; addr++ {
		b = append(b, byteAt(addr))
	}
	return string(b)
}

func TestMessages(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	tests := []struct {
		file string
		do   func(p *module)
		want string
		code uintptr
	}{
		{"", func(p *module) { bad(lit("plain\x00"), 0) }, "slulrtld: plain\n", 127},
		{"a/b", func(p *module) { bad(lit("size=#\x00"), 1<<64-1) }, "slulrtld: a/b: size=18446744073709551615" + elftest.Cure("a/b"), 127},
		{"f", func(p *module) { bad(lit("at=$\x00"), 0) }, "slulrtld: f: at=0x0" + elftest.Cure("f"), 127},
		{"f", func(p *module) { bad(lit("at=$\x00"), 0xfedcba9876543210) }, "slulrtld: f: at=0xfedcba9876543210" + elftest.Cure("f"), 127},
		{"a\nb\x1b[31m\x7f", func(p *module) { bad(lit("no\x00"), 0) }, "slulrtld: a?b?[31m?: no" + elftest.Cure("a?b?[31m?"), 127},
		{"\xff\xc3\xa4", func(p *module) { bad(lit("no\x00"), 0) }, "slulrtld: \xff\xc3\xa4: no" + elftest.Cure("\xff\xc3\xa4"), 127},
		{"f", func(p *module) { refused(lit("no: &\x00"), ^uintptr(1)) }, "slulrtld: f: no: ENOENT" + elftest.Cure("f"), 127},
		{"f", func(p *module) { refused(lit("no: &\x00"), ^uintptr(12)) }, "slulrtld: f: no: EACCES" + elftest.Cure("f"), 126},
		{"f", func(p *module) { refused(lit("no: &\x00"), ^uintptr(0)) }, "slulrtld: f: no: EPERM" + elftest.Cure("f"), 126},
		{"f", func(p *module) { refused(lit("no: &\x00"), ^uintptr(4000)) }, "slulrtld: f: no: error" + elftest.Cure("f"), 127},
		{long, func(p *module) { badName(lit("is %\x00"), cstr(t, long)) },
			"slulrtld: " + long[:400] + "...: is " + long[:400] + "..." + elftest.Cure(long[:400]+"..."), 127},
	}
	for _, test := range tests {
		p := newProgram(t)
		if test.file != "" {
			p.file = cstr(t, test.file)
		}
		if line, code := try(func() { test.do(p) }); line != test.want || code != test.code {
			t.Errorf("%q, %d; want %q, %d", line, code, test.want, test.code)
		}
	}
}

// Names of all undefined symbols go into one line, as many as fit.
func TestRows(t *testing.T) {
	for table, rows := range map[string]map[uint64]string{
		errnoNames:   {1: "EPERM", 12: "ENOMEM", 99: "error", 0: "error"},
		machineNames: {3: "i386", 183: "AArch64", 243: "RISC-V", 0: "another machine"},
		tagNames:     {1: "NEEDED", 10: "STRSZ", 38: "GNU_HASH", 3: "?"},
	} {
		for number, want := range rows {
			got := goString(rowOf(lit(table), number))
			if got, _, _ = strings.Cut(got, "\n"); got != want {
				t.Errorf("%d is %q, want %q", number, got, want)
			}
		}
	}
}
