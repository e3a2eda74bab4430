package compiler

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"slul/compiler/gen/mach"
	"slul/compiler/ir"
	"slul/elfimage"
)

// stages are the names that -d= knows, in the order of the road.
var stages = []string{"tokens", "ast", "types", "ir", "passes", "isel", "alloc", "emit", "image"}

// withCore, among the stages, asks for the core library's funcs as well.
const withCore = "core"

// DumpNames are the words that Dump.Stages knows.
func DumpNames() []string { return append(slices.Clone(stages), withCore) }

// Dump asks stages for the text form of what they leave.
type Dump struct {
	Stages []string
	W      io.Writer
}

// check refuses names that are no stages.
func (d Dump) check() error {
	for _, s := range d.Stages {
		if !slices.Contains(DumpNames(), s) {
			return fmt.Errorf("-d=%s: there is no such stage; there are %s", s, strings.Join(DumpNames(), ","))
		}
	}
	return nil
}

// wants reports whether a stage was asked for.
func (d Dump) wants(stage string) bool { return slices.Contains(d.Stages, stage) }

// print writes a stage's text under a head with its name.
func (d Dump) print(stage, text string) {
	if !d.wants(stage) {
		return
	}
	fmt.Fprintf(d.W, "# %s\n%s", stage, text)
	if !strings.HasSuffix(text, "\n") {
		fmt.Fprintln(d.W)
	}
}

// shows reports whether the stage's text of a func was asked for. The core library is
// compiled with every program, and would hide it.
func (d Dump) shows(stage, fn string) bool {
	return d.wants(stage) && (d.wants(withCore) || !strings.HasPrefix(fn, "core.") && !strings.HasPrefix(fn, "trap.core."))
}

// dumpFuncs shows the IR of all funcs.
func dumpFuncs(stage string, m *ir.Module, d Dump) {
	for _, f := range m.Funcs {
		if d.shows(stage, f.Name) {
			d.print(stage, f.String())
		}
	}
}

// dumpPass gives a watcher that shows a func after each pass that changed it.
func dumpPass(d Dump) func(pass string, f *ir.Func) {
	last := map[string]string{}
	return func(pass string, f *ir.Func) {
		if !d.shows("passes", f.Name) {
			return
		}
		if text := f.String(); text != last[f.Name] {
			last[f.Name] = text
			d.print("passes", "# "+pass+"\n"+text)
		}
	}
}

// dumpCode gives code generation what shows its steps for one func, or nil.
func dumpCode(f *ir.Func, d Dump) mach.Dump {
	if !d.shows("isel", f.Name) && !d.shows("alloc", f.Name) && !d.shows("emit", f.Name) {
		return nil
	}
	return func(stage, text string) {
		if d.shows(stage, f.Name) {
			d.print(stage, text)
		}
	}
}

// dumpImage shows the finished file as slul inspect does.
func dumpImage(file []byte, d Dump) error {
	if !d.wants("image") {
		return nil
	}
	f, err := elfimage.Parse(file)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := f.Describe("").WriteText(&b); err != nil {
		return err
	}
	d.print("image", b.String())
	return nil
}
