package doctor

import (
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"slul/bench/objects"
	"slul/elfimage"
	"slul/rtld/image"
	"slul/stubgen"
	"slul/tests/need"
)

// Who else than root can put another file at a path.
func TestExposed(t *testing.T) {
	need.Root(t)
	base, err := os.MkdirTemp("/tmp", "slul-doctor-") // a sticky directory, which protects what is in it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	at := func(p string) string { return filepath.Join(base, p) }
	must(os.Chmod(base, 0o755))
	for _, d := range []string{"safe", "group", "open", "sticky", "users"} {
		must(os.Mkdir(at(d), 0o755))
		must(os.WriteFile(at(d+"/f"), nil, 0o644))
	}
	must(os.Chown(at("group"), 0, 50))
	must(os.Chmod(at("group"), 0o775))
	must(os.Chmod(at("open"), 0o777))
	must(os.Chmod(at("sticky"), 0o777|fs.ModeSticky))
	must(os.Chown(at("users"), 1000, 1000))
	must(os.Symlink("../open/f", at("safe/to-open")))
	must(os.Symlink(at("safe/f"), at("open/to-safe")))
	must(os.Symlink("loop", at("safe/loop")))
	must(os.Symlink("f", at("safe/users-link")))
	must(os.Lchown(at("safe/users-link"), 1000, 0))
	must(os.WriteFile(at("safe/root-group"), nil, 0o664))
	must(os.Chmod(at("safe/root-group"), 0o664))
	tests := []struct {
		path string
		want []string
		err  error
	}{
		{"safe/f", nil, nil},
		{"safe/../safe/./f", nil, nil},
		{"safe/not-there/f", nil, nil},
		{"safe/root-group", nil, nil}, // its group is root
		{"group/f", []string{"group 50 can write group: chmod g-w group"}, nil},
		{"open/f", []string{"everybody can write open: chmod go-w open"}, nil},
		{"open/not-there", []string{"everybody can write open: chmod go-w open"}, nil},
		{"sticky/f", nil, nil},
		{"users/f", []string{"user 1000 can write users: chown root users"}, nil},
		{"safe/to-open", []string{"everybody can write open: chmod go-w open"}, nil},
		{"open/to-safe", []string{"everybody can write open: chmod go-w open"}, nil},
		{"safe/users-link", []string{"user 1000 can write safe/users-link: chown -h root safe/users-link"}, nil},
		{"safe/loop", nil, unix.ELOOP},
	}
	for _, test := range tests {
		list, err := Exposed(at(test.path))
		var got []string
		for _, x := range list {
			got = append(got, strings.ReplaceAll(x.String()+": "+strings.TrimPrefix(x.Mend, "sudo "), base+"/", ""))
		}
		if !slices.Equal(got, test.want) || cause(err) != test.err && err != test.err {
			t.Errorf("%s: %q, %v, want %q, %v", test.path, got, err, test.want, test.err)
		}
	}
}

// Who may execute a program by its stub, but not read it.
func TestUnreadable(t *testing.T) {
	const u, g = fs.ModeSetuid, fs.ModeSetgid
	tests := []struct {
		start elfimage.Start
		mode  fs.FileMode
		want  bool
	}{
		{elfimage.StartRt0, 0o755, false}, {elfimage.StartRt0, 0o644, false}, {elfimage.StartRt0, 0o711, true}, {elfimage.StartRt0, 0o751, true},
		{elfimage.StartRt0, 0o750, false}, {elfimage.StartRt0, 0o710, true}, {elfimage.StartRt0, 0o111, true},
		{elfimage.StartRt0, 0o711 | u, false}, {elfimage.StartRt0, 0o311 | u, true}, {elfimage.StartRt0, 0o4 | u, true},
		{elfimage.StartRt0, 0o711 | g, true}, {elfimage.StartRt0, 0o751 | g, false}, {elfimage.StartRt0, 0o311 | g, true}, {elfimage.StartRt0, 0o700 | g, false},
		{elfimage.StartInterp, 0o711, false}, {elfimage.StartNone, 0o711, false},
	}
	for _, test := range tests {
		if got := unreadable("p", test.start, test.mode) != nil; got != test.want {
			t.Errorf("%s, %v: %v", test.start, test.mode, got)
		}
	}
}

// The command lines that are shown can be copied, whatever files are called; and no file
// speaks to the terminal.
func TestWords(t *testing.T) {
	for word, want := range map[string]string{"/lib/x-1.so": "/lib/x-1.so", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$x": "'$x'", "~": "'~'"} {
		if got := Shell(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
	var b strings.Builder
	r := Report{Findings: []Finding{{"program", Fail, "a\x1b[2Jb\n\xff", "e\r", "m\x7f"}}}
	if err := r.WriteText(&b); err != nil || b.String() != "fail  program     a?[2Jb??\n                  e?\n                  mend it: m?\n" {
		t.Errorf("%v: %q", err, b.String())
	}
	if got := (Finding{Text: "t", Effect: "e", Mend: "m"}).Line(); got != "t: e: m" {
		t.Error(got)
	}
}

// Root calls this tool by a name that sudo finds.
func TestSelfName(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	defer func(old []string) { securePath = old }(securePath)
	securePath = []string{filepath.Join(dir, "none"), filepath.Join(dir, "bin")}
	installed := at("bin/slul")
	link := filepath.Join(dir, "slul")
	if err := os.Symlink("bin/slul", link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{installed: "slul", link: "slul", at("own/slul"): dir + "/own/slul", at("my own/slul"): "'" + dir + "/my own/slul'",
		at("go-build12/exe/slul"): "slul", dir + "/gone/slul": "slul", at("own/other"): "slul"} {
		if got := selfName(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// The directories that are looked at are those that the loader searches.
func TestSearchDirs(t *testing.T) {
	dir := t.TempDir()
	set, err := objects.Make(dir, objects.Shape{Libraries: 1, Exports: 1})
	if err != nil {
		t.Fatal(err)
	}
	prog, err := set.Native("prog", "/rtld")
	if err != nil {
		t.Fatal(err)
	}
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	out, err := runFile("slulrtld", loader, "--list", prog)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := listed(out); !slices.Equal(got, []string{prog, set.Libraries[0]}) {
		t.Errorf("listed %q in\n%s", got, out)
	}
	if err := os.Remove(set.Libraries[0]); err != nil {
		t.Fatal(err)
	}
	out, err = runFile("slulrtld", loader, "--verify", prog)
	if want := "looked in $ORIGIN:" + strings.Join(SearchDirs("x86_64"), ":") + ")"; err == nil || !strings.Contains(string(out), want) {
		t.Errorf("%v: %s, want %s", err, out, want)
	}
	for _, test := range []struct {
		dirs []string
		want string
	}{{[]string{dir}, prog}, {[]string{dir + "/none", dir}, prog}, {[]string{filepath.Dir(dir)}, ""}, {nil, ""}} {
		if got := systemLibrary(filepath.Base(prog), test.dirs); got != test.want {
			t.Errorf("in %q: %q, want %q", test.dirs, got, test.want)
		}
	}
}

// The loader that is asked is the one that programs get, when root alone can write it; else it is this
// tool's own: nobody makes who examines a program run his code.
func TestAskLoader(t *testing.T) {
	need.Root(t)
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "slul-doctor-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	altered := slices.Clone(loader)
	copy(altered[binary.LittleEndian.Uint64(altered[24:]):], []byte{0x0f, 0x0b}) // e_entry, its offset too: ud2
	target, err := stubgen.Lookup("x86_64-linux")
	if err != nil {
		t.Fatal(err)
	}
	e := &exam{Patient: Patient{Target: target, Rtld: filepath.Join(dir, "rtld"), Loader: loader}}
	for _, test := range []struct {
		name  string
		file  []byte
		mode  os.FileMode
		fails bool
	}{
		{"of root alone", altered, 0o755, true}, {"of everybody", altered, 0o777, false}, {"no loader", []byte("usage: slulrtld "), 0o755, false}, {"good", loader, 0o755, false},
	} {
		if err := os.WriteFile(e.Rtld, test.file, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(e.Rtld, test.mode); err != nil {
			t.Fatal(err)
		}
		if out, err := e.askLoader("--version"); (err != nil) != test.fails || !test.fails && !strings.HasPrefix(string(out), "slulrtld ") {
			t.Errorf("%s: %v, %q", test.name, err, out)
		}
	}
}

// Each probe does nothing, and an unhindered kernel answers as it says.
func TestProbes(t *testing.T) {
	e := &exam{}
	e.filter()
	e.execveat()
	for _, f := range e.report.Findings {
		if f.Level != OK {
			t.Errorf("%+v", f)
		}
	}
}

// What is said of programs with rights, for each way to start; of others nothing is.
func TestSetID(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p")
	if err := os.WriteFile(path, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	secure, busy, script, caps := "in secure mode", "no ETXTBSY", "begins with #!", "file capabilities, which do not live"
	const usual, setUID = 0o755, 0o755 | fs.ModeSetuid
	tests := []struct {
		start elfimage.Start
		mode  fs.FileMode
		caps  bool
		want  []string
	}{
		{elfimage.StartRt0, usual, false, nil},
		{elfimage.StartRt0, setUID, false, []string{secure, busy}},
		{elfimage.StartRt0, 0o755 | fs.ModeSetgid, false, []string{secure, busy}},
		{elfimage.StartRt0, usual, true, []string{caps, busy}},
		{elfimage.StartInterp, setUID, false, []string{secure}},
		{elfimage.StartInterp, usual, true, nil},
		{elfimage.StartShebang, setUID, false, []string{script, busy}},
		{elfimage.StartShebang, usual, true, []string{caps, busy}},
	}
	for _, test := range tests {
		if err := os.Chmod(path, test.mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		list := slices.DeleteFunc(setIDFindings(path, test.start, info, test.caps), func(f Finding) bool {
			return strings.Contains(f.Text, "can write") // the directories of the test
		})
		ok := len(list) == len(test.want)
		for i := 0; ok && i < len(list); i++ {
			ok = strings.Contains(list[i].Text, test.want[i])
		}
		if !ok {
			t.Errorf("%s, %v, capabilities %v: %+v, want %q", test.start, test.mode, test.caps, list, test.want)
		}
	}
}
