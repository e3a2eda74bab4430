package compiler

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"slul/compiler/check"
	"slul/compiler/module"
)

// lock.go is `slul lock`: the api lines of a library's interface, and deps.index.

// Locked is a file that locking a module would write.
type Locked struct {
	Path string
	Text []byte
	News []string // what is new in it, a line each
}

// Lock says what files of the module in dir must be written so that its versions, and
// those that it needs, are settled. A version that is locked is never changed: where that
// would be needed it refuses.
func Lock(dir string, o Options) ([]Locked, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, refuse(CodeUsage, err)
	} else if !info.IsDir() {
		return nil, refuse(CodeUsage, fmt.Errorf("%s: not the directory of a module", dir))
	}
	s, err := readSources(dir)
	if err != nil {
		return nil, refuse(CodeUsage, err)
	}
	if err := s.allowUnsafe(o.Unsafe); err != nil {
		return nil, refuse(CodeUsage, err)
	}
	files, own, err := s.parse(Dump{})
	if err != nil {
		return nil, err
	}
	var list []Locked
	if own != nil {
		file, err := s.lockInterface(own)
		if err != nil {
			return nil, err
		}
		if file != nil {
			list = append(list, *file)
		}
	}
	m, err := findModules(files, own, o.Interfaces)
	if err != nil {
		return nil, err
	}
	info, errs := check.CheckModule(coreFiles(), files, m)
	if err := errs.Err(); err != nil {
		return nil, refuse(CodeCheck, err)
	}
	file, err := s.lockDeps(info)
	if err != nil {
		return nil, refuse(CodeCheck, err)
	}
	if file != nil {
		list = append(list, *file)
	}
	return list, nil
}

// lockInterface gives nil when nothing is to be written.
func (s *sources) lockInterface(own *module.Interface) (*Locked, error) {
	text, added, errs := own.Lock()
	if err := errs.Err(); err != nil {
		return nil, refuse(CodeCheck, err)
	}
	if added == 0 {
		return nil, nil
	}
	file := &Locked{Path: s.iface.name, Text: text}
	for _, v := range own.Versions[len(own.Versions)-added:] {
		file.News = append(file.News, fmt.Sprintf("api %s %s", v.Name, v.Hash))
	}
	return file, nil
}

// lockDeps gives nil when deps.index says already what is needed.
func (s *sources) lockDeps(info *check.Info) (*Locked, error) {
	old, isThere, err := s.readDeps()
	if err != nil {
		return nil, err
	}
	file := &Locked{Path: filepath.Join(s.dir, module.DepsName)}
	var deps []module.Dep
	for _, x := range info.Modules.Imports {
		if need, isUsed := info.Needs[x.Module]; isUsed {
			deps = append(deps, need)
		}
	}
	sort.Slice(deps, func(i, j int) bool { return deps[i].Name < deps[j].Name })
	for _, d := range deps {
		known := false
		for _, o := range old {
			switch {
			case o.Name != d.Name || o.Version != d.Version:
			case o.Hash != d.Hash:
				return nil, fmt.Errorf("%s: version %s of %s has another hash now, so it is another interface under the same number; if that is meant, remove its line", file.Path, d.Version, d.Name)
			default:
				known = true
			}
		}
		if !known {
			file.News = append(file.News, d.String())
		}
	}
	for _, o := range old {
		if _, isUsed := info.Needs[o.Name]; !isUsed {
			file.News = append(file.News, "no need of "+o.Name)
		}
	}
	file.Text = module.FormatDeps(deps)
	if len(file.News) == 0 || !isThere && len(deps) == 0 {
		return nil, nil
	}
	return file, nil
}
