package image

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"slul/rtld/shrink"
)

// toolchain is the version that the committed images are made with: the one that
// go.mod names.
func toolchain(t *testing.T) string {
	t.Helper()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mod)) {
		if v, ok := strings.CutPrefix(line, "toolchain "); ok {
			return strings.TrimSpace(v)
		}
	}
	t.Fatal("go.mod names no toolchain")
	return ""
}

// The committed image is what the sources make, byte for byte, wherever they are and
// whatever the environment wishes.
func TestRebuild(t *testing.T) {
	if want := toolchain(t); runtime.Version() != want {
		t.Skipf("SKIPPED, the images are not compared: they are made with %s, this is %s", want, runtime.Version())
	}
	committed, err := For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := os.ReadFile("slulrtld-x86_64.map")
	if err != nil {
		t.Fatal(err)
	}
	same := func(what, dir string) {
		r, err := shrink.Loader(dir, "x86_64")
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if !bytes.Equal(r.File, committed) {
			t.Errorf("%s: the image differs from the committed one: go run ./rtld/image/build", what)
		}
		if r.Map != string(ledger) {
			t.Errorf("%s: the ledger differs from the committed one: go run ./rtld/image/build", what)
		}
	}
	same("here", ".")

	t.Setenv("GOFLAGS", "-gcflags=all=-N -buildvcs=true -tags=other")
	t.Setenv("CGO_ENABLED", "1")
	t.Setenv("GOAMD64", "v3")
	t.Setenv("GOARCH", "arm64")
	t.Setenv("GOEXPERIMENT", "nogreenteagc")
	same("with another environment", ".")
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOARCH", "amd64")

	// Another folder: a copy of what the loader is made of.
	dir := t.TempDir()
	for _, path := range []string{"go.mod", "go.sum", "rtld/*.go", "rtld/*.s", "rtld/slulrtld/*.go"} {
		files, err := filepath.Glob(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range files {
			if strings.HasSuffix(from, "_test.go") {
				continue
			}
			b, err := os.ReadFile(from)
			if err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(dir, strings.TrimPrefix(filepath.ToSlash(from), "../../"))
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	same("in another folder", dir)
}

// The image is small and position independent, one segment that nobody can write; its dynamic
// section is empty, in a page without code, until the loader makes that page writable.
func TestImage(t *testing.T) {
	for _, arch := range Arches() {
		b, err := For(arch)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > 32*1024 {
			t.Errorf("%s: %d bytes", arch, len(b))
		}
		f, err := elf.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if f.Type != elf.ET_DYN {
			t.Errorf("%s: %v", arch, f.Type)
		}
		loads := 0
		for _, p := range f.Progs {
			switch {
			case p.Type == elf.PT_LOAD && p.Flags == elf.PF_R|elf.PF_X:
				loads++
			case p.Type == elf.PT_DYNAMIC:
				text := f.Section(".text")
				if p.Filesz != 32 || !bytes.Equal(b[p.Off:p.Off+p.Filesz], make([]byte, 32)) || text.Addr+text.Size > p.Vaddr&^4095 {
					t.Errorf("%s: dynamic section %+v, text %+v", arch, p.ProgHeader, text.SectionHeader)
				}
			case p.Type == elf.PT_PHDR, p.Type == elf.PT_GNU_STACK && p.Flags == elf.PF_R|elf.PF_W:
			default:
				t.Errorf("%s: %v %v", arch, p.Type, p.Flags)
			}
		}
		if loads != 1 {
			t.Errorf("%s: %d segments", arch, loads)
		}
		if got := Hash(arch); len(got) != 64 {
			t.Errorf("%s: hash %q", arch, got)
		}
		b[0] = 0
		if again, _ := For(arch); again[0] != 0x7f {
			t.Error("For gives out its own bytes")
		}
	}
	if _, err := For("vax"); err == nil || !strings.Contains(err.Error(), "x86_64") {
		t.Errorf("vax: %v", err)
	}
	if Hash("vax") != "" {
		t.Error("vax has a hash")
	}
}

// The image says the version that the package says.
func TestVersion(t *testing.T) {
	b, err := For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "slulrtld")
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "--version").Output()
	if err != nil || string(out) != "slulrtld 1 (x86-64)\n" || Version != 1 {
		t.Errorf("%q, %v; Version is %d", out, err, Version)
	}
}
