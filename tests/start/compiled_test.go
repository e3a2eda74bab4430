package start

// What the compiler writes: taken by the tools, run through the loader, small.

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/compiler"
	"slul/tests/launch"
)

// maxHello is the most that hello may measure, stripped.
const maxHello = 1024

// compiled builds an example for this place.
func (p place) compiled(t *testing.T, name string, strip, separate bool) string {
	t.Helper()
	prog, err := compiler.Build(filepath.Join("../../examples", name), compiler.Options{Rtld: p.rtld, Strip: strip, Separate: separate})
	if err != nil {
		t.Fatal(err)
	}
	return p.write(t, name, prog.File, 0o755)
}

// ends are the examples that an argument is enough for; the others wait for input or for
// somebody to connect, and have scripts of their own.
var ends = map[string]bool{"args": true, "collatz": true, "fizzbuzz": true, "hello": true, "primes": true}

func TestCompiled(t *testing.T) {
	p := newPlace(t)
	examples, err := filepath.Glob("../../examples/*/*.slul")
	if err != nil || len(examples) < 5 {
		t.Fatalf("examples: %v, %v", examples, err)
	}
	for _, path := range examples {
		name := filepath.Base(filepath.Dir(path))
		t.Run(name, func(t *testing.T) {
			var outputs []string
			for _, form := range []struct {
				name            string
				strip, separate bool
			}{{"whole", false, false}, {"stripped", true, false}, {"separate", false, true}, {"both", true, true}} {
				prog := p.compiled(t, name, form.strip, form.separate)
				accepted(t, prog)
				if !ends[name] {
					continue
				}
				r := launch.Run(t, launch.Spec{Path: prog, Args: []string{name, "5"}})
				if r.Signal != 0 || r.Exit == 127 || r.Exit == 126 || len(r.Stdout)+len(r.Stderr) == 0 {
					t.Errorf("%s: %s", form.name, describe(r))
				}
				outputs = append(outputs, describe(r))
			}
			for i := range outputs {
				if outputs[i] != outputs[0] {
					t.Errorf("its forms differ:\n%s", strings.Join(outputs, "\n"))
					break
				}
			}
		})
	}
}

func TestHelloSize(t *testing.T) {
	p := newPlace(t)
	st, err := os.Stat(p.compiled(t, "hello", true, false))
	if err != nil {
		t.Fatal(err)
	}
	if st.Size() > maxHello {
		t.Errorf("hello is %d bytes stripped, %d are allowed", st.Size(), maxHello)
	}
}

func TestHelloSystemCalls(t *testing.T) {
	p := newPlace(t)
	for _, strip := range []bool{false, true} {
		calls := loaderCalls(t, p.compiled(t, "hello", strip, false), "write", 0)
		if len(calls) == 0 || len(calls) > maxCalls {
			t.Errorf("%d system calls in the loader, %d are allowed:\n%s", len(calls), maxCalls, strings.Join(calls, "\n"))
		}
	}
}
