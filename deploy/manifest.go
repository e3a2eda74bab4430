// The manifest: what was installed, for uninstall and for whoever checks. Its format is
// that of mtree(5), so `mtree -p / -f FILE` compares a machine with it.

package deploy

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// mtree wants the root itself before what is below it.
const manifestHead = "#mtree\n# what slul install has put here; slul uninstall reads it\n. type=dir\n"

// format writes entries, each once, directories before what is in them.
func format(list []entry) []byte {
	list = slices.SortedFunc(slices.Values(list), func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.kind, b.kind), cmp.Compare(a.mode, b.mode),
			cmp.Compare(a.hash, b.hash), cmp.Compare(a.link, b.link))
	})
	list = slices.Compact(list)
	var b bytes.Buffer
	b.WriteString(manifestHead)
	for _, e := range list {
		fmt.Fprintf(&b, ".%s type=%s", escape(e.path), e.kind)
		switch e.kind {
		case regular:
			fmt.Fprintf(&b, " mode=%04o sha256digest=%s", e.mode, e.hash)
		case directory:
			fmt.Fprintf(&b, " mode=%04o", e.mode)
		case symlink:
			fmt.Fprintf(&b, " link=%s", escape(e.link))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// parse reads what format writes. Keywords that it does not know are passed over.
func parse(text []byte) ([]entry, error) {
	var list []entry
	s := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; s.Scan(); n++ {
		words := strings.Fields(s.Text())
		if len(words) == 0 || words[0] == "." || strings.HasPrefix(words[0], "#") {
			continue
		}
		e, err := parseEntry(words)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, e)
	}
	return list, s.Err()
}

func parseEntry(words []string) (entry, error) {
	dotted, err := unescape(words[0])
	path, ok := strings.CutPrefix(dotted, ".")
	if err != nil || !ok || !inside(path) {
		return entry{}, fmt.Errorf("%q is no path below the root", words[0])
	}
	e := entry{path: path}
	for _, w := range words[1:] {
		name, value, _ := strings.Cut(w, "=")
		switch name {
		case "type":
			e.kind = kind(value)
		case "mode":
			mode, err := strconv.ParseUint(value, 8, 12)
			if err != nil {
				return entry{}, fmt.Errorf("%q is no mode", value)
			}
			e.mode = fs.FileMode(mode)
		case "sha256digest":
			e.hash = value
		case "link":
			if e.link, err = unescape(value); err != nil {
				return entry{}, err
			}
		}
	}
	switch e.kind {
	case regular, directory, symlink:
		return e, nil
	}
	return entry{}, fmt.Errorf("%s is of the unknown type %q", e.path, e.kind)
}

// escape writes what would end a word, and what does not print, as mtree(5) has it: a
// backslash and three octal digits.
func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' || c == '\\' || c == '#' {
			fmt.Fprintf(&b, "\\%03o", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func unescape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i+4 > len(s) {
			return "", fmt.Errorf("%q ends in a half escape", s)
		}
		c, err := strconv.ParseUint(s[i+1:i+4], 8, 8)
		if err != nil {
			return "", fmt.Errorf("%q has a bad escape", s)
		}
		b.WriteByte(byte(c))
		i += 3
	}
	return b.String(), nil
}

// readManifest gives what was installed at a place, nothing when nothing was.
func (p Place) readManifest() ([]entry, error) {
	real := p.real(p.Manifest())
	text, err := os.ReadFile(real)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", real, err)
	}
	return list, nil
}
