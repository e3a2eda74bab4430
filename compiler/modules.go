package compiler

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"slul/compiler/check"
	"slul/compiler/module"
	"slul/compiler/syntax"
)

// modules.go finds the interfaces of the modules that a module uses, and sees to it that
// deps.index knows them.

// finder is the search for the interfaces behind `use`.
type finder struct {
	path    []string // directories
	own     string   // the module that is compiled; "" of a program
	imports []*module.Interface
	state   map[string]findState
	errs    syntax.Errors
}

type findState uint8

const (
	findNew findState = iota
	findBusy
	findDone
)

// findModules finds what the files of a module use, and what the interfaces of that use.
func findModules(files []*syntax.File, own *module.Interface, given []string) (check.Modules, error) {
	f := &finder{path: module.Path(given), state: map[string]findState{}}
	if own != nil {
		f.own = own.Module
		files = append(files[:len(files):len(files)], own.File)
	}
	for _, file := range files {
		for _, use := range file.Uses {
			f.find(file, use)
		}
	}
	f.errs.Sort()
	if err := f.errs.Err(); err != nil {
		return check.Modules{}, refuse(CodeCheck, err)
	}
	return check.Modules{Own: own, Imports: f.imports}, nil
}

// find reads the interface that a `use` names, and those that it names in turn.
func (f *finder) find(file *syntax.File, use *syntax.UseDecl) {
	name := use.Module.Name
	switch {
	case name == "core":
		f.errs.Add(file, use.Module.Pos(), "the core library needs no `use`")
		return
	case name == f.own && filepath.Base(file.Name) != module.FileName:
		f.errs.Add(file, use.Module.Pos(), "this is the module %s itself: its files see each other without `use`", name)
		return
	case name == f.own || f.state[name] == findBusy:
		f.errs.Add(file, use.Module.Pos(), "cycle of modules: the interface of %s needs itself", name)
		return
	case f.state[name] == findDone:
		return
	}
	f.state[name] = findBusy
	defer func() { f.state[name] = findDone }()
	dir := module.Find(f.path, name)
	if dir == "" {
		f.errs.Add(file, use.Module.Pos(), "module `%s` not found: no %s in %s", name, filepath.Join(name, module.FileName), strings.Join(f.path, ", "))
		return
	}
	if f.own != "" {
		if way := f.wayBack(dir, name, map[string]bool{}); way != "" {
			f.errs.Add(file, use.Module.Pos(), "cycle of modules: %s needs %s", f.own, way)
			return
		}
	}
	at := filepath.Join(dir, module.FileName)
	text, err := readBounded(at)
	if err != nil {
		f.errs.Add(file, use.Module.Pos(), "%v", err)
		return
	}
	tree, errs := syntax.Parse(at, text)
	if len(errs) > 0 {
		f.errs = append(f.errs, errs...)
		return
	}
	x, errs := module.New(name, tree)
	if errs = append(errs, x.Check(dir)...); len(errs) > 0 {
		f.errs = append(f.errs, errs...)
		return
	}
	for _, next := range tree.Uses {
		f.find(tree, next)
	}
	f.imports = append(f.imports, x)
}

// wayBack says how the module in dir needs the one that is compiled, "" when it does not
// as far as its deps.index tells.
func (f *finder) wayBack(dir, name string, seen map[string]bool) string {
	seen[name] = true
	text, err := readBounded(filepath.Join(dir, module.DepsName))
	if err != nil {
		return "" // an installed interface may come without
	}
	deps, err := module.ParseDeps("", text)
	if err != nil {
		return "" // that module's own build reports it
	}
	for _, d := range deps {
		if d.Name == f.own {
			return name + ", which needs " + f.own
		}
		if next := module.Find(f.path, d.Name); next != "" && !seen[d.Name] {
			if way := f.wayBack(next, d.Name, seen); way != "" {
				return name + ", which needs " + way
			}
		}
	}
	return ""
}

// readDeps reads deps.index, which need not be there.
func (s *sources) readDeps() (list []module.Dep, isThere bool, err error) {
	name := filepath.Join(s.dir, module.DepsName)
	text, err := readBounded(name)
	if os.IsNotExist(err) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	list, err = module.ParseDeps(name, text)
	return list, true, err
}

// checkDeps refuses what is used and is not in deps.index, or otherwise than it is there.
// A program may do without deps.index.
func (s *sources) checkDeps(info *check.Info) error {
	if len(info.Needs) == 0 {
		return nil
	}
	deps, isThere, err := s.readDeps()
	if err != nil || !isThere && s.iface == nil {
		return err
	}
	name := filepath.Join(s.dir, module.DepsName)
	byName := map[string]module.Dep{}
	for _, d := range deps {
		byName[d.Name] = d
	}
	for _, x := range info.Modules.Imports {
		need, isUsed := info.Needs[x.Module]
		if !isUsed {
			continue
		}
		d, known := byName[x.Module]
		if !known {
			return fmt.Errorf("%s: the module %s is used and has no line here: `slul lock %s` writes it", name, x.Module, s.dir)
		}
		if why := x.Fits(d, need); why != "" {
			return fmt.Errorf("%s: %s: `slul lock %s` goes by what is there now", name, why, s.dir)
		}
	}
	return nil
}
