package binfmt

import (
	"bytes"
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/stubgen"
)

func target(t testing.TB) *stubgen.Target {
	t.Helper()
	target, err := stubgen.Lookup(stubgen.DefaultTarget)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func ours(t testing.TB) []Entry {
	t.Helper()
	list, err := Ours(target(t), target(t).RTLD)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// program is the file of a program with this start.
func program(t testing.TB, start elfimage.Start) []byte {
	t.Helper()
	im := elfimage.Image{Machine: uint16(elf.EM_X86_64), Entry: "_start", Text: []byte{0x0f, 0x0b},
		Symbols: []elfimage.Symbol{{Name: "_start", Section: elfimage.Text, Size: 2, Func: true}}}
	path, err := stubgen.LoaderPath(target(t), start, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := stubgen.Begin(&im, target(t), start, path); err != nil {
		t.Fatal(err)
	}
	b, err := im.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The lines of a binfmt.d file are entries, and mean what Ours says.
func TestConf(t *testing.T) {
	text, err := Conf(target(t), target(t).RTLD)
	if err != nil {
		t.Fatal(err)
	}
	var got []Entry
	for line := range strings.Lines(text) {
		if line[0] == '#' { // as binfmt.d(5) has comments
			continue
		}
		e, err := Parse(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got = append(got, e)
	}
	if !slices.EqualFunc(got, ours(t), Entry.equal) || !strings.HasSuffix(text, "\n") {
		t.Errorf("%+v in:\n%s", got, text)
	}
	for _, path := range []string{"", "relative", "/a:b", "/a\nb", "/" + strings.Repeat("x", maxInterpreter)} {
		if text, err := Conf(target(t), path); err == nil {
			t.Errorf("%q gives:\n%s", path, text)
		}
	}
}

// What the entries are allowed to: rights only by the magic, and a loader that is held.
func TestFlags(t *testing.T) {
	for _, e := range ours(t) {
		if !strings.Contains(e.Flags, "F") {
			t.Errorf("%s: flags %s: whoever replaces the loader later would run with the programs' rights", e.Name, e.Flags)
		}
		if e.Extension != "" && strings.ContainsAny(e.Flags, "CO") {
			t.Errorf("%s: flags %s: anyone can choose an extension", e.Name, e.Flags)
		}
	}
}

// The entry by magic catches SLUL programs however they are started, and nothing else.
func TestMatches(t *testing.T) {
	magic, extension := ours(t)[0], ours(t)[1]
	for _, start := range elfimage.Starts {
		b := program(t, start)
		if got, want := magic.Matches("/x/prog", b), start != elfimage.StartShebang; got != want {
			t.Errorf("%s: caught %v", start, got)
		}
	}
	good := program(t, elfimage.StartRt0)
	for i := range elfimage.EhdrSize + 4 {
		b := bytes.Clone(good)
		b[i] ^= 0x40
		known := i < 6 || i >= 16 && i < 20 || i >= 64
		if magic.Matches("prog", b) == known {
			t.Errorf("byte %d changed: caught %v", i, !known)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{self, "/bin/sh"} {
		b, err := readHead(path)
		if err != nil {
			t.Fatal(err)
		}
		if magic.Matches(path, b) {
			t.Errorf("it catches %s", path)
		}
	}
	if magic.Matches("short", good[:20]) || magic.Matches("", nil) {
		t.Error("it catches a part of a header")
	}
	for name, want := range map[string]bool{"a.slulb": true, "/x/a.b.slulb": true, ".slulb": true, "slulb": false, "a.slulbx": false,
		"a.slulb.x": false, "a.SLULB": false, "/x.slulb/a": false, "": false} {
		if got := extension.Matches(name, good); got != want {
			t.Errorf("%q: caught %v", name, got)
		}
	}
}

func TestParse(t *testing.T) {
	good := map[string]Entry{
		`:x:M:0:\x7fELF:\xff\xff\xff\xfe:/bin/x:PF`:    {Name: "x", Magic: []byte("\x7fELF"), Mask: []byte("\xff\xff\xff\xfe"), Interpreter: "/bin/x", Flags: "PF"},
		`:x:M::MZ::/bin/x:`:                            {Name: "x", Magic: []byte("MZ"), Interpreter: "/bin/x"},
		`:x:M:12:MZ::/bin/x`:                           {Name: "x", Offset: 12, Magic: []byte("MZ"), Interpreter: "/bin/x"},
		`,a:b,E,,exe,,/bin/x,OC`:                       {Name: "a:b", Extension: "exe", Interpreter: "/bin/x", Flags: "OC"},
		":x:E::jar::/bin/x:\n":                         {Name: "x", Extension: "jar", Interpreter: "/bin/x"},
		`:x:M:60:` + strings.Repeat("y", 68) + `::/x:`: {Name: "x", Offset: 60, Magic: bytes.Repeat([]byte("y"), 68), Interpreter: "/x"},
	}
	for line, want := range good {
		if got, err := Parse(line); err != nil || !got.equal(want) {
			t.Errorf("%q: %+v, %v", line, got, err)
		}
	}
	bad := map[string]string{
		"":                         "an empty line",
		":":                        "fields",
		":x:M:0:a":                 "4 fields",
		":x:M:0:a::/x:P:y":         "8 fields",
		"::M:0:a::/x:":             "cannot be a file's",
		":a/b:M:0:a::/x:":          "cannot be a file's",
		":..:M:0:a::/x:":           "cannot be a file's",
		":register:M:0:a::/x:":     "taken by the kernel",
		":x:Q:0:a::/x:":            `type "Q"`,
		":x:M:-1:a::/x:":           "offset",
		":x:M:x:a::/x:":            "offset",
		":x:M:0:::/x:":             "extension",
		`:x:M:0:\xg0::/x:`:         "two hexadecimal digits",
		`:x:M:0:\x0::/x:`:          "two hexadecimal digits",
		`:x:M:0:ab:\xff:/x:`:       "mask of 1 bytes",
		":x:M:127:ab::/x:":         "the first 128",
		":x:M:99999999999:ab::/x:": "the first 128",
		":x:E::a/b::/x:":           "extension",
		":x:E::::/x:":              "extension",
		":x:E::a:::":               "no path",
		":x:E::a::/x:Z":            `flags "Z"`,
		":x:E::a::/" + strings.Repeat("x", 127) + ":": "interpreter of 128 bytes",
		":" + strings.Repeat("x", maxLine):            "the kernel takes 1920",
	}
	for line, want := range bad {
		if e, err := Parse(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %+v, %v; expected %q", line, e, err, want)
		}
	}
}

func TestParseState(t *testing.T) {
	good := map[string]Entry{
		"enabled\ninterpreter /bin/sh\nflags: PF\nextension .slulb\n": {Name: "x", Extension: "slulb", Interpreter: "/bin/sh", Flags: "PF"},
		"enabled\ninterpreter /a b\nflags: \noffset 3\nmagic 7f45\n":  {Name: "x", Offset: 3, Magic: []byte("\x7fE"), Interpreter: "/a b"},
		"disabled\ninterpreter /a\nflags: OCF\nnew thing\noffset 0\nmagic 7f45\nmask ff00\n": {Name: "x", Disabled: true, Magic: []byte("\x7fE"),
			Mask: []byte{255, 0}, Interpreter: "/a", Flags: "OCF"},
	}
	for text, want := range good {
		if got, err := ParseState("x", text); err != nil || !got.equal(want) || got.Disabled != want.Disabled {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "enabled", "on\ninterpreter /a\nextension .x\n", "enabled\ninterpreter /a\n", "enabled\nextension .x\n",
		"enabled\ninterpreter /a\nmagic 7\n", "enabled\ninterpreter /a\nmagic 7f\nmask ffff\n", "enabled\ninterpreter /a\noffset -1\nmagic 7f\n",
		"enabled\ninterpreter /a\nmagic 7f\nextension .x\n"} {
		if got, err := ParseState("x", text); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

// Who is warned of what.
func TestWarnings(t *testing.T) {
	list := ours(t)
	entry := func(line string) Entry {
		e, err := Parse(line)
		if err != nil {
			t.Fatal(line, err)
		}
		return e
	}
	setID := []File{{"/usr/bin/su", []byte("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x03\x00\x3e\x00")}}
	slul := File{"/usr/bin/note-add", make([]byte, 68)}
	copy(slul.Head, setID[0].Head)
	copy(slul.Head[64:], "\x55\x4c\x53\x60") // PT_SLUL
	if !list[0].Matches(slul.Path, slul.Head) {
		t.Fatal("our entry does not match a SLUL program")
	}
	setID = append(setID, slul)
	disabled := entry(`:elf:M:0:\x7fELF::/x:C`)
	disabled.Disabled = true
	changed := list[0]
	changed.Interpreter = "/tmp/x"
	shown := list[0]
	shown.Flags = "POCF" // as the kernel shows what was given as PCF
	for name, test := range map[string]struct {
		there []Entry
		want  []string // words of each warning
	}{
		"nothing":                  {nil, nil},
		"ours":                     {list, nil},
		"ours, as shown":           {[]Entry{shown}, nil},
		"ours, changed":            {[]Entry{changed}, []string{`not as slul binfmt register makes it: it runs "/tmp/x"`, `"/tmp/x" the rights of set-user-ID files such as /usr/bin/note-add`}},
		"every ELF file":           {[]Entry{entry(`:elf:M:0:\x7fELF::/x:`)}, []string{`"elf" of somebody else catches SLUL programs`}},
		"every file":               {[]Entry{entry(`:all:M:0:a:\x00:/x:`)}, []string{"catches SLUL programs"}},
		"the word at 64":           {[]Entry{entry(`:w:M:64:U::/x:`)}, []string{"catches SLUL programs"}},
		"bytes that we leave open": {[]Entry{entry(`:w:M:24:xyz::/x:`)}, []string{"or some of them"}},
		"another machine":          {[]Entry{entry(`:arm:M:18:\xb7::/x:C`)}, nil},
		"rights of ELF files": {[]Entry{entry(`:elf:M:0:\x7fELF::/x:C`)},
			[]string{"catches SLUL programs", `"/x" the rights of set-user-ID files such as /usr/bin/su`}},
		"rights of others":    {[]Entry{entry(`:mz:M:0:MZ::/x:PC`)}, nil},
		"rights by extension": {[]Entry{entry(`:jar:E::jar::/x:C`)}, []string{"any set-user-ID file that has a link with extension .jar"}},
		"extension":           {[]Entry{entry(`:jar:E::jar::/x:O`)}, nil},
		"our extension":       {[]Entry{entry(`:mine:E::slulb::/x:`)}, []string{"catches files with extension .slulb"}},
		"disabled":            {[]Entry{disabled}, nil},
		"several, and ours":   {append(slices.Clone(list), entry(`:jar:E::jar::/x:C`), entry(`:mine:E::slulb::/x:`)), []string{".jar", ".slulb"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Warnings(test.there, list, setID)
			if len(got) != len(test.want) {
				t.Fatalf("%+v, expected %q", got, test.want)
			}
			for i, w := range test.want {
				if !strings.Contains(got[i].Text, w) || !strings.Contains(got[i].Text, strconv.Quote(got[i].Entry)) || got[i].Ours != (named(list, got[i].Entry) != nil) {
					t.Errorf("%+v does not say %q", got[i], w)
				}
			}
		})
	}
}

// Only regular set-ID files are found, each once.
func TestSetIDFiles(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"plain": 0o755, "user": 0o755 | os.ModeSetuid, "group": 0o755 | os.ModeSetgid} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Repeat([]byte(name), 100), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "dir"), 0o755); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Join(dir, "dir"), 0o755|os.ModeSetgid)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range setIDFiles([]string{dir, link, "/no/such/dir"}) {
		names = append(names, filepath.Base(f.Path))
		if len(f.Head) != 256 {
			t.Errorf("%s: %d bytes", f.Path, len(f.Head))
		}
	}
	if !slices.Equal(names, []string{"group", "user"}) {
		t.Errorf("found %q", names)
	}
}

func TestOlder(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"6.7.0", "6.7", false}, {"6.6.99", "6.7", true}, {"6.18.44-x", "6.7", false}, {"4.19.0-26-amd64", "5.12", true}, {"10.0", "6.7", false},
		{"2.6.32", "2.6", false}, {"3.19", "2.6.12", false},
	} {
		if got := Older(test.a, test.b); got != test.want {
			t.Errorf("%s is older than %s: %v", test.a, test.b, got)
		}
	}
}

func TestOpenElsewhere(t *testing.T) {
	if d, err := Open(t.TempDir()); err == nil {
		t.Errorf("%+v", d)
	}
	if d, err := Open("/no/such/dir"); err == nil {
		t.Errorf("%+v", d)
	}
	s, err := Look(t.TempDir(), ours(t))
	if err != nil || s.Mounted || len(s.Entries) != 2 || s.Entries[0].Registered {
		t.Errorf("%+v, %v", s, err)
	}
}

// A line that is read is written as one that means the same.
func FuzzParse(f *testing.F) {
	for _, e := range ours(f) {
		f.Add(e.Line())
	}
	for _, line := range []string{`:x:M:3:MZ\x00:\xff\xff\x01:/bin/x:POC`, `,x,E,,exe,,/bin/x`, `:x:M::a:::`, "\xff", `\x\E\\a\\/x\`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		e, err := Parse(line)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("not one line: %q", err)
			}
			return
		}
		if strings.ContainsAny(e.Name+e.Interpreter+e.Extension, ":\\") {
			return // Line separates by colons, and has no escape but in magic
		}
		again, err := Parse(e.Line())
		if err != nil && len(e.Line()) <= maxLine || err == nil && !again.equal(e) {
			t.Errorf("%q: %+v, as %q: %+v, %v", line, e, e.Line(), again, err)
		}
		e.Matches("/a.b", []byte(line))
		e.overlaps(again)
		Warnings([]Entry{e}, ours(t), nil)
	})
}

func FuzzParseState(f *testing.F) {
	f.Add("enabled\ninterpreter /bin/sh\nflags: PF\nextension .slulb\n")
	f.Add("disabled\ninterpreter /a\nflags: OCF\noffset 3\nmagic 7f45\nmask ff00\n")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseState("x", text)
		if err != nil {
			return
		}
		e.Matches("/a.b", []byte(text))
		Warnings([]Entry{e}, ours(t), []File{{"/a", []byte(text)}})
	})
}
