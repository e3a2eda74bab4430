// Command slul is the tool chain on the command line: it turns arguments into one
// call of the package that does the work, and what comes back into messages and an
// exit code. How things work is known elsewhere.
//
// The files in reading order:
//
//	main.go     the list of commands, and the way out
//	build.go    build, check: source -> file, or only the mistakes
//	lock.go     lock: the versions of interfaces
//	run.go      run: source -> running program
//	cache.go    where run keeps the loader and finished programs
//	wrap.go     wrap: a shared object becomes a program; unwrap
//	stub.go     stub, stub verify
//	inspect.go  inspect: what a file is
//	doctor.go   doctor: why programs would not start
//	rtld.go     rtld: the embedded loader as a file
//	core.go     core: the core library as a file
//	install.go  install, uninstall; installed.go is the list of files
//	bench.go    bench: times, and what has changed between two results
//	sizes.go    bench stub, bench sizes: bytes, and what has changed since a revision
//	binfmt.go   binfmt: print, register, unregister, status
//	usage.go    what is wrong with a command line, in one line; hint.go: what to type instead
//
// Exit codes: 1 usage or I/O, 2 syntax, 3 check, 4 code generation, 5 image or stub,
// 125 a bug of ours. After "slul run" the exit status is the program's own.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"slul/compiler"
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800) // a short run: less collecting, for memory that it would take anyway
	}
	os.Exit(slul(os.Args[1:], os.Stderr))
}

// slul runs one command line and gives its exit code.
func slul(args []string, stderr io.Writer) int {
	return guard(stderr, func() int {
		root := newRoot()
		root.SetArgs(args)
		out := &output{w: os.Stdout}
		root.SetOut(out)
		err := root.Execute()
		if err == nil {
			err = out.err
		}
		return report(stderr, err)
	})
}

// output is standard output. It keeps its first error for the end, as those who print
// help, listings and dumps do not look at it.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(b []byte) (int, error) {
	if o.err == nil {
		if _, err := o.w.Write(b); err != nil {
			o.err = fmt.Errorf("cannot write standard output: %w", cause(err))
		}
	}
	return len(b), nil
}

// writeJSON writes what --json asks for.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// guard is the one place where a bug of ours, which is a panic, becomes a message.
func guard(stderr io.Writer, work func() int) (code int) {
	defer func() {
		if bug := recover(); bug != nil {
			fmt.Fprintf(stderr, "slul: %v\nslul: this is a bug in slul %s; please report it with these lines:\n%s",
				bug, version(), debug.Stack())
			code = compiler.CodeBug
		}
	}()
	return work()
}

// newRoot is the whole command line.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "slul",
		Short: "Linux programs without libc, C tool chain or sysroot",
		Long: `slul compiles SLUL programs and starts them. A program is an ELF shared object
with a start-up stub of some 160 bytes in front; the stub hands the open file to
a small loader, and the loader does the rest.`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,

		Args:              cobra.ArbitraryArgs, // which words refuses
		RunE:              words,
		PersistentPreRunE: givenFlags,

		SuggestionsMinimumDistance: 2,
	}
	root.SetVersionTemplate("slul {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError(c, err.Error())
	})
	root.AddCommand(
		newRun(),
		newBuild(),
		newCheck(),
		newLock(),
		newWrap(),
		newUnwrap(),
		newStub(),
		newInspect(),
		newDoctor(),
		newRtld(),
		newCore(),
		newInstall(),
		newUninstall(),
		newBench(),
		newBinfmt(),
	)
	root.SetHelpCommand(newHelp())
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Args, completion.RunE = nil, words
		completion.Example = "  source <(slul completion bash)"
	}
	return root
}

// report prints an error, if there is one, and gives the exit code that belongs to it.
func report(w io.Writer, err error) int {
	var refused *compiler.Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &refused):
		(&compiler.Error{Code: refused.Code, Err: plain(refused.Err)}).Print(w)
		return refused.Code
	}
	fmt.Fprintf(w, "slul: %v\n", plain(err))
	return compiler.CodeUsage
}

// imageError is a refusal of a finished file: exit code 5.
func imageError(err error) error {
	if err == nil {
		return nil
	}
	return &compiler.Error{Code: compiler.CodeImage, Err: err}
}

// version is that of the module, as the Go tool recorded it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
