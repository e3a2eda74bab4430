package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"slul/compiler"
	"slul/doctor"
	"slul/elfimage"
	"slul/stubgen"
)

// newBuild is "slul build": source -> file.
func newBuild() *cobra.Command {
	var out string
	var dump []string
	var level int
	var o compiler.Options
	c := &cobra.Command{
		Use:   "build [flags] SRC",
		Short: "Compile a program or library to a file",
		Long: `Compile SRC, a .slul file or the directory of a program, to a program that is
started like any other: ./NAME. It needs the loader at the path that is written
into it; build warns when nothing is there. The directory of a library, which has
an interface.slul, becomes NAME.so.

--start says how the kernel gets from the file to the loader:
  rt0      a stub in the file runs it; needs /proc
  interp   PT_INTERP names it; keeps file capabilities and /proc/self/exe
  shebang  a "#!" line names runslul; set-user-ID bits do not count
  none     not at all: NAME.slulb is for runslul, or for "slul binfmt register"

The interface of a module that is used is DIR/NAME/interface.slul, for the first
DIR of -I, $SLUL_INTERFACE_PATH and /usr/share/slul that has it.`,
		Example: `  slul build examples/hello                     # writes ./hello
  slul build -o /tmp/hi --strip examples/hello
  slul build --rtld /opt/slul/rtld examples/hello
  slul build --emit object examples/hello       # hello.o, for: ld -o hello hello.o
  slul build examples/modules/words             # words.so, a library
  slul build -I examples/modules examples/modules/freq  # a program that uses it
  slul build -d=ir,emit examples/hello          # shows what the stages leave`,
		Args:              takes(false, "SRC"),
		ValidArgsFunction: completeSource,
		RunE: func(c *cobra.Command, args []string) error {
			if level != 0 && level != 1 {
				return fmt.Errorf("-O%d: there are 0 and 1", level)
			}
			o.Plain = level == 0
			o.Dump = compiler.Dump{Stages: dump, W: c.OutOrStdout()}
			return build(args[0], out, o, c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVarP(&out, "output", "o", "", "write to `FILE` (default: the service's command name; NAME.so of a library)")
	f.BoolVar(&o.Strip, "strip", false, "no symbols, sections and debug information")
	f.StringVar(&o.Emit, "emit", "", "make a program or library, as SRC is, an `object` for another linker (entry: _start), or the text of the ir or asm")
	f.IntVarP(&level, "optimize", "O", 1, "`LEVEL` 0 leaves out the passes that make code small and fast")
	f.BoolVar(&o.Separate, "separate-code", false, "no byte that is not code is ever executable")
	f.StringVar(&o.Runpath, "runpath", "", "`DIRS` in which the program looks for libraries before the system's, as '$ORIGIN', its own directory")
	f.StringVar(&o.Core, "core", compiler.CoreFolded, "the core library is compiled along, or loaded: "+strings.Join(compiler.Cores, ", "))
	complete(c, "core", compiler.Cores)
	unsafeFlag(c, &o.Unsafe)
	interfaceFlag(c, &o.Interfaces)
	targetFlag(c, &o.Target)
	rtldFlag(c, &o.Rtld)
	startFlag(c, &o.Start)
	dumpFlag(c, &dump)
	return c
}

func build(src, out string, o compiler.Options, stderr io.Writer) error {
	if err := notSource(out); err != nil {
		return err
	}
	if err := notProgram(src); err != nil {
		return err
	}
	o.Warnings = stderr
	p, err := compiler.Build(src, o)
	if err != nil {
		return err
	}
	if out == "" {
		out = p.Name
		if err := notSource(out); err != nil {
			return err
		}
	}
	mode := os.FileMode(0o666)
	if p.Start != "" {
		mode = 0o777
	}
	if err := elfimage.WriteFile(out, p.File, mode); err != nil {
		return elsewhere(err)
	}
	if p.Rtld != "" {
		warnMissing(stderr, out, p.Rtld)
	}
	return nil
}

// notSource keeps a slip of the hand from writing the program over a source file.
func notSource(out string) error {
	if filepath.Ext(out) == ".slul" {
		return errors.New(out + ": a program must not be called like a source file")
	}
	return nil
}

// newCheck is "slul check": source -> its mistakes.
func newCheck() *cobra.Command {
	var dump []string
	var o compiler.Options
	c := &cobra.Command{
		Use:   "check [flags] SRC",
		Short: "Report the mistakes of a program or library and write nothing",
		Example: `  slul check Hello.slul
  slul check -d=ast Hello.slul`,
		Args:              takes(false, "SRC"),
		ValidArgsFunction: completeSource,
		RunE: func(c *cobra.Command, args []string) error {
			o.Dump, o.Warnings = compiler.Dump{Stages: dump, W: c.OutOrStdout()}, c.ErrOrStderr()
			return compiler.Check(args[0], o)
		},
	}
	unsafeFlag(c, &o.Unsafe)
	interfaceFlag(c, &o.Interfaces)
	dumpFlag(c, &dump)
	return c
}

// warnMissing says how to get a loader to where the program will look for it. It looks
// only whether a file is there: an older or newer loader may be right as well.
func warnMissing(w io.Writer, program, rtld string) {
	info, err := os.Stat(rtld)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(w, "slul: warning: %s needs the loader %s, which is not there\n"+
			"slul: to install it: %s\n", program, rtld, doctor.Install(defaultTarget(), rtld, false))
	case err != nil:
		fmt.Fprintf(w, "slul: warning: %s needs the loader %s: %v: slul doctor %s says what to do\n", program, rtld, cause(err), doctor.Shell(program))
	case !info.Mode().IsRegular():
		fmt.Fprintf(w, "slul: warning: %s needs the loader %s, which is no regular file: slul doctor %s says what to do\n", program, rtld, doctor.Shell(program))
	}
}

// checkRtld refuses a loader path that no program can hold, above all a relative one: it
// would mean another file in another directory.
func checkRtld(start elfimage.Start, rtld string) error {
	_, err := stubgen.LoaderPath(defaultTarget(), start, rtld)
	return err
}

func targetFlag(c *cobra.Command, target *string) {
	c.Flags().StringVar(target, "target", compiler.DefaultTarget, "what to compile for: "+strings.Join(compiler.Targets(), ", "))
	complete(c, "target", compiler.Targets())
}

func rtldFlag(c *cobra.Command, rtld *string) {
	c.Flags().StringVar(rtld, "rtld", "", "absolute `PATH` of the loader (default: the target's own)")
}

func startFlag(c *cobra.Command, start *string) {
	var names []string
	for _, s := range elfimage.Starts {
		names = append(names, string(s))
	}
	c.Flags().StringVar(start, "start", "", "`how` it is started: "+strings.Join(names, ", ")+" (default: "+names[0]+")")
	complete(c, "start", names)
}

func unsafeFlag(c *cobra.Command, is *bool) {
	c.Flags().BoolVar(is, "unsafe", false, "a library may have .slunsafe files; it is loaded from /usr/lib/slul alone")
}

func interfaceFlag(c *cobra.Command, dirs *[]string) {
	c.Flags().StringArrayVarP(dirs, "interfaces", "I", nil, "look for the interfaces of modules in `DIR`; may be given several times")
}

func dumpFlag(c *cobra.Command, dump *[]string) {
	c.Flags().StringSliceVarP(dump, "dump", "d", nil, "print what these stages leave: "+strings.Join(compiler.DumpNames(), ","))
	complete(c, "dump", compiler.DumpNames())
}

func complete(c *cobra.Command, flag string, words []string) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic("bug: slul: " + err.Error())
	}
}

// completeSource offers .slul files and directories for the first argument.
func completeSource(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return []cobra.Completion{"slul"}, cobra.ShellCompDirectiveFilterFileExt
}
