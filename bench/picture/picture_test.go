package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"strings"
	"testing"

	"slul/bench/result"
)

func sample(kind string) *result.Result {
	r := &result.Result{Kind: kind, Machine: result.Machine{CPU: "A <CPU>", Kernel: "Linux"}}
	switch kind {
	case "code":
		r.Bases = []string{"gcc-O1"}
		r.Groups = []result.Group{{Name: "sieve"}, {Name: "copy", Title: "Copying", Unit: "byte", Work: "B"}}
		for i, name := range []string{"slul", "gcc-O1", "go"} {
			r.Rows = append(r.Rows, result.Row{Group: "sieve", Name: name, Times: []int64{int64(i+1) * 1e6}},
				result.Row{Group: "copy", Name: name, N: 8, Work: 100, Times: []int64{int64(i+1) * 1e6}},
				result.Row{Group: "copy", Name: name, N: 800, Work: 100, Times: []int64{int64(i+1) * 1e5}})
		}
	case "compile":
		r.Groups = []result.Group{{Name: "volume", Title: "Volume", Unit: "line", Work: "lines"}}
		for _, n := range []int{100, 1000} {
			r.Rows = append(r.Rows, result.Row{Group: "volume", Name: "tcc", N: n, Work: int64(n), Times: []int64{int64(n)}})
		}
	case "load":
		r.Groups = []result.Group{{Name: "libraries", Title: "Libraries & more", Unit: "library"}}
		for _, n := range []int{0, 1, 10, 100} {
			for i, name := range []string{"slul", "glibc"} {
				r.Rows = append(r.Rows, result.Row{Group: "libraries", Name: name, N: n, Times: []int64{int64(1000 * (n + 100) * (i + 1))}})
			}
		}
	case "startup", "steps":
		r.Bases = []string{"floor1"}
		r.Groups = []result.Group{{Name: "floors"}, {Name: "slul"}}
		r.Rows = []result.Row{{Group: "floors", Name: "floor1", Times: []int64{100000, 120000}}, {Group: "slul", Name: "hello & <all>", Times: []int64{200000, 210000}}}
	}
	r.Finish()
	return r
}

// pictured are the kinds of results, and words that their pictures must have: names of
// rows, what the axes are.
var pictured = map[string][]string{
	"startup": {"hello & <all>", "A <CPU>", "µs from vfork", "210"},
	"steps":   {"hello & <all>", "µs from vfork"},
	"code":    {"sieve", "Copying", "CPU time by that of gcc-O1: less is better", "ratio of CPU times", "bytes", "B/s (median)"},
	"compile": {"Volume", "tcc", "lines", "lines/s (median)"},
	"load":    {"slul", "glibc", "Libraries & more", "libraries", "start, ms (median)"},
}

// Every kind of result gives a well-formed picture in both formats.
func TestDraw(t *testing.T) {
	for kind := range drawers {
		words := pictured[kind]
		svg, err := Draw(sample(kind), "x.svg")
		if err != nil || len(words) == 0 {
			t.Fatal(kind, err, words)
		}
		text := texts(t, svg)
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in the texts:\n%s", kind, w, text)
			}
		}
		if bytes.Contains(svg, []byte("font-family:Liberation Sans")) || !bytes.Contains(svg, []byte("textLength")) {
			t.Errorf("%s: a text that depends on the font", kind)
		}
		data, err := Draw(sample(kind), "x.png")
		if err != nil {
			t.Fatal(kind, err)
		}
		if c, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width < 600 {
			t.Errorf("%s: %+v, %v", kind, c, err)
		}
	}
}

// texts gives the words of an SVG, and fails when it is not XML.
func texts(t *testing.T, svg []byte) string {
	var b strings.Builder
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := token.(xml.CharData); ok {
			b.Write(c)
			b.WriteByte('\n')
		}
	}
}

func TestRefused(t *testing.T) {
	for path, want := range map[string]string{"x.pdf": "ends with .svg or .png", "svg": "ends with"} {
		if err := Check(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := Draw(&result.Result{Kind: "stub"}, "x.svg"); err == nil {
		t.Error("a picture of nothing")
	}
	r := sample("load")
	r.Rows = nil
	if _, err := Draw(r, "x.svg"); err == nil {
		t.Error("a picture without a point")
	}
}
