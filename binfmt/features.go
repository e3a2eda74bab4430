package binfmt

import (
	"bytes"
	"strings"

	"golang.org/x/sys/unix"
)

// Flag is a letter behind an entry.
type Flag struct {
	Letter  byte
	Since   string // the Linux that has it; "": it has to be asked
	Meaning string
}

// flagTable lists them: those of the kernel's documentation, then those that newer kernels
// have (the selftests of binfmt_misc try T and L).
var flagTable = []Flag{
	{'P', "2.6", "keeps argv[0]"},
	{'O', "2.6.12", "opens the file, so that it need not be readable"},
	{'C', "2.6.12", "the process gets the file's rights; has O in it"},
	{'F', "4.8", "the interpreter is opened when the entry is made"},
	{'T', "", "leaves the arguments alone, and /proc/self/exe is the file"},
	{'L', "", "maps the file, with the interpreter in the place of its PT_INTERP"},
}

func knownFlags() string {
	var s strings.Builder
	for _, f := range flagTable {
		s.WriteByte(f.Letter)
	}
	return s.String()
}

// sameFlags compares sets of letters; the kernel shows O when it was given C.
func sameFlags(a, b string) bool {
	for _, f := range flagTable {
		has := func(s string) bool {
			return strings.IndexByte(s, f.Letter) >= 0 || f.Letter == 'O' && strings.Contains(s, "C")
		}
		if has(a) != has(b) {
			return false
		}
	}
	return true
}

// Feature is something that this kernel's binfmt_misc has, or has not.
type Feature struct {
	Name    string `json:"name"` // a flag's letter, or a word
	Has     bool   `json:"has"`
	Known   bool   `json:"known"` // false: it could not be found out
	Meaning string `json:"meaning"`
}

// Features finds out what binfmt_misc can do here. Flags are tried with an entry that
// matches no file and is removed at once; for that the caller must be allowed to write.
func (d *Dir) Features() []Feature {
	var list []Feature
	writable := unix.Access(d.path+"/register", unix.W_OK) == nil
	for _, f := range flagTable {
		feature := Feature{Name: string(f.Letter), Meaning: f.Meaning}
		if writable {
			feature.Has, feature.Known = d.takesFlag(f.Letter), true
		} else if f.Since != "" {
			feature.Has, feature.Known = atLeast(f.Since), true
		}
		list = append(list, feature)
	}
	for _, f := range []struct{ name, since, meaning string }{
		{"preserve-argv0", "5.12", "AT_FLAGS tells the interpreter about P"},
		{"namespaces", namespacesSince, "each user namespace has entries of its own"},
	} {
		list = append(list, Feature{f.name, atLeast(f.since), true, f.meaning})
	}
	return list
}

const namespacesSince = "6.7"

// HasNamespaces tells whether each user namespace can have entries of its own.
func HasNamespaces() bool { return atLeast(namespacesSince) }

// probeName and probeMagic: no file begins with the zeros and ones of this entry.
const probeName = ".slul-probe"

var probeMagic = bytes.Repeat([]byte{0x00, 0xff}, maxHead/2)

// takesFlag tries a flag. The kernel answers EINVAL to letters that it does not know.
func (d *Dir) takesFlag(letter byte) bool {
	e := Entry{Name: probeName, Magic: probeMagic, Interpreter: "/proc/self/exe", Flags: string(letter)}
	if err := d.write("register", e.Line()); err != nil {
		return false
	}
	d.write(probeName, "-1")
	return true
}
