package ir_test

import (
	"errors"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"slul/compiler/check"
	"slul/compiler/ir"
	"slul/compiler/ir/irtest"
	"slul/compiler/syntax"
	"slul/tests/samples"
)

// mutant_test.go makes many programs out of the samples: a line less, a line
// twice, another operator, another number. What check still accepts must be lowered,
// and do the same optimised as it comes from lowering; no matter what that is.

// swaps are words and what takes their place.
var swaps = [][2]string{
	{" + ", " - "}, {" - ", " + "}, {" * ", " / "}, {" / ", " * "}, {" / ", " mod "}, {" mod ", " / "},
	{" < ", " <= "}, {" <= ", " < "}, {" > ", " >= "}, {" == ", " <> "}, {" <> ", " == "}, {" < ", " > "},
	{" and ", " or "}, {" or ", " and "}, {"not ", ""}, {"..=", ".."}, {"..", "..="}, {"true", "false"},
	{"skip", "break"}, {"break", "skip"}, {" shl ", " shr "}, {" band ", " bxor "}, {" min ", " max "},
	{"while true", "while false"}, {"if ", "if not "}, {"int ", "signed int "}, {"int ", "long "}, {"signed int ", "signed long "},
}

var number = regexp.MustCompile(`\b[0-9]+\b`)

// every thins the mutants out: all of them take a quarter of a minute.
var every = flag.Int("every", 6, "try each nth mutant")

// mutants gives variants of a program, always the same.
func mutants(text string) (out []string) {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "#") {
			continue
		}
		with := func(s string) {
			out = append(out, strings.Join(lines[:i], "")+s+strings.Join(lines[i+1:], ""))
		}
		with("")
		with(line + line)
		for _, s := range swaps {
			if strings.Contains(line, s[0]) {
				with(strings.Replace(line, s[0], s[1], 1))
			}
		}
		for _, at := range number.FindAllStringIndex(line, -1) {
			for _, n := range []string{"0", "1", "64", "2147483647"} {
				with(line[:at[0]] + n + line[at[1]:])
			}
		}
	}
	return out
}

func TestMutants(t *testing.T) {
	library := coreFiles(t)
	accepted := 0
	for _, s := range samples.All(t) {
		args := s.Runs[0].Args
		for n, mutant := range mutants(s.Source) {
			if n%*every != 0 {
				continue
			}
			file, errs := syntax.Parse("Mutant.slul", []byte(mutant))
			if errs.Err() != nil {
				continue
			}
			info, errs := check.Check(library, []*syntax.File{file})
			if errs.Err() != nil {
				continue
			}
			accepted++
			plain, better := runMutant(t, info, false, args), runMutant(t, info, true, args)
			if plain != better && plain != noEnd {
				t.Fatalf("%s\nas lowered: %s\noptimised:  %s", mutant, plain, better)
			}
		}
	}
	if accepted < 500 / *every {
		t.Errorf("only %d mutants were accepted", accepted)
	}
	t.Logf("%d mutants", accepted)
}

const noEnd = "does not end"

// runMutant says what a program did; of one that does not end, what it said so far is
// no matter.
func runMutant(t *testing.T, info *check.Info, optimise bool, args []string) string {
	t.Helper()
	m, err := ir.Build(info, "x86_64")
	if err == nil {
		err = ir.Verify(m)
	}
	if err == nil && optimise {
		err = ir.OptimizeChecked(m, nil)
	}
	if err != nil {
		return err.Error()
	}
	x := irtest.New(m)
	l := irtest.NewLinux(x)
	x.Steps = 50_000
	if optimise {
		x.Steps *= 2 // it takes fewer, but not of each kind
	}
	_, _, err = x.Call("_start", irtest.EntryStack(x, append([]string{"mutant"}, args...)...))
	var exit *irtest.Exit
	switch {
	case errors.Is(err, irtest.ErrSteps):
		return noEnd
	case errors.Is(err, irtest.ErrDeep):
		return "too deep"
	case !errors.As(err, &exit):
		t.Fatalf("no program may do this: %v\n%s", err, info.Service.File.Src)
	}
	return fmt.Sprintf("%q %q %d", l.Stdout.String(), l.Stderr.String(), exit.Status)
}
