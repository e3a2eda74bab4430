// Package ledger keeps books on bytes: for each thing whose size is watched, a text
// with one line for each part of it. A test compares the texts with those in testdata,
// so that whoever makes something larger sees it, and the difference of the text tells
// where the bytes went.
//
//	just ledgers      rewrites them: go test ./bench/ledger -update
//
//	ledger.go  the text, and back
//	make.go    the list of ledgers, and what is in each
//	diff.go    two versions of a ledger
//	git.go     a version as it was at some revision
package ledger

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Ledger is the parts of one thing. The file's name is Name with Extension.
type Ledger struct {
	Name  string `json:"name"`
	What  string `json:"what"`
	Total int    `json:"total"` // bytes of all lines
	Lines []Line `json:"lines"`
}

// Line is one part.
type Line struct {
	Size int    `json:"size"` // bytes
	Item string `json:"item"`
}

// Extension of the files.
const Extension = ".ledger"

func (l *Ledger) add(size int, format string, args ...any) {
	l.Lines = append(l.Lines, Line{size, fmt.Sprintf(format, args...)})
	l.Total += size
}

// String is the text.
func (l *Ledger) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n%7d  total\n", l.Name, l.What, l.Total)
	for _, line := range l.Lines {
		fmt.Fprintf(&b, "%7d  %s\n", line.Size, line.Item)
	}
	return b.String()
}

// The forms of lines. Patterns are made where they are used: those made at the start would be made by every command.
const (
	lineForm = `^ *(\d+)  (.+)$`
	// a line of "slul stub --format asm", which older revisions have as their ledger
	listingForm = `^ *\d+ +(\d+)  [0-9a-f]+ +(.+)$`
)

// Parse reads a text back, and the listing of a stub, which was its first ledger.
func Parse(name, text string) (*Ledger, error) {
	l := &Ledger{Name: name}
	form := lineForm
	if strings.HasPrefix(text, "# start-up stub") {
		form = listingForm
	}
	pattern := regexp.MustCompile(form)
	for s := range strings.Lines(text) {
		s = strings.TrimSuffix(s, "\n")
		m := pattern.FindStringSubmatch(s)
		switch {
		case m != nil && m[2] == "total":
		case m != nil:
			size, err := strconv.Atoi(m[1])
			if err != nil {
				return nil, err
			}
			l.add(size, "%s", m[2])
		case form == lineForm && !strings.HasPrefix(s, "#"):
			return nil, fmt.Errorf("%s: not a line of a ledger: %q", name, s)
		}
	}
	return l, nil
}
