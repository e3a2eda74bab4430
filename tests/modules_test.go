package tests

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slul/compiler"
	"slul/rtld/image"
	"slul/tests/built"
	"slul/tests/need"
)

// TestLibraryStack: whatever the stack's limit, a program and a library that call each
// other's last question away end in a trap and not in a signal. The library has many funcs
// with large frames, which do not call themselves, and one that does.
func TestLibraryStack(t *testing.T) {
	for _, c := range []struct{ funcs, locals int }{{160, 40}, {3, 500}, {20, 200}} {
		k := built.NewModules(t)
		source := strings.ReplaceAll(chain(c.funcs, c.locals), "args.length", "a")
		source = source[strings.Index(source, "func f0"):strings.Index(source, "entry main")]
		last := fmt.Sprintf("f%d", c.funcs-1)
		k.Library("deep", "func "+last+" int a returns int end\nfunc again int a returns int end\n", source)
		k.Write("Main.slul", []byte(strings.ReplaceAll(`service CommandMain "main"
use deep LAST again
giveme
    Args args
    @Console console
end
func mine int n returns int
code
    if n == 0
        return LAST 5
    end
    return mine (n - 1) + n mod 3
end
entry main
code
    int n = args[0].parse_int else 0
    console.print "{}" (mine n + again n + LAST 1)
end
`, "LAST", last)), 0o644)
		prog := k.Build("Main.slul", compiler.Options{})
		ends := map[int]int{}
		for _, limit := range []int{20, 64, 100, 130, 160, 200, 260, 400, 1000} {
			for _, depth := range []string{"0", "500", "100000000"} {
				cmd := exec.Command("sh", "-c", fmt.Sprintf("ulimit -S -s %d; exec %s %s", limit, prog, depth))
				out, _ := cmd.CombinedOutput() // the status is looked at below
				status := cmd.ProcessState.ExitCode()
				ends[status]++
				if status != 70 && (status != 0 || depth == "100000000") || status == 70 && !bytes.Contains(out, []byte("slul: trap: stack at ")) {
					t.Errorf("%d funcs of %d locals, %d KiB, depth %s: status %d, %s", c.funcs, c.locals, limit, depth, status, out)
				}
			}
		}
		if ends[0] == 0 || ends[70] == 0 {
			t.Errorf("%d funcs of %d locals: %v", c.funcs, c.locals, ends)
		}
	}
}

// TestSharedCore: programs and libraries that share the core library do what others do. It
// is loaded from the system's directory alone, so they get a root of their own.
func TestSharedCore(t *testing.T) {
	need.Root(t) // for mount and chroot
	unshare := need.Tool(t, "unshare")
	k := built.NewModules(t)
	for _, dir := range []string{"root/proc", "root/tmp"} {
		if err := os.MkdirAll(filepath.Join(k.Dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	place := func(name string, p *compiler.Program, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		k.Write("root/"+name, p.File, 0o755)
	}
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	k.Write("root/lib/slulrtld-x86_64.so.1", loader, 0o755)
	core, err := compiler.Core(compiler.Options{})
	place("usr/lib/slul/core.so", core, err)
	again, err := compiler.Core(compiler.Options{})
	if err != nil || !bytes.Equal(core.File, again.File) {
		t.Errorf("core twice: %v, or not the same bytes", err)
	}
	o := compiler.Options{Interfaces: []string{"../examples/modules"}, Warnings: io.Discard}
	for _, shared := range []string{"words"} {
		o := o
		o.Core = compiler.CoreShared
		p, err := compiler.Build("../examples/modules/"+shared, o)
		place("usr/lib/slul/"+p.Name, p, err)
	}
	for _, c := range []struct{ example, args, stdin string }{
		{"hello", "", ""}, {"primes", "200", ""}, {"primes", "x", ""}, {"collatz", "27", ""}, {"args", "one 'two words'", ""},
		{"modules/freq", "-m 1", "the cat saw the dog\nThe dog ran\n"},
		{"modules/freq", "-m x", ""},
		{"tools/json", "", `{"a": [1, 2, {"b": "c\u00e9"}], "d": -1}`}, {"tools/json", "", "{"},
		{"tools/sort", "", "c\na\nb\n"}, {"tools/uniq", "", "a\na\nc\n"}, {"tools/rpn", "9223372036854775807 1 +", ""},
		{"tools/sha256sum", "", "abc"}, {"tools/grep", "-n 'b+'", "abc\nxyz\nabbc\n"}, {"tools/base64", "", "hello, world\n"},
	} {
		var outs [2]string
		for i, core := range compiler.Cores {
			o := o
			o.Core = core
			p, err := compiler.Build("../examples/"+c.example, o)
			place(p.Command, p, err)
			cmd := exec.Command(unshare, "-m", "sh", "-c", `mount -t proc none "$1/proc" && eval exec chroot '"$1"' "/$2" "$3"`, "sh", filepath.Join(k.Dir, "root"), p.Command, c.args)
			cmd.Stdin = strings.NewReader(c.stdin)
			out, _ := cmd.CombinedOutput() // the status is compared
			outs[i] = fmt.Sprintf("%s%d", out, cmd.ProcessState.ExitCode())
		}
		if outs[0] != outs[1] || strings.Contains(outs[0], "slulrtld") || outs[0] == "0" {
			t.Errorf("%s %s: folded %q, shared %q", c.example, c.args, outs[0], outs[1])
		}
	}
}
