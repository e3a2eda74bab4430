package startup

// Who is started. A new way is a new row.

import (
	"fmt"
	"os"

	"slul/bench/measure"
	"slul/binfmt"
	"slul/compiler"
	"slul/elfimage"
	"slul/examples"
	"slul/tests/tiny"
)

// way makes a program that is started in one way.
type way struct {
	group string
	name  string
	make  func(k *kit) (measure.Program, error)

	quiet bool // it prints nothing; all others say hello
	must  bool // that it cannot be made is an error, not a row that is left out
	cold  bool // a cold start is the same for it: nobody else uses its files
}

const (
	floors = "floors"
	least  = "least"
	ours   = "slul"
	others = "others"
)

// Names that aims are about.
const (
	floor1       = "floor1"
	floor2       = "floor2"
	glibcStatic  = "glibc static"
	glibcDynamic = "glibc dynamic"
)

var ways = []way{
	{group: floors, name: floor1, make: makeFloor1, quiet: true, must: true, cold: true},
	{group: floors, name: floor2, make: makeFloor2, quiet: true, must: true, cold: true},
	{group: least, name: "least, stub", make: makeLeast(elfimage.StartRt0), must: true, cold: true},
	{group: least, name: "least, interp", make: makeLeast(elfimage.StartInterp), must: true, cold: true},
	{group: least, name: "least, binfmt_misc", make: makeLeastBinfmt},
	{group: ours, name: "exit, stub", make: makeExit(0), quiet: true, must: true, cold: true},
	{group: ours, name: "exit, stub, two segments", make: makeExit(100), quiet: true, must: true, cold: true},
	{group: ours, name: "hello, stub", make: makeHello(elfimage.StartRt0), must: true, cold: true},
	{group: ours, name: "hello, interp", make: makeHello(elfimage.StartInterp), must: true, cold: true},
	{group: ours, name: "hello, #! line", make: makeHello(elfimage.StartShebang), must: true, cold: true},
	{group: ours, name: "hello, explicit loader", make: makeExplicit, must: true, cold: true},
	{group: ours, name: "hello, static by ld", make: makeLinked, cold: true},
	{group: ours, name: "hello, binfmt_misc", make: makeBinfmt(binfmt.MagicFlags)},
	{group: ours, name: "hello, binfmt_misc by name", make: makeBinfmt(binfmt.ExtensionFlags)},
	{group: others, name: glibcStatic, make: byC("gcc", "-static"), cold: true},
	{group: others, name: "glibc static-pie", make: byC("gcc", "-static-pie"), cold: true},
	{group: others, name: glibcDynamic, make: makeGlibc, cold: true},
	{group: others, name: "musl static", make: byC("musl-gcc", "-static"), cold: true},
	{group: others, name: "musl dynamic", make: byC("musl-gcc"), cold: true},
	{group: others, name: "tcc, glibc dynamic", make: byC("tcc")},
	{group: others, name: "Go", make: makeGo, cold: true},
	{group: others, name: "#!/bin/sh", make: makeScript},
}

const said = "Hello, world\n"

func makeFloor1(k *kit) (measure.Program, error) {
	return k.program("floor1", tiny.Static(tiny.Exit(0)), nil)
}

// floor2's loader is a file of its own: one that has just run would be in the caches.
func makeFloor2(k *kit) (measure.Program, error) {
	second, err := k.program("second", tiny.Static(tiny.Exit(0)), nil)
	if err != nil {
		return second, err
	}
	im := tiny.Image(tiny.Exit(0))
	im.Strip = true
	data, err := tiny.Build(im, second.Path)
	return k.program("floor2", data, err)
}

func makeExit(bss uint64) func(k *kit) (measure.Program, error) {
	return func(k *kit) (measure.Program, error) {
		im := tiny.Image(tiny.Exit(0))
		im.BssSize, im.Strip = bss, true
		data, err := tiny.Build(im, k.rtld)
		return k.program(fmt.Sprint("exit", bss), data, err)
	}
}

// hello compiles examples/hello to a file of this name, for the loader at rtld.
func (k *kit) hello(name string, start elfimage.Start, rtld string) (measure.Program, error) {
	src := k.path("Hello.slul")
	if err := os.WriteFile(src, examples.Hello, 0o644); err != nil {
		return measure.Program{}, err
	}
	o := compiler.Options{Rtld: rtld, Strip: true, Start: string(start)}
	p, err := compiler.Build(src, o)
	if err != nil {
		return measure.Program{}, err
	}
	return k.program(name, p.File, nil)
}

func makeHello(start elfimage.Start) func(k *kit) (measure.Program, error) {
	return func(k *kit) (measure.Program, error) { return k.hello("hello-"+string(start), start, k.rtld) }
}

func makeExplicit(k *kit) (measure.Program, error) {
	p, err := k.hello("hello.slulb", elfimage.StartNone, "")
	p.Path, p.Args = k.rtld, []string{p.Path}
	return p, err
}

// makeLinked is what hello costs by itself: a static program, without stub and loader.
func makeLinked(k *kit) (measure.Program, error) {
	src := k.path("Hello.slul")
	if err := os.WriteFile(src, examples.Hello, 0o644); err != nil {
		return measure.Program{}, err
	}
	p, err := compiler.Build(src, compiler.Options{Emit: compiler.EmitObject, Strip: true})
	if err != nil {
		return measure.Program{}, err
	}
	if err := os.WriteFile(k.path("hello.o"), p.File, 0o644); err != nil {
		return measure.Program{}, err
	}
	return k.tool("linked", "ld", "-s", "-o", k.path("linked"), k.path("hello.o"))
}

// Names lists the ways.
func Names() (names []string) {
	for _, w := range ways {
		names = append(names, w.name)
	}
	return names
}
