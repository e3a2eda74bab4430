// Package corelib compares what core's funcs on strings, Lists and Maps say with what Go's
// library says, over many texts.
package corelib

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"slul/tests/built"
)

const blanks = " \t\n\v\f\r"

// want is the line that the program prints of a and b.
func want(a, b string) string {
	var out strings.Builder
	show := func(s string) { fmt.Fprintf(&out, " .%x", s) }
	at := strings.Index(a, b)
	if at < 0 {
		at = 999999
	}
	fmt.Fprint(&out, at, " ", strings.Contains(a, b), " ", strings.HasPrefix(a, b), " ", strings.HasSuffix(a, b))
	show(mapped(a, 'A', 'Z'))
	show(mapped(a, 'a', 'z'))
	show(strings.Trim(a, blanks))
	words := strings.FieldsFunc(latin(a), func(r rune) bool { return strings.ContainsRune(blanks, r) })
	for i := range words {
		words[i] = unlatin(words[i])
	}
	show(strings.Join(words, "|"))
	if b != "" {
		show(strings.Join(strings.Split(a, b), "|"))
		show(strings.ReplaceAll(a, b, "xyz"))
	}
	show(strings.Repeat(a, 3))
	show(a[len(a)/2:])
	show(a[:len(a)/2])
	fmt.Fprint(&out, " ", a < b, " ", a <= b, " ", a == b, " ", utf8.ValidString(a))
	n, err := strconv.ParseInt(a, 10, 64)
	if err != nil || strings.HasPrefix(a, "+") {
		n = -99
	}
	fmt.Fprint(&out, " ", n)
	sorted := append(slices.Clone(words), b)
	slices.Sort(sorted)
	show(strings.Join(sorted, ","))
	seen := map[string]int{}
	for _, w := range sorted {
		seen[w] += len(w)
	}
	for _, w := range slices.Compact(sorted) {
		show(w)
		fmt.Fprintf(&out, ":%d", seen[w])
	}
	delete(seen, b)
	fmt.Fprintf(&out, " %d", len(seen))
	return out.String()
}

// latin makes each byte a rune, so that Go's funcs on runes see bytes.
func latin(s string) string {
	var out strings.Builder
	for i := range len(s) {
		out.WriteRune(rune(s[i]))
	}
	return out.String()
}

func unlatin(s string) string {
	var out []byte
	for _, r := range s {
		out = append(out, byte(r))
	}
	return string(out)
}

// mapped gives the letters from low to high the other case.
func mapped(s string, low, high byte) string {
	b := []byte(s)
	for i, c := range b {
		if low <= c && c <= high {
			b[i] ^= 32
		}
	}
	return string(b)
}

// text is a random one: of few letters, so that parts of it are found again, or any bytes.
func text(r *rand.Rand, most int) string {
	kinds := []string{"ab", "ab \n", "aB9-", "é€😀\xff\xed\xa0", "0123456789-", "Zz@[`{"}
	b := make([]byte, r.IntN(most))
	kind := kinds[r.IntN(len(kinds))]
	for i := range b {
		b[i] = kind[r.IntN(len(kind))]
		if r.IntN(200) == 0 {
			b[i] = byte(r.Uint32())
		}
	}
	if kind[0] == 0xc3 { // whole letters, now and then cut
		var out strings.Builder
		for range len(b) {
			out.WriteString([]string{"é", "€", "😀", "a", "\u0800", "\uffff", "\U0010ffff"}[r.IntN(7)])
		}
		b = []byte(out.String())
		if len(b) > 0 && r.IntN(2) == 0 {
			b = b[:r.IntN(len(b))]
		}
	}
	return string(b)
}

func TestTexts(t *testing.T) {
	source, err := os.ReadFile("testdata/Texts.slul")
	if err != nil {
		t.Fatal(err)
	}
	prog, err := built.New(t).Program(t, "Texts.slul", string(source))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	var in, expected bytes.Buffer
	pairs := []string{"", "", "a", "", "-9223372036854775808", "8", "9223372036854775808", "", "\xf4\x90\x80\x80", "\xf0\x80", "\xc1\x81", "\xe0\x80\x80"}
	for range 4000 {
		pairs = append(pairs, text(r, 40), text(r, 4))
	}
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&in, "x%x x%x\n", pairs[i], pairs[i+1])
		fmt.Fprintln(&expected, want(pairs[i], pairs[i+1]))
	}
	cmd := exec.Command(prog)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got, lines := strings.Split(string(out), "\n"), strings.Split(expected.String(), "\n")
	for i := range lines {
		if i >= len(got) || got[i] != lines[i] {
			t.Fatalf("%q %q:\n got %s\nwant %s", pairs[2*i], pairs[2*i+1], got[min(i, len(got)-1)], lines[i])
		}
	}
}
