package start

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"
)

// TestForeign starts programs of other kinds by the loader: with an interpreter of their own, without one, at fixed
// addresses, or relocating themselves. They must tell the same as when the kernel starts them.
func TestForeign(t *testing.T) {
	const (
		c  = "testdata/foreign.c"
		in = "testdata/foreign.go"
	)
	tests := []struct {
		name  string
		build string
	}{
		{"glibc", "gcc -O1 -pthread -pie -fPIE -o OUT " + c},
		{"glibc, fixed", "gcc -O1 -pthread -no-pie -o OUT " + c},
		{"glibc, static", "gcc -O1 -pthread -static -o OUT " + c},
		{"glibc, static PIE", "gcc -O1 -pthread -static-pie -o OUT " + c},
		{"glibc, by lld", "gcc -O1 -pthread -fuse-ld=lld -o OUT " + c},
		{"glibc, by gold", "gcc -O1 -pthread -fuse-ld=gold -o OUT " + c},
		{"glibc, 2 MB pages", "gcc -O1 -pthread -Wl,-z,max-page-size=0x200000 -o OUT " + c},
		{"musl", "musl-gcc -O1 -pie -fPIE -o OUT " + c},
		{"musl, fixed", "musl-gcc -O1 -no-pie -o OUT " + c},
		{"musl, static", "musl-gcc -O1 -static -o OUT " + c},
		{"Go", "go build -o OUT " + in},
		{"Go, PIE", "go build -buildmode=pie -o OUT " + in},
	}
	p := newPlace(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			prog := filepath.Join(p.dir, strings.NewReplacer(" ", "-", ",", "").Replace(test.name))
			words := strings.Fields(strings.ReplaceAll(test.build, "OUT", prog))
			need.Tool(t, words[0])
			cmd := exec.Command(words[0], words[1:]...)
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", test.build, err, text)
			}
			for _, more := range [][]string{nil, {"x"}, {"", "two words", "--list"}} {
				args := append([]string{prog}, more...)
				env := []string{"A=1", "LD_BIND_NOW=1"}
				want := launch.Run(t, launch.Spec{Path: prog, Args: args, Env: env})
				got := launch.Run(t, launch.Spec{Path: p.rtld, Args: slices.Concat([]string{"slulrtld"}, args), Env: env})
				if want.Exit != len(args) {
					t.Fatalf("by the kernel: %s", describe(want))
				}
				if describe(got) != describe(want) || string(got.Stdout) != string(want.Stdout) {
					t.Errorf("by the loader: exit %d, signal %v\n%s%s\nby the kernel:\n%s", got.Exit, got.Signal, got.Stdout, got.Stderr, want.Stdout)
				}
			}
		})
	}
}
