// What is wrong with a source file, gathered in a list and printed the same way by
// every stage.

package syntax

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"strings"
)

// Error is one mistake of the source.
type Error struct {
	File *File // whose text is echoed; nil: only the message
	Pos  Pos
	Msg  string // lower case, no full stop
}

// Error is `file:line:col: message`.
func (e *Error) Error() string {
	if e.File == nil {
		return e.Msg
	}
	if e.Pos == (Pos{}) {
		return e.File.Name + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File.Name, e.Pos.Line, e.Pos.Col, e.Msg)
}

// Errors is a list of mistakes; an empty list is no mistake.
type Errors []*Error

// Warning is how the message of what is only a warning begins; a list has nothing else then.
const Warning = "warning: "

// Add appends a mistake.
func (l *Errors) Add(f *File, pos Pos, format string, args ...any) {
	*l = append(*l, &Error{File: f, Pos: pos, Msg: shortened(fmt.Sprintf(format, args...))})
}

// messageLimit is how many bytes a message has at most: a name may be as long as its file.
const messageLimit = 400

// shortened cuts off what nobody would read of a message.
func shortened(msg string) string {
	if len(msg) <= messageLimit {
		return msg
	}
	return strings.ToValidUTF8(msg[:messageLimit], "") + "…"
}

// Error is all mistakes, one line each.
func (l Errors) Error() string {
	var b strings.Builder
	for i, e := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.Error())
	}
	return b.String()
}

// Err is the list as an error, nil when it is empty.
func (l Errors) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Sort orders the list by file name and place and drops equal lines.
func (l *Errors) Sort() {
	s := *l
	sort.SliceStable(s, func(i, j int) bool {
		a, b := s[i], s[j]
		if an, bn := a.fileName(), b.fileName(); an != bn {
			return an < bn
		}
		if a.Pos != b.Pos {
			return a.Pos.Before(b.Pos)
		}
		return false
	})
	out := s[:0]
	for _, e := range s {
		if n := len(out); n > 0 && out[n-1].Pos == e.Pos && out[n-1].File == e.File && out[n-1].Msg == e.Msg {
			continue
		}
		out = append(out, e)
	}
	*l = out
}

func (e *Error) fileName() string {
	if e.File == nil {
		return ""
	}
	return e.File.Name
}

// echoLimit is how many bytes of a source line are shown: a line may be as long as
// its file.
const echoLimit = 240

// Print writes each mistake with its source line and a caret under the place. At most
// max are written per file (0: all), then a line says how many more there are.
func (l Errors) Print(w io.Writer, max int) {
	for i := 0; i < len(l); {
		f := l[i].File
		n := i
		for n < len(l) && l[n].File == f {
			n++
		}
		lines := lineIndex{f: f}
		for j := i; j < n; j++ {
			if max > 0 && j-i == max {
				what := "errors"
				if strings.HasPrefix(l[j].Msg, Warning) {
					what = "warnings"
				}
				fmt.Fprintf(w, "%s: %d more %s\n", l[j].fileName(), n-j, what)
				break
			}
			fmt.Fprintln(w, l[j].Error())
			lines.echo(w, l[j].Pos)
		}
		i = n
	}
}

// lineIndex finds lines of a file, going forward only: Print's list is sorted.
type lineIndex struct {
	f    *File
	line int32 // the line that starts at off, from 1; 0: not started
	off  int
}

// echo writes the line of pos and a caret line. Tabs are kept in both, so that the
// caret stands under its character whatever the width of a tab.
func (x *lineIndex) echo(w io.Writer, pos Pos) {
	if x.f == nil || pos.Line == 0 {
		return
	}
	if x.line == 0 || pos.Line < x.line {
		x.line, x.off = 1, 0
	}
	src := x.f.Src
	for x.line < pos.Line {
		k := bytes.IndexByte(src[x.off:], '\n')
		if k < 0 {
			return
		}
		x.off += k + 1
		x.line++
	}
	text := src[x.off:]
	if k := bytes.IndexByte(text, '\n'); k >= 0 {
		text = text[:k]
	}
	text = bytes.TrimSuffix(text, []byte("\r"))
	if len(text) > echoLimit || len(bytes.TrimSpace(text)) == 0 {
		return // nothing to see, or more than a terminal shows well; the message has its column
	}
	var caret strings.Builder
	col := int32(1)
	for _, r := range string(text) {
		if col >= pos.Col {
			break
		}
		if r == '\t' {
			caret.WriteByte('\t')
		} else {
			caret.WriteByte(' ')
		}
		col++
	}
	fmt.Fprintf(w, "%s\n%s^\n", printable(text), caret.String())
}

// printable replaces what a terminal would act on.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '?'
		}
		return r
	}, string(b))
}
