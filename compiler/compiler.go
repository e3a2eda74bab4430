package compiler

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"slul/asm"
	"slul/compiler/check"
	"slul/compiler/core"
	"slul/compiler/gen"
	"slul/compiler/ir"
	"slul/compiler/syntax"
	"slul/elfimage"
	"slul/stubgen"
)

// Options say what to make of a program.
type Options struct {
	Target   string // "": DefaultTarget
	Rtld     string // absolute path of the loader; "": the target's own
	Start    string // how programs are started, one of elfimage.Starts; "": the usual way
	Strip    bool   // no symbols, sections and debug information
	Separate bool   // no byte that is not code is ever executable
	Plain    bool   // code as lowering leaves it, without the passes: for tests of these, and for people who read it
	Emit     string // what to make, one of Emits; "": a program
	Dump     Dump
	Warnings io.Writer // nil: not wanted
}

// DefaultTarget is what Build compiles for when nothing else is said.
const DefaultTarget = stubgen.DefaultTarget

// Targets are the names that Options.Target knows.
func Targets() []string { return gen.Names() }

// What Options.Emit knows: a program, a relocatable file for another linker, or the text
// of the middle form or of the machine code.
const (
	EmitProgram = "program"
	EmitObject  = "object"
	EmitIR      = "ir"
	EmitAsm     = "asm"
)

// Emits are the words that Options.Emit knows, and what files of their kind end in; but a
// program that does not start by itself ends in libraryExt.
var Emits = map[string]string{EmitProgram: "", EmitObject: ".o", EmitIR: ".ir", EmitAsm: ".lst"}

// libraryExt ends the name of a program without a way to start, so that binfmt_misc knows
// it by that.
const libraryExt = ".slulb"

// Program is a finished program, or what else was asked for.
type Program struct {
	Command string         // what its service is called
	Name    string         // what to call the file
	Start   elfimage.Start // how it is started; "" when it is no program
	Rtld    string         // the loader whose path it has in it; "" for none
	File    []byte
}

// Build compiles the program at path, a .slul file or a directory with the files of a
// module. What it
// gives depends on nothing but the source, its file's name, and the options.
func Build(path string, o Options) (*Program, error) {
	target, err := o.resolve()
	if err != nil {
		return nil, refuse(CodeUsage, err)
	}

	// path -> facts: all mistakes of the program's author are found here
	info, err := front(path, o.Dump)
	if err != nil {
		return nil, err
	}
	if o.Warnings != nil {
		info.Warnings.Print(o.Warnings, maxErrors)
	}

	p, stack, err := finish(info, target, o, false)
	if err == nil && stack > stackMost {
		p, _, err = finish(info, target, o, true)
	}
	return p, err
}

// finish is the road from facts to a file, which needs so much stack between two
// questions whether there is room; with askAll every func of the program asks.
func finish(info *check.Info, target target, o Options, askAll bool) (p *Program, stack int64, err error) {
	// facts -> IR: from here on there are no types but words and long words
	module, err := lower(info, target, o, askAll)
	if err != nil {
		return nil, 0, refuse(CodeCodegen, err)
	}

	finished := func(file []byte) *Program {
		command := info.Service.Command
		return &Program{Command: command, Name: command + Emits[o.Emit], File: file}
	}
	if o.Emit == EmitIR {
		return finished([]byte(module.String())), 0, nil
	}

	// what is reached from the first instruction -> machine code: from here on no func
	// and no constant is added
	image := &elfimage.Image{
		Machine:  uint16(target.stub.Machine),
		Entry:    startSymbol,
		MinRtld:  stubgen.LeastRTLD,
		Notes:    []elfimage.Note{serviceNote(info.Service)},
		Files:    baseNames(module.Files),
		Strip:    o.Strip,
		Separate: o.Separate,
	}
	// what starts it: a stub that was proved to write no memory, or what does without
	if err := stubgen.Begin(image, target.stub, elfimage.Start(o.Start), o.Rtld); err != nil {
		return nil, 0, refuse(CodeImage, err)
	}
	var listing strings.Builder
	dump := o.Dump
	if o.Emit == EmitAsm {
		dump = Dump{[]string{"emit", withCore}, &listing}
	}
	generate := func(f *ir.Func) (*asm.Code, error) { return target.gen.Compile(f, dumpCode(f, dump)) }
	if stack, err = link(module, image, generate); err != nil {
		return nil, 0, refuse(CodeCodegen, err)
	}

	if o.Emit == EmitAsm {
		return finished([]byte(listing.String())), stack, nil
	}

	// parts -> bytes: from here on every address is known
	encode := image.Bytes
	if o.Emit == EmitObject {
		encode = image.Object
	}
	file, err := encode()
	if err != nil {
		return nil, 0, refuse(CodeImage, err)
	}
	if o.Emit != EmitObject {
		if err := dumpImage(file, o.Dump); err != nil {
			return nil, 0, refuse(CodeImage, err)
		}
	}
	p = finished(file)
	if o.Emit == EmitProgram {
		p.Start, p.Rtld = elfimage.Start(o.Start), o.Rtld
	}
	if p.Start == elfimage.StartNone {
		p.Name += libraryExt
	}
	return p, stack, nil
}

const startSymbol = "_start" // the program's own first instruction, made by lowering

// Check finds the mistakes of the program at path, and writes what is allowed but
// hardly meant to warnings.
func Check(path string, d Dump, warnings io.Writer) error {
	if err := d.check(); err != nil {
		return refuse(CodeUsage, err)
	}
	info, err := front(path, d)
	if err != nil {
		return err
	}
	info.Warnings.Print(warnings, maxErrors)
	return nil
}

// target is a row of each table that knows about targets.
type target struct {
	gen  *gen.Target
	stub *stubgen.Target
}

// arch is the CPU as UNSAFE_arch names it: what stands before the "-" in the target.
func (t target) arch() string {
	arch, _, _ := strings.Cut(t.gen.Name, "-")
	return arch
}

// resolve fills in what was left open.
func (o *Options) resolve() (target, error) {
	if o.Target == "" {
		o.Target = DefaultTarget
	}
	t := target{gen: gen.Lookup(o.Target)}
	if t.gen == nil {
		return t, fmt.Errorf("unknown target %q, known: %s", o.Target, strings.Join(gen.Names(), ", "))
	}
	var err error
	if t.stub, err = stubgen.Lookup(o.Target); err != nil {
		return t, err
	}
	if o.Emit == "" {
		o.Emit = EmitProgram
	}
	if _, known := Emits[o.Emit]; !known {
		return t, fmt.Errorf("--emit %s: there are program, object, ir and asm", o.Emit)
	}
	if o.Start != "" && o.Emit != EmitProgram {
		return t, fmt.Errorf("--start is for programs, not for --emit %s", o.Emit)
	}
	start, err := stubgen.ParseStart(o.Start)
	if err != nil {
		return t, err
	}
	o.Start = string(start)
	if o.Rtld, err = stubgen.LoaderPath(t.stub, start, o.Rtld); err != nil {
		return t, err
	}
	return t, o.Dump.check()
}

// front is the road from a path to facts.
func front(path string, d Dump) (*check.Info, error) {
	// path -> texts
	sources, err := readSources(path)
	if err != nil {
		return nil, refuse(CodeUsage, err)
	}

	// texts -> trees
	var files []*syntax.File
	var errs syntax.Errors
	for _, src := range sources {
		dumpTokens(src, d)
		file, wrong := syntax.Parse(src.name, src.text)
		files, errs = append(files, file), append(errs, wrong...)
	}
	if err := errs.Err(); err != nil {
		return nil, refuse(CodeSyntax, err)
	}
	for _, file := range files {
		dumpTree(file, d)
	}

	// trees -> facts beside them
	info, errs := check.Check(coreFiles(), files)
	if err := errs.Err(); err != nil {
		return nil, refuse(CodeCheck, err)
	}
	dumpTypes(info, d)
	return info, nil
}

// coreFiles parses the core library. Its mistakes are ours.
func coreFiles() []*syntax.File {
	var files []*syntax.File
	for _, s := range core.Sources() {
		f, errs := syntax.Parse(s.Name, s.Text)
		if len(errs) > 0 {
			panic("bug: core: " + errs.Error())
		}
		files = append(files, f)
	}
	return files
}

// lower is the road from facts to the IR that code is generated from.
func lower(info *check.Info, t target, o Options, askAll bool) (*ir.Module, error) {
	build := ir.Build
	if askAll {
		build = ir.BuildAsking
	}
	module, err := build(info, t.arch())
	if err != nil {
		return nil, err
	}
	keepReached(module, startSymbol)
	dumpFuncs("ir", module, o.Dump)
	switch {
	case o.Plain:
	case o.Dump.wants("passes"):
		return module, ir.OptimizeChecked(module, dumpPass(o.Dump))
	default:
		ir.Optimize(module)
	}
	return module, nil
}

func baseNames(paths []string) []string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = filepath.Base(p)
	}
	return names
}
