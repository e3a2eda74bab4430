// Notes of modules: what a library is called and offers, and which interfaces of others
// a file needs (docs/file-format.md, "Module notes").

package elfimage

import "strings"

// Interface is one version of a module's interface.
type Interface struct {
	Module  string `json:"module,omitempty"` // "" where it is the file's own
	Version string `json:"version"`
	Hash    string `json:"hash"`
}

// lines is the text of the first note of a type: lines that each end in a NUL.
func (f *File) lines(typ uint32) []string {
	for _, n := range f.Notes {
		if n.Owner == Owner && n.Type == typ {
			return strings.Split(strings.TrimSuffix(string(n.Desc), "\x00"), "\x00")
		}
	}
	return nil
}

// module is what the notes say about a library; nil when there are none.
func (f *File) module() *ModuleDesc {
	about := map[string]string{}
	for _, line := range f.lines(NoteModule) {
		word, rest, _ := strings.Cut(line, " ")
		about[word] = rest
	}
	if about["name"] == "" || f.Program != nil {
		return nil
	}
	m := &ModuleDesc{Name: about["name"], Version: about["version"], Profile: about["profile"], Offers: []Interface{}}
	m.Unsafe = about["flags"] != "" && about["flags"] != "0"
	for _, line := range f.lines(NoteAPI) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "api" {
			m.Offers = append(m.Offers, Interface{Version: words[1], Hash: words[2]})
		}
	}
	return m
}

// needs lists the interfaces that the file was made for.
func (f *File) needs() (list []Interface) {
	for _, line := range f.lines(NoteXdeps) {
		if words := strings.Fields(line); len(words) == 4 && words[0] == "dep" {
			list = append(list, Interface{words[2], words[3], words[1]})
		}
	}
	return list
}

// module writes what module and needs have found.
func (t *textWriter) module(d Description) {
	if m := d.Module; m != nil {
		text := ""
		if m.Unsafe {
			text = ", unsafe: loaded from the system directory alone"
		}
		t.line("module", "%s %s%s", m.Name, m.Version, text)
		for _, x := range m.Offers {
			t.line("offers", "%s %s", x.Version, x.Hash)
		}
	}
	for _, x := range d.Needs {
		t.line("needs", "%s %s %s", x.Module, x.Version, x.Hash)
	}
}
