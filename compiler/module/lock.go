// Locking: the api lines that an interface lacks.

package module

import (
	"fmt"
	"slices"
	"strings"

	"slul/compiler/syntax"
)

// FirstVersion is what the first version of an interface is called when neither an api
// line nor `since` says it.
const FirstVersion = "1.0.0"

// Lock gives the text of the interface with api lines for all its versions, and how many
// of them are new. Those that are there stay as they are: one whose hash differs is
// refused.
func (x *Interface) Lock() (text []byte, added int, errs syntax.Errors) {
	if len(x.Items) == 0 {
		return nil, 0, x.Check("")
	}
	if errs := x.checkHashes(); len(errs) > 0 {
		return nil, 0, errs
	}
	had := len(x.Versions)
	fresh := x.fresh()
	for _, v := range fresh {
		if had > 0 && compareVersions(v, x.Versions[had-1].Name) < 0 {
			item := x.Items[slices.IndexFunc(x.Items, func(i *Item) bool { return i.Since == v })]
			errs.Add(x.File, item.Decl.Pos(), "version %s comes before %s, the last that is locked: what is new needs a later one", v, x.Versions[had-1].Name)
			return nil, 0, errs
		}
		x.Versions = append(x.Versions, Version{Name: v})
	}
	var lines strings.Builder
	for i := had; i < len(x.Versions); i++ {
		x.Versions[i].Hash = x.Hash(i)
		if i > 0 && x.Versions[i].Hash == x.Versions[i-1].Hash { // the same line twice
			errs.Add(x.File, syntax.Pos{Line: 1, Col: 1}, "version %s adds nothing to %s", x.Versions[i].Name, x.Versions[i-1].Name)
			return nil, 0, errs
		}
		fmt.Fprintf(&lines, "api %s %s\n", x.Versions[i].Name, x.Versions[i].Hash)
	}
	return x.insert(lines.String()), len(x.Versions) - had, nil
}

// fresh is the versions that have no api line, oldest first.
func (x *Interface) fresh() (list []string) {
	for _, item := range x.Items {
		v := item.Since
		if v == "" && len(x.Versions) == 0 {
			v = FirstVersion
		}
		if v != "" && x.index(v) < 0 && !slices.ContainsFunc(list, func(w string) bool { return compareVersions(v, w) == 0 }) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, compareVersions)
	return list
}

// insert puts lines behind the api lines, else behind the comment that the file begins
// with, else at its start.
func (x *Interface) insert(lines string) []byte {
	if lines == "" {
		return x.File.Src
	}
	src := strings.SplitAfter(string(x.File.Src), "\n")
	at := 0
	if n := len(x.File.APIs); n > 0 {
		at = int(x.File.APIs[n-1].End().Line)
	} else {
		for at < len(src) && strings.HasPrefix(src[at], "#") {
			at++
		}
		switch {
		case at < len(src) && strings.TrimSpace(src[at]) == "": // a comment of its own
			at++
		default:
			at = 0
		}
		if strings.TrimSpace(src[at]) != "" {
			lines += "\n"
		}
	}
	return []byte(strings.Join(src[:at], "") + lines + strings.Join(src[at:], ""))
}
