package tests

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slul/compiler"
	"slul/elfimage"
	"slul/rtld/image"
	"slul/tests/need"
)

// TestTools: the examples that do what a tool of the system does, beside that tool on the
// same input: nothing, a little, bytes of all kinds, and 100 million bytes (without
// SLUL_TEST_ALL=1 one million).
func TestTools(t *testing.T) {
	size := 1_000_000
	if os.Getenv(need.All) == "1" {
		size = 100_000_000
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(4, 7))
	inputs := map[string]func(io.Writer, *rand.Rand, int){
		"empty": func(io.Writer, *rand.Rand, int) {},
		"text":  func(w io.Writer, r *rand.Rand, _ int) { someLines(w, r, 5000) },
		"bytes": func(w io.Writer, r *rand.Rand, _ int) { someBytes(w, r, 300_000) },
		"lines": someLines,
		"noise": someBytes,
		"few":   func(w io.Writer, r *rand.Rand, _ int) { someJSON(w, r, 5000) },
		"many":  func(w io.Writer, r *rand.Rand, n int) { someJSON(w, r, n) },
	}
	for name, fill := range inputs {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fill(f, rand.New(rand.NewPCG(r.Uint64(), 1)), size)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	all := []string{"empty", "text", "bytes", "lines", "noise"}
	for _, c := range []struct {
		tool, args string
		system     string // with its arguments, and what makes its output that of ours
		inputs     []string
	}{
		{"cat", "", "cat", all},
		{"cat", "- text", "cat - text", all[:3]},
		{"wc", "", "wc -lwc", []string{"empty", "text", "lines"}},
		{"wc", "", "wc -lc", []string{"bytes", "noise"}},
		{"sha256sum", "", "sha256sum", all},
		{"base64", "", "base64", all},
		{"sort", "", "sort", []string{"empty", "text", "bytes", "lines"}},
		{"sort", "-r", "sort -r", all[:3]},
		{"uniq", "-c", "uniq -c", []string{"empty", "text", "lines"}},
		{"grep", "a[b-f]+[xyz]", "grep -a -E a[b-f]+[xyz]", all[:3]},
		{"grep", "-c ab?c+d", "grep -a -c -E ab?c+d", []string{"empty", "text", "lines"}},
		{"json", "", "jq .", []string{"few"}},
		{"json", "-c", "jq -c .", []string{"few"}},
	} {
		prog := example(t, dir, c.tool)
		for _, input := range c.inputs {
			t.Run(c.tool+"/"+input, func(t *testing.T) {
				words := strings.Fields(c.system)
				need.Tool(t, words[0])
				path := filepath.Join(dir, input)
				args := strings.Fields(c.args)
				if c.tool == "wc" { // ours names what it counts
					args = append(args, path)
				}
				got := sumOf(t, dir, c.tool, path, prog, args...)
				want := sumOf(t, dir, c.tool, path, words[0], words[1:]...)
				if got != want {
					t.Errorf("%s %s <%s: %s, but %s says %s", c.tool, c.args, input, got, c.system, want)
				}
			})
		}
	}

	// 100 million bytes of JSON are beside Go's: jq needs a gigabyte for them
	prog := example(t, dir, "json")
	text, err := os.ReadFile(filepath.Join(dir, "many"))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Indent(&want, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	if got := sumOf(t, dir, "json", filepath.Join(dir, "many"), prog); got != fmt.Sprintf("%x, %d bytes", sha256.Sum256(want.Bytes()), want.Len()) {
		t.Errorf("json: %s, expected %d bytes", got, want.Len())
	}
	// and base64 gives back what it was given
	cmd := exec.Command("sh", "-c", `"$0" <noise | "$0" -d | cmp - noise`, filepath.Join(dir, "base64"))
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("base64 -d: %v %s", err, said)
	}
}

// example builds one of examples/tools with a loader beside it.
func example(t *testing.T, dir, name string) string {
	t.Helper()
	rtld, prog := filepath.Join(dir, "rtld"), filepath.Join(dir, name)
	if _, err := os.Stat(prog); err == nil {
		return prog
	}
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	p, err := compiler.Build("../examples/tools/"+name, compiler.Options{Rtld: rtld})
	if err != nil {
		t.Fatal(err)
	}
	for path, file := range map[string][]byte{rtld: loader, prog: p.File} {
		if err := elfimage.WriteFile(path, file, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return prog
}

// sumOf runs a program on an input and gives the sum of what it prints. What wc prints is
// taken as its numbers alone, of which the system's tool may be asked for two only.
func sumOf(t *testing.T, dir, tool, input, prog string, args ...string) string {
	t.Helper()
	in, err := os.Open(input)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	cmd := exec.Command(prog, args...)
	cmd.Dir, cmd.Stdin, cmd.Env = dir, in, append(os.Environ(), "LC_ALL=C")
	h := sha256.New()
	counted := &counter{Writer: h}
	var errs, out bytes.Buffer
	cmd.Stdout, cmd.Stderr = counted, &errs
	if tool == "wc" {
		cmd.Stdout = &out
	}
	err = cmd.Run()
	if errs.Len() > 0 || err != nil && !(tool == "grep" && cmd.ProcessState.ExitCode() == 1) {
		t.Errorf("%s: %v %s", prog, err, errs.String())
	}
	if tool != "wc" {
		return fmt.Sprintf("%x, %d bytes", h.Sum(nil), counted.n)
	}
	f := strings.Fields(out.String())
	if len(f) == 4 && strings.HasSuffix(f[3], "bytes") || len(f) == 4 && strings.HasSuffix(f[3], "noise") {
		f = append(f[:1], f[2]) // words of bytes that are no text are counted in another way
	}
	return strings.Join(f[:min(3, len(f))], " ")
}

type counter struct {
	io.Writer
	n int
}

func (c *counter) Write(b []byte) (int, error) {
	c.n += len(b)
	return c.Writer.Write(b)
}

// someLines writes lines of words, n bytes or a little more.
func someLines(to io.Writer, r *rand.Rand, n int) {
	words := make([]string, 2000)
	for i := range words {
		b := make([]byte, 2+r.IntN(10))
		for k := range b {
			b[k] = 'a' + byte(r.IntN(26))
		}
		words[i] = string(b)
	}
	var b []byte
	for n > 0 {
		b = b[:0]
		for range r.IntN(14) {
			b = append(append(b, words[r.IntN(len(words))]...), ' ')
		}
		b = append(b, '\n')
		n -= len(b)
		_, _ = to.Write(b) // what is missing, both miss
	}
}

func someBytes(to io.Writer, r *rand.Rand, n int) {
	var seed [32]byte
	seed[0] = byte(r.IntN(256))
	_, _ = io.CopyN(to, rand.NewChaCha8(seed), int64(n))
}

// someJSON writes an array of values, n bytes or a little more.
func someJSON(to io.Writer, r *rand.Rand, n int) {
	var b []byte
	b = append(b, '[')
	for n > 0 {
		if len(b) != 1 {
			b = append(b, ',')
		}
		b = appendJSON(b, r, 0)
		if len(b) > 1<<16 {
			n -= len(b)
			_, _ = to.Write(b)
			b = b[:0]
		} else if n < 1<<16 {
			n -= 100
		}
	}
	_, _ = to.Write(append(b, "]\n"...))
}

func appendJSON(b []byte, r *rand.Rand, depth int) []byte {
	k := r.IntN(10)
	if depth > 5 {
		k %= 6
	}
	switch {
	case k == 0:
		return append(b, "null"...)
	case k == 1:
		return fmt.Appendf(b, "%t", r.IntN(2) == 0)
	case k == 2:
		return fmt.Appendf(b, "%d", r.IntN(2_000_000)-1_000_000)
	case k < 6:
		return append(b, someText(r)...)
	case k < 8:
		b = append(b, '[')
		for i := range r.IntN(5) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, r, depth+1)
		}
		return append(b, ']')
	}
	b = append(b, '{')
	for i := range r.IntN(5) {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `"k%d":`, i)
		b = appendJSON(b, r, depth+1)
	}
	return append(b, '}')
}

func someText(r *rand.Rand) string {
	letters := []rune("abc xyz\\\"/\n\tüλ€😀")
	var b strings.Builder
	b.WriteByte('"')
	for range r.IntN(20) {
		switch c := letters[r.IntN(len(letters))]; c {
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		case '"', '\\':
			b.WriteString(`\` + string(c))
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
