package stubgen

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"slul/asm"
)

// Format: a stub as bytes, as hex digits, as a listing (which is also the ledger
// that a test compares), as JSON.

// Formats lists what Format can write.
var Formats = []string{"bin", "hex", "asm", "json"}

var formatters = map[string]func(w *bytes.Buffer, s *Stub) error{
	"bin":  formatBin,
	"hex":  formatHex,
	"asm":  formatAsm,
	"json": formatJSON,
}

// Format writes s to w.
func Format(w io.Writer, s *Stub, format string) error {
	f := formatters[format]
	if f == nil {
		return fmt.Errorf("unknown format %q, known: %s", format, strings.Join(Formats, ", "))
	}
	var b bytes.Buffer
	if err := f(&b, s); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func formatBin(w *bytes.Buffer, s *Stub) error {
	w.Write(s.Bytes)
	return nil
}

// formatHex writes 32 bytes a line.
func formatHex(w *bytes.Buffer, s *Stub) error {
	for b := s.Bytes; len(b) > 0; {
		n := min(len(b), 32)
		fmt.Fprintln(w, hex.EncodeToString(b[:n]))
		b = b[n:]
	}
	return nil
}

// hexColumn is as wide as a line shows bytes of an item; longer ones go on below.
const hexColumn = 8

// formatAsm writes offset, size, bytes and text of each instruction and string.
func formatAsm(w *bytes.Buffer, s *Stub) error {
	code := s.CodeSize()
	fmt.Fprintf(w, "# start-up stub for %s, loader %s\n", s.Target.Name, s.RTLD)
	fmt.Fprintf(w, "# %d bytes: code %d, strings %d\n", len(s.Bytes), code, len(s.Bytes)-code)
	fmt.Fprintf(w, "# offset size  bytes\n")
	for _, i := range s.Items {
		b := s.item(i)
		first := b[:min(len(b), hexColumn)]
		fmt.Fprintf(w, "%8d %4d  %-*x  %s\n", i.Off, i.Size, 2*hexColumn, first, label(i))
		for b = b[len(first):]; len(b) > 0; {
			n := min(len(b), hexColumn)
			fmt.Fprintf(w, "%15s%x\n", "", b[:n])
			b = b[n:]
		}
	}
	return nil
}

// label is an instruction's text, or a string with its name.
func label(i asm.Item) string {
	if i.Name == "" {
		return i.Text
	}
	return i.Name + ": " + i.Text
}

// item is an item's bytes.
func (s *Stub) item(i asm.Item) []byte { return s.Bytes[i.Off : i.Off+i.Size] }

// jsonStub is the JSON form; its names are an interface to other programs.
type jsonStub struct {
	Target string     `json:"target"`
	RTLD   string     `json:"rtld"`
	Size   int        `json:"size"` // bytes
	Code   int        `json:"code"` // of which instructions
	Items  []jsonItem `json:"items"`
}

type jsonItem struct {
	Offset int    `json:"offset"`
	Size   int    `json:"size"`
	Bytes  string `json:"bytes"`          // hex
	Text   string `json:"text"`           // Intel syntax, or the quoted string
	Name   string `json:"name,omitempty"` // of a string
}

func formatJSON(w *bytes.Buffer, s *Stub) error {
	j := jsonStub{Target: s.Target.Name, RTLD: s.RTLD, Size: len(s.Bytes), Code: s.CodeSize()}
	for _, i := range s.Items {
		j.Items = append(j.Items, jsonItem{i.Off, i.Size, hex.EncodeToString(s.item(i)), i.Text, i.Name})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(j)
}
