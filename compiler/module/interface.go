// interface.slul as data: what a library declares for others, and since when.

package module

import (
	"slices"

	"slul/compiler/syntax"
)

// Interface is the interface of one library.
type Interface struct {
	Module   string
	Unsafe   bool // it has code in the unsafe dialect: loaded from the system's directory alone
	File     *syntax.File
	Versions []Version // as the api lines have them, oldest first; without any: see Lock
	Items    []*Item   // in the order of the file

	uses   map[string]string // type -> module that it comes from
	byName map[string]*Item  // the first of each name
	byDecl map[syntax.Decl]*Item
	lines  map[string]string // of members, by CLASS.MEMBER
}

// Version is one `api` line.
type Version struct {
	Name string
	Hash string // as written
	Decl *syntax.APIDecl
}

// Item is one declaration.
type Item struct {
	Name    string
	Since   string // "": the first version
	Decl    syntax.Decl
	Line    string   // canonical
	Types   []string // that it names
	Members []Member // of a class
}

// Member is the ctor (whose name is "ctor") or a func of a class.
type Member struct {
	Name string
	Decl syntax.Decl
	Line string
}

// FileName is what the interface of a library is called, in its directory.
const FileName = "interface.slul"

// New gives the parsed interface file of a module its meaning. What an interface cannot
// hold is reported; types are looked at by package check.
func New(name string, f *syntax.File) (*Interface, syntax.Errors) {
	x := &Interface{Module: name, File: f, uses: map[string]string{}, byName: map[string]*Item{}, byDecl: map[syntax.Decl]*Item{}, lines: map[string]string{}}
	var errs syntax.Errors
	for _, u := range f.Uses {
		for _, item := range u.Items {
			x.uses[item.Name] = u.Module.Name
		}
	}
	for i, a := range f.APIs {
		switch j := slices.IndexFunc(x.Versions, func(v Version) bool { return compareVersions(v.Name, a.Version) == 0 }); {
		case !isVersion(a.Version):
			errs.Add(f, a.Pos(), "a version has at most %d characters", maxVersion)
		case j >= 0:
			errs.Add(f, a.Pos(), "version %s stands here already (line %d)", a.Version, f.APIs[j].Pos().Line)
		case i > 0 && a.Hash == f.APIs[i-1].Hash:
			errs.Add(f, a.Pos(), "version %s has the hash of %s: nothing was added to it", a.Version, f.APIs[i-1].Version)
		}
		x.Versions = append(x.Versions, Version{a.Version, a.Hash, a})
	}
	text := NewText(f)
	for _, d := range f.Decls {
		x.item(text, d, &errs)
	}
	x.order(&errs)
	return x, errs
}

// item adds one declaration.
func (x *Interface) item(text *Text, d syntax.Decl, errs *syntax.Errors) {
	tokens := text.head(d)
	item := &Item{Decl: d, Line: lineOf(tokens), Types: typeNames(tokens)}
	var id *syntax.Ident
	switch d := d.(type) {
	case *syntax.ConstDecl:
		id, item.Since = d.Name, d.Since
	case *syntax.EnumDecl:
		id, item.Since = d.Name, d.Since
	case *syntax.RecordDecl:
		id, item.Since = d.Name, d.Since
	case *syntax.ClassDecl:
		id, item.Since = d.Name, d.Since
		for _, m := range d.Members {
			switch m := m.(type) {
			case *syntax.CtorDecl:
				item.Members = append(item.Members, Member{"ctor", m, text.Line(m)})
			case *syntax.FuncDecl:
				item.Members = append(item.Members, Member{m.Name.Name, m, text.Line(m)})
			default:
				errs.Add(x.File, m.Pos(), "the fields of a class are its own: others see its ctor and funcs")
			}
		}
	case *syntax.FuncDecl:
		id, item.Since = d.Name, d.Since
		if d.Entry {
			errs.Add(x.File, d.Pos(), "an entry belongs to a service: a library has none")
			return
		}
	default:
		errs.Add(x.File, d.Pos(), "an interface has constants, enums, records, classes and funcs, nothing else")
		return
	}
	item.Name = id.Name
	if old := x.Item(item.Name); old != nil {
		_, isClass := d.(*syntax.ClassDecl)
		_, wasClass := old.Decl.(*syntax.ClassDecl)
		switch {
		case !isClass || !wasClass:
			errs.Add(x.File, id.Pos(), "`%s` is declared already (line %d)", item.Name, old.Decl.Pos().Line)
			return
		case item.Since == "" || len(item.Members) == 0:
			errs.Add(x.File, id.Pos(), "`%s` is declared already (line %d): what a later version adds to it stands behind `since`", item.Name, old.Decl.Pos().Line)
			return
		}
	}
	x.Items = append(x.Items, item)
	x.byDecl[d] = item
	for _, m := range item.Members {
		x.lines[item.Name+"."+m.Name] = m.Line
	}
	if x.byName[item.Name] == nil {
		x.byName[item.Name] = item
	}
}

// order refuses a declaration that names a type which came later than itself.
func (x *Interface) order(errs *syntax.Errors) {
	for _, item := range x.Items {
		for _, name := range item.Types {
			if of := x.Item(name); of != nil && compareVersions(x.sinceOf(of), x.sinceOf(item)) > 0 {
				errs.Add(x.File, item.Decl.Pos(), "`%s` names `%s`, which comes later: it is there since %s only", item.Name, name, of.Since)
			}
		}
	}
}

// Item is the first declaration of a name, nil without one. (What a later version adds to
// a class stands in another block of the same name.)
func (x *Interface) Item(name string) *Item { return x.byName[name] }

// Of is the item of a declaration of the interface.
func (x *Interface) Of(d syntax.Decl) *Item { return x.byDecl[d] }

// MemberLine is the canonical line of a member of a class.
func (x *Interface) MemberLine(class, name string) string { return x.lines[class+"."+name] }

// Names is what others can use by name, in the order of the file.
func (x *Interface) Names() (list []string) {
	for _, item := range x.Items {
		if x.byName[item.Name] == item {
			list = append(list, item.Name)
		}
	}
	return list
}

// since is the version that an item came with: its place in Versions, -1 for one that is
// not there.
func (x *Interface) since(item *Item) int {
	if item.Since == "" {
		return 0
	}
	return x.index(item.Since)
}

func (x *Interface) index(version string) int {
	return slices.IndexFunc(x.Versions, func(v Version) bool { return compareVersions(v.Name, version) == 0 })
}

func (x *Interface) sinceOf(item *Item) string {
	if item.Since == "" && len(x.Versions) > 0 {
		return x.Versions[0].Name
	}
	return item.Since
}

// Latest is the last version; the zero Version when there is none.
func (x *Interface) Latest() Version {
	if len(x.Versions) == 0 {
		return Version{}
	}
	return x.Versions[len(x.Versions)-1]
}

// Hash is what the hash of a version, by its place in Versions, has to be.
func (x *Interface) Hash(version int) string { return x.hash(version, nil) }

// hash leaves one item out.
func (x *Interface) hash(version int, without *Item) string {
	var lines []string
	for _, item := range x.Items {
		if at := x.since(item); item == without || at < 0 || at > version {
			continue
		}
		lines = append(lines, item.Line)
		for _, name := range item.Types {
			if from, ok := x.uses[name]; ok {
				lines = append(lines, "use "+from+" "+name)
			}
		}
	}
	slices.Sort(lines)
	return InterfaceHash(x.Module, slices.Compact(lines))
}

// Check compares the hashes of the api lines with the declarations, and says what to do
// where they differ, or where one is missing.
func (x *Interface) Check(dir string) (errs syntax.Errors) {
	if len(x.Items) == 0 {
		errs.Add(x.File, syntax.Pos{Line: 1, Col: 1}, "nothing is declared for others: a library without an interface is of no use")
		return errs
	}
	if len(x.Versions) == 0 {
		errs.Add(x.File, syntax.Pos{Line: 1, Col: 1}, "no version has a hash yet: `slul lock %s` writes the `api` lines", dir)
		return errs
	}
	for _, item := range x.Items {
		if x.since(item) < 0 {
			errs.Add(x.File, item.Decl.Pos(), "version %s has no `api` line yet: `slul lock %s` writes it", item.Since, dir)
		}
	}
	return append(errs, x.checkHashes()...)
}

func (x *Interface) checkHashes() (errs syntax.Errors) {
	for i, v := range x.Versions {
		if x.Hash(i) == v.Hash {
			continue
		}
		// what was there at the version is known by its hash alone, but one that was added
		// without `since` gives itself away
		for _, item := range x.Items {
			if at := x.since(item); at >= 0 && at <= i && x.hash(i, item) == v.Hash {
				errs.Add(x.File, item.Decl.Pos(), "`%s` was added to version %s, which is locked: write `since` and a later version before it, then `slul lock`", item.Name, v.Name)
				return errs
			}
		}
		errs.Add(x.File, v.Decl.Pos(), "version %s is locked, and its declarations have changed since: programs that were built for it rely on them. Undo the change, or add what is new under a later `since`; if nobody has %s yet, remove this line and `slul lock` again", v.Name, v.Name)
		return errs
	}
	return nil
}

// Since is the oldest version that has all these names (of items, or CLASS.MEMBER), by its
// place in Versions.
func (x *Interface) Since(names []string) int {
	oldest := 0
	for _, name := range names {
		oldest = max(oldest, x.sinceName(name))
	}
	return oldest
}

func (x *Interface) sinceName(name string) int {
	for _, item := range x.Items {
		if item.Name == name {
			return max(0, x.since(item))
		}
		for _, m := range item.Members {
			if item.Name+"."+m.Name == name {
				return max(0, x.since(item))
			}
		}
	}
	return 0
}
