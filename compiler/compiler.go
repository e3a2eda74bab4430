package compiler

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"slul/asm"
	"slul/compiler/check"
	"slul/compiler/core"
	"slul/compiler/gen"
	"slul/compiler/ir"
	"slul/compiler/module"
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
	Emit     string // what to make, one of Emits; "": a program or library, as the source is
	Dump     Dump
	Warnings io.Writer // nil: not wanted

	Core       string   // where the core library is, one of Cores; "": folded
	Unsafe     bool     // a library may have files in the unsafe dialect
	Interfaces []string // where interfaces of modules are looked for first
	Runpath    string   // where the program looks for libraries, besides the system's directories
}

// DefaultTarget is what Build compiles for when nothing else is said.
const DefaultTarget = stubgen.DefaultTarget

// Targets are the names that Options.Target knows.
func Targets() []string { return gen.Names() }

// What Options.Emit knows: a program, a library, a relocatable file for another linker, or
// the text of the middle form or of the machine code.
const (
	EmitProgram = "program"
	EmitLibrary = "library"
	EmitObject  = "object"
	EmitIR      = "ir"
	EmitAsm     = "asm"
)

// What Options.Core knows: core is compiled along, and only what is reached is in the file;
// or it is a module like others, core.so.
const (
	CoreFolded = "folded"
	CoreShared = "shared"
)

// Cores are the words that Options.Core knows.
var Cores = []string{CoreFolded, CoreShared}

// Emits are the words that Options.Emit knows, and what files of their kind end in; but a
// program that does not start by itself ends in libraryExt.
var Emits = map[string]string{EmitProgram: "", EmitLibrary: ".so", EmitObject: ".o", EmitIR: ".ir", EmitAsm: ".lst"}

// libraryExt ends the name of a program without a way to start, so that binfmt_misc knows
// it by that.
const libraryExt = ".slulb"

// Program is a finished program or library, or what else was asked for.
type Program struct {
	Command string         // what its service is called; of a library the module's name
	Name    string         // what to call the file
	Emit    string         // what it is, one of Emits
	Start   elfimage.Start // how it is started; "" when it is no program
	Rtld    string         // the loader whose path it has in it; "" for none
	File    []byte

	needed []string // directories of the interfaces of what it needs when it runs
}

// Build compiles the module at path, a .slul file or a directory. What it gives depends on
// nothing but the source, the names of its files and, of a library, of its directory, the
// interfaces that it uses, and the options.
func Build(path string, o Options) (*Program, error) {
	wantsStart := o.Start != ""
	target, err := o.resolve()
	if err != nil {
		return nil, refuse(CodeUsage, err)
	}

	// path -> facts: all mistakes of the program's author are found here
	info, err := front(path, o)
	if err != nil {
		return nil, err
	}
	if o.Warnings != nil {
		info.Warnings.Print(o.Warnings, maxErrors)
	}
	if o.Core == CoreShared {
		info.ShareCore()
	}
	p := &Program{Emit: o.Emit}
	if err := p.name(info); err != nil {
		return nil, refuse(CodeUsage, err)
	}
	if wantsStart && info.Service == nil {
		return nil, refuse(CodeUsage, errors.New("--start is for programs, and this is a library"))
	}

	if err := p.make(info, target, o); err != nil {
		return nil, err
	}
	return p, nil
}

// Core makes the core library a module of its own, for others that are made with CoreShared.
func Core(o Options) (*Program, error) {
	target, err := o.resolve()
	if err != nil {
		return nil, refuse(CodeUsage, err)
	}
	info, errs := check.Check(coreFiles(), nil)
	if len(errs) > 0 {
		panic("bug: core: " + errs.Error())
	}
	info.OfferCore()
	p := &Program{Emit: o.Emit}
	if err := p.name(info); err != nil {
		return nil, refuse(CodeUsage, err)
	}
	return p, p.make(info, target, o)
}

// make is the road from facts to a file.
func (p *Program) make(info *check.Info, target target, o Options) error {
	stack, err := p.finish(info, target, o, false)
	if err == nil && stack > stackMost {
		stack, err = p.finish(info, target, o, true)
	}
	if err == nil && stack > stackMost && info.Service == nil {
		return refuse(CodeCodegen, fmt.Errorf("%s: one of its funcs needs %d bytes of the stack: in a library at most %d", p.Name, stack, stackMost))
	}
	return err
}

// finish makes the file, and tells how much stack it needs between two questions whether there is
// room; with askAll every func of the module asks. Without, it makes no file that needs too much.
func (p *Program) finish(info *check.Info, target target, o Options, askAll bool) (stack int64, err error) {
	// facts -> IR: from here on there are no types but words and long words
	program, err := lower(info, target, o, askAll)
	if err != nil {
		return 0, refuse(CodeCodegen, err)
	}

	if o.Emit == EmitIR {
		p.File = []byte(program.String())
		return 0, nil
	}

	// what is reached from the first instruction -> machine code: from here on no func
	// and no constant is added
	image := &elfimage.Image{
		Machine:  uint16(target.stub.Machine),
		Runpath:  o.Runpath,
		Files:    fileNames(program.Files, info),
		Strip:    o.Strip,
		Separate: o.Separate,
	}
	if info.Service != nil {
		image.Entry, image.MinRtld = startSymbol, stubgen.LeastRTLD
		image.Notes = []elfimage.Note{serviceNote(info.Service)}
		// what starts it: a stub that was proved to write no memory, or what does without
		if err := stubgen.Begin(image, target.stub, elfimage.Start(o.Start), o.Rtld); err != nil {
			return 0, refuse(CodeImage, err)
		}
	}
	var listing strings.Builder
	dump := o.Dump
	if o.Emit == EmitAsm {
		dump = Dump{[]string{"emit", withCore}, &listing}
	}
	generate := func(n int) (*asm.Code, error) {
		f := program.Funcs[n]
		return target.gen.Compile(f, dumpCode(f, dump))
	}
	if dump.Stages == nil {
		generate = generateAll(program, target.gen.Compile)
	}
	if stack, err = link(program, image, generate, target.gen.Routines); err != nil {
		return 0, refuse(CodeCodegen, err)
	}
	if stack > stackMost && !askAll {
		return stack, nil
	}

	if o.Emit == EmitAsm {
		p.File = []byte(listing.String())
		return stack, nil
	}
	moduleParts(image, info)
	for _, x := range info.Modules.Imports {
		if slices.Contains(image.Needed, x.Module+".so") {
			p.needed = append(p.needed, filepath.Dir(x.File.Name))
		}
	}

	// parts -> bytes: from here on every address is known
	encode := image.Bytes
	if o.Emit == EmitObject {
		encode = image.Object
	}
	if p.File, err = encode(); err != nil {
		return 0, refuse(CodeImage, err)
	}
	if o.Emit == EmitObject {
		return stack, nil
	}
	if err := dumpImage(p.File, o.Dump); err != nil {
		return 0, refuse(CodeImage, err)
	}
	if p.Emit == EmitProgram {
		p.Start, p.Rtld = elfimage.Start(o.Start), o.Rtld
	}
	if p.Start == elfimage.StartNone {
		p.Name = p.Command + libraryExt
	}
	return stack, nil
}

// name says what the file is and what it is called.
func (p *Program) name(info *check.Info) error {
	is, other := EmitProgram, EmitLibrary
	if info.Service == nil {
		is, other = other, is
		p.Command = info.Modules.Own.Module
	} else {
		p.Command = info.Service.Command
	}
	if p.Emit == other {
		return fmt.Errorf("--emit %s: this is a %s", other, is)
	}
	p.Emit = cmp.Or(p.Emit, is)
	p.Name = p.Command + Emits[p.Emit]
	return nil
}

const startSymbol = "_start" // the program's own first instruction, made by lowering

// Check finds the mistakes of the module at path, and writes what is allowed but hardly
// meant to Options.Warnings.
func Check(path string, o Options) error {
	if err := o.Dump.check(); err != nil {
		return refuse(CodeUsage, err)
	}
	info, err := front(path, o)
	if err != nil {
		return err
	}
	info.Warnings.Print(o.Warnings, maxErrors)
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
	if _, known := Emits[o.Emit]; !known && o.Emit != "" {
		return t, fmt.Errorf("--emit %s: there are program, library, object, ir and asm", o.Emit)
	}
	if o.Start != "" && o.Emit != EmitProgram && o.Emit != "" {
		return t, fmt.Errorf("--start is for programs, not for --emit %s", o.Emit)
	}
	if o.Core != "" && !slices.Contains(Cores, o.Core) {
		return t, fmt.Errorf("--core %s: there are %s", o.Core, strings.Join(Cores, " and "))
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
func front(path string, o Options) (*check.Info, error) {
	// path -> texts
	sources, err := readSources(path)
	if err != nil {
		return nil, refuse(CodeUsage, err)
	}
	if err := sources.allowUnsafe(o.Unsafe); err != nil {
		return nil, refuse(CodeUsage, err)
	}

	// texts -> trees
	files, own, err := sources.parse(o.Dump)
	if err != nil {
		return nil, err
	}

	// `use` -> interfaces
	m, err := findModules(files, own, o.Interfaces)
	if err != nil {
		return nil, err
	}

	// trees -> facts beside them
	info, errs := check.CheckModule(coreFiles(), files, m)
	if own != nil {
		errs = append(errs, own.Check(sources.dir)...)
		errs.Sort()
	}
	if err := errs.Err(); err != nil {
		return nil, refuse(CodeCheck, err)
	}
	if err := sources.checkDeps(info); err != nil {
		return nil, refuse(CodeCheck, err)
	}
	dumpTypes(info, o.Dump)
	return info, nil
}

// parse gives the trees of a module's files, and its interface, nil without one.
func (s *sources) parse(d Dump) (files []*syntax.File, own *module.Interface, err error) {
	var errs syntax.Errors
	tree := func(src source) *syntax.File {
		dumpTokens(src, d)
		file, wrong := syntax.Parse(src.name, src.text)
		errs = append(errs, wrong...)
		return file
	}
	for _, src := range s.files {
		files = append(files, tree(src))
	}
	all := files
	if s.iface != nil {
		all = append(slices.Clone(files), tree(*s.iface))
	}
	if err := errs.Err(); err != nil {
		return nil, nil, refuse(CodeSyntax, err)
	}
	for _, file := range all {
		dumpTree(file, d)
	}
	if s.iface != nil {
		own, errs = module.New(s.name, all[len(files)])
		own.Unsafe = s.unsafe
	}
	return files, own, refuse(CodeCheck, errs.Err())
}

// coreFiles parses the core library, of its funcs only the names. Its mistakes are ours.
func coreFiles() []*syntax.File {
	var files []*syntax.File
	var heads syntax.Heads
	for _, s := range core.Sources() {
		f, errs := heads.Parse(s.Name, s.Text)
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
	m, err := build(info, t.arch())
	if err != nil {
		return nil, err
	}
	keepReached(m)
	dumpFuncs("ir", m, o.Dump)
	switch {
	case o.Plain:
	case o.Dump.wants("passes"):
		if err := ir.OptimizeChecked(m, dumpPass(o.Dump)); err != nil {
			return nil, err
		}
	default:
		ir.Optimize(m)
	}
	keepReached(m) // some stand in place of all their calls now
	return m, nil
}

// fileNames is what debuggers call the source files.
func fileNames(paths []string, info *check.Info) []string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = info.FileName(i, p)
	}
	return names
}
