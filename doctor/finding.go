package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Level says how bad a finding is.
type Level string

const (
	OK   Level = "ok"   // as it should be
	Note Level = "note" // worth to know; what depends on it is said
	Fail Level = "fail" // programs would not start, or not safely
)

// Finding is one thing that was looked at.
type Finding struct {
	Check  string `json:"check"`            // the name of the check
	Level  Level  `json:"level"`            //
	Text   string `json:"text"`             // what is
	Effect string `json:"effect,omitempty"` // what happens because of it
	Mend   string `json:"mend,omitempty"`   // the command that changes it
}

// Line is a finding in one line.
func (f Finding) Line() string {
	text := f.Text
	if f.Effect != "" {
		text += ": " + f.Effect
	}
	if f.Mend != "" {
		text += ": " + f.Mend
	}
	return text
}

// Report is all that was found.
type Report struct {
	Program  string    `json:"program,omitempty"`
	Loader   string    `json:"loader,omitempty"`
	Well     bool      `json:"well"` // nothing would fail
	Findings []Finding `json:"findings"`
}

// Failures counts the findings that would make programs fail.
func (r *Report) Failures() int {
	n := 0
	for _, f := range r.Findings {
		if f.Level == Fail {
			n++
		}
	}
	return n
}

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes the report for people: level, check, what is; below it what happens
// and what to type.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%-4s  %-11s %s\n", f.Level, f.Check, printable(f.Text))
		if f.Effect != "" {
			fmt.Fprintf(&b, "%18s%s\n", "", printable(f.Effect))
		}
		if f.Mend != "" {
			fmt.Fprintf(&b, "%18smend it: %s\n", "", printable(f.Mend))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printable keeps names of files from speaking to the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return '?'
		}
		return r
	}, s)
}

// Shell quotes a word for a command line that is shown.
func Shell(word string) string {
	plain := strings.IndexFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+=:,@%", r))
	}) < 0
	if plain && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
