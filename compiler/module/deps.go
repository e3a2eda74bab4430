// deps.index: the interfaces that a module was made for.
//
//	depsIndex = { "dep" HASH name VERSION NL }

package module

import (
	"fmt"
	"strings"
)

// DepsName is what the list is called, in the module's directory.
const DepsName = "deps.index"

// Dep is one interface that a module needs.
type Dep struct {
	Hash    string
	Name    string
	Version string
}

// String is the dep as deps.index and the notes of a file have it.
func (d Dep) String() string { return "dep " + d.Hash + " " + d.Name + " " + d.Version }

// maxDeps bounds the bytes of deps.index.
const maxDeps = 1 << 20

// ParseDeps reads deps.index; name is for messages. A `#` starts a comment.
func ParseDeps(name string, text []byte) (list []Dep, err error) {
	if len(text) > maxDeps {
		return nil, fmt.Errorf("%s: longer than %d bytes", name, maxDeps)
	}
	seen := map[string]bool{}
	for n, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch {
		case len(words) != 4 || words[0] != "dep":
			return nil, fmt.Errorf("%s:%d: expected `dep HASH NAME VERSION`", name, n+1)
		case !isHash(words[1]):
			return nil, fmt.Errorf("%s:%d: expected a hash of %d characters behind `dep`", name, n+1, HashSize)
		case !IsName(words[2]):
			return nil, fmt.Errorf("%s:%d: expected the name of a module behind the hash", name, n+1)
		case !isVersion(words[3]):
			return nil, fmt.Errorf("%s:%d: expected a version, as 1.0.0, at the end", name, n+1)
		case seen[words[2]]:
			return nil, fmt.Errorf("%s:%d: a second line for the module %s", name, n+1, words[2])
		}
		seen[words[2]] = true
		list = append(list, Dep{words[1], words[2], words[3]})
	}
	return list, nil
}

// FormatDeps is the text of a deps.index.
func FormatDeps(list []Dep) []byte {
	var b strings.Builder
	for _, d := range list {
		b.WriteString(d.String() + "\n")
	}
	return []byte(b.String())
}

// Dep is the need of a module for the oldest version that has all these names.
func (x *Interface) Dep(names []string) Dep {
	v := x.Versions[x.Since(names)]
	return Dep{v.Hash, x.Module, v.Name}
}

// Fits says why a dep of deps.index does not fit what is used of the interface, "" when it
// does. need is the Dep of that.
func (x *Interface) Fits(d, need Dep) string {
	switch at := x.index(d.Version); {
	case at < 0:
		return fmt.Sprintf("version %s of %s is not in %s", d.Version, x.Module, x.File.Name)
	case x.Versions[at].Hash != d.Hash:
		return fmt.Sprintf("version %s of %s has another hash in %s: it is not the interface that this was locked to", d.Version, x.Module, x.File.Name)
	case at < x.index(need.Version):
		return fmt.Sprintf("what is used of %s is there since %s, this says %s", x.Module, need.Version, d.Version)
	}
	return ""
}
