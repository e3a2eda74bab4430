package compiler

import (
	"fmt"
	"slices"
	"strings"

	"slul/compiler/check"
	"slul/compiler/ir"
	"slul/compiler/module"
	"slul/elfimage"
)

// library.go adds to a file what other modules and the loader ask for: which modules are
// needed, and the notes of modules (docs/file-format.md, "Module notes").

// profile is the part of the language that modules are made for. Modules of one profile
// agree on the layout of core's objects (compiler/core/layout_test.go).
const profile = "small"

// unsafeFlag is the bit of "flags" that keeps a module to the system's directory.
const unsafeFlag = 1

// moduleParts adds names, needs and notes. It needs all symbols of the image.
func moduleParts(image *elfimage.Image, info *check.Info) {
	var xdeps []string
	for _, name := range foreignModules(image) {
		image.Needed = append(image.Needed, name+".so")
		xdeps = append(xdeps, info.Needs[name].String())
	}
	if image.Needed == nil {
		image.Runpath = "" // there is nothing to look for
	}
	if own := info.Modules.Own; own != nil {
		flags := 0
		if own.Unsafe {
			flags = unsafeFlag
		}
		image.Soname = own.Module + ".so"
		image.Notes = append(image.Notes,
			textNote("module", elfimage.NoteModule, "name "+own.Module, "version "+own.Latest().Name, "kind library", fmt.Sprintf("flags %d", flags), "profile "+profile),
			textNote("api", elfimage.NoteAPI, apiLines(own)...))
		if bdeps := interfaceDeps(info.Modules); len(bdeps) > 0 {
			image.Notes = append(image.Notes, textNote("bdeps", elfimage.NoteBdeps, bdeps...))
		}
	}
	if len(xdeps) > 0 {
		image.Notes = append(image.Notes, textNote("xdeps", elfimage.NoteXdeps, xdeps...))
	}
}

// foreignModules is the modules of all imports, by name.
func foreignModules(image *elfimage.Image) (list []string) {
	for _, s := range image.Symbols {
		if name, _, _ := strings.Cut(s.Name, "."); ir.IsForeign(s.Name) && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func apiLines(x *module.Interface) (lines []string) {
	for _, v := range x.Versions {
		lines = append(lines, "api "+v.Name+" "+v.Hash)
	}
	return lines
}

// interfaceDeps is what is needed to read the interface of a library, by name.
func interfaceDeps(m check.Modules) (lines []string) {
	for _, x := range m.Imports {
		var names []string
		for _, use := range m.Own.File.Uses {
			if use.Module.Name == x.Module {
				for _, item := range use.Items {
					names = append(names, item.Name)
				}
			}
		}
		if names != nil {
			lines = append(lines, x.Dep(names).String())
		}
	}
	slices.Sort(lines)
	return lines
}

// textNote is a note of lines that end in a NUL.
func textNote(section string, typ uint32, lines ...string) elfimage.Note {
	return elfimage.Note{Section: ".note.slul-" + section, Owner: elfimage.Owner, Type: typ, Desc: []byte(strings.Join(lines, "\x00") + "\x00")}
}

// Libraries builds those of the libraries that a program needs whose source lies beside
// their interface, and those that they need in turn. The others are installed, or the
// loader will miss them.
func Libraries(p *Program, o Options) (list []*Program, err error) {
	seen := map[string]bool{}
	for queue := p.needed; len(queue) > 0; queue = queue[1:] {
		dir := queue[0]
		if seen[dir] {
			continue
		}
		seen[dir] = true
		if s, err := readSources(dir); err != nil || s.allowUnsafe(o.Unsafe) != nil {
			continue
		}
		lib, err := Build(dir, o)
		if err != nil {
			return nil, err
		}
		list = append(list, lib)
		queue = append(queue, lib.needed...)
	}
	return list, nil
}
