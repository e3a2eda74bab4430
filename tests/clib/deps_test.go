package clib

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"
)

// variant is a way to make testdata/deps.
type variant struct {
	name    string
	compile string // flags
	link    string
	not     string // linkers and compilers that do not know it
}

var variants = []variant{
	{name: "plain"},
	{name: "O0", compile: "-O0"},
	{name: "O2 without PLT", compile: "-O2 -fno-plt"},
	{name: "initial exec", compile: "-ftls-model=initial-exec"},
	{name: "TLS descriptors", compile: "-mtls-dialect=gnu2", not: "gold clang"}, // gold: code and relocation name different words; clang: not before 18
	{name: "stack protector", compile: "-fstack-protector-all"},
	{name: "sections", compile: "-ffunction-sections -fdata-sections", link: "-Wl,--gc-sections"},
	{name: "hash sysv", link: "-Wl,--hash-style=sysv"},
	{name: "hash gnu", link: "-Wl,--hash-style=gnu"},
	{name: "hash both", link: "-Wl,--hash-style=both"},
	{name: "symbolic", link: "-Wl,-Bsymbolic", compile: "-DSYMBOLIC"},
	{name: "RELR", link: "-Wl,-z,pack-relative-relocs", not: "gold lld"},
	{name: "RELR of lld", link: "-Wl,--pack-dyn-relocs=relr", not: "gold bfd"},
	{name: "bound at once", link: "-Wl,-z,now -Wl,-z,relro"},
	{name: "without RELRO", link: "-Wl,-z,lazy -Wl,-z,norelro"},
	{name: "separate code", link: "-Wl,-z,separate-code", not: "gold"},
	{name: "no separate code", link: "-Wl,-z,noseparate-code", not: "gold"},
	{name: "separate segments", link: "-Wl,-z,separate-loadable-segments", not: "gold bfd"},
	{name: "2 MB pages", link: "-Wl,-z,max-page-size=0x200000"},
	{name: "RPATH", link: "-Wl,--disable-new-dtags"},
}

// TestDependencies makes the libraries and the program in each way with each compiler and linker. The
// program checks itself; what it checks: testdata/deps/main.c.
func TestDependencies(t *testing.T) {
	for _, compiler := range []string{"gcc", "clang"} {
		for _, linker := range linkers {
			for _, v := range variants {
				if strings.Contains(v.not, linker) || compiler == "clang" && (linker != "lld" || strings.Contains(v.not, compiler)) {
					continue
				}
				t.Run(compiler+"/"+linker+"/"+v.name, func(t *testing.T) {
					t.Parallel()
					need.Tool(t, "ld."+linker)
					testVariant(t, compiler, linker, v)
				})
			}
		}
	}
}

func testVariant(t *testing.T, compiler, linker string, v variant) {
	p := newPlace(t)
	o := objects(t, compiler, v.compile)
	base := slices.Concat([]string{"-nostdlib", "-fuse-ld=" + linker, "-L.", "-Wl,-rpath,$ORIGIN", "-Wl,--enable-new-dtags", "-Wl,--allow-shlib-undefined"}, strings.Fields(v.link))
	link := func(name string, args ...string) {
		t.Helper()
		p.do(t, compiler, slices.Concat(base, []string{"-o", name}, args)...)
	}
	library := func(name string, args ...string) {
		t.Helper()
		link("lib"+name+".so", append([]string{"-shared", "-Wl,-soname,lib" + name + ".so", o + "/" + name + ".o"}, args...)...)
	}
	library("base", "-Wl,--version-script="+o+"/base.map")
	library("middle", "-lbase")
	library("top", "-lmiddle", "-lbase")
	needs := []string{"-ltop", "-lmiddle", "-lbase"}
	link("wrapped.so", append([]string{"-shared", o + "/wrapped.o"}, needs...)...)
	link("pie", append([]string{"-pie", "-Wl,--dynamic-linker=" + p.rtld, o + "/pie.o"}, needs...)...)
	link("fixed", append([]string{"-no-pie", "-Wl,--dynamic-linker=" + p.rtld, o + "/fixed.o"}, needs...)...)
	wrapped := p.wrap(t, "wrapped.so", "wrapped")
	for _, prog := range []string{wrapped, filepath.Join(p.dir, "pie"), filepath.Join(p.dir, "fixed")} {
		passes(t, launch.Spec{Path: prog, Args: []string{prog, "", "last"}})
		passes(t, launch.Spec{Path: p.rtld, Args: []string{"slulrtld", prog, "", "last"}})
	}
}

// compiled has the directory of the objects of each compiler and flags.
var compiled struct {
	sync.Mutex
	dirs map[string]string
}

// objects compiles testdata/deps, once for the same compiler and flags, and gives where the objects are.
func objects(t *testing.T, compiler, flags string) string {
	t.Helper()
	compiled.Lock()
	defer compiled.Unlock()
	key := compiler + " " + flags
	if dir, ok := compiled.dirs[key]; ok {
		return dir
	}
	dir, err := os.MkdirTemp(shared, "")
	if err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs("testdata/deps")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(source+"/base.map", dir+"/base.map"); err != nil {
		t.Fatal(err)
	}
	compile := func(file, object string, more ...string) {
		t.Helper()
		args := slices.Concat([]string{"-c", "-O1", "-fno-stack-protector", "-ffreestanding", "-fsemantic-interposition", "-Wall", "-Werror", "-o", dir + "/" + object, file},
			strings.Fields(flags), more)
		place{dir: source}.do(t, compiler, args...)
	}
	for _, name := range []string{"base", "middle", "top"} {
		compile(name+".c", name+".o", "-fPIC")
	}
	compile("main.c", "wrapped.o", "-fPIC", "-DWRAPPED")
	compile("main.c", "pie.o", "-fPIE")
	compile("main.c", "fixed.o", "-fno-pic", "-fno-pie")
	if compiled.dirs == nil {
		compiled.dirs = map[string]string{}
	}
	compiled.dirs[key] = dir
	return dir
}
