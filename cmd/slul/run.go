package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"slul/compiler"
	"slul/doctor"
	"slul/elfimage"
	"slul/stubgen"
)

// newRun is "slul run": source -> running program. It needs no root and no installed
// loader: the embedded one is put into the user's cache directory, and the program is
// compiled to look for it there.
func newRun() *cobra.Command {
	var o compiler.Options
	c := &cobra.Command{
		Use:   "run [flags] SRC [ARGS...]",
		Short: "Compile a program and run it",
		Long: `Compile SRC, a .slul file or the directory of a program, and run it with ARGS.
The program takes this process over: its exit status and signals are its own.
Libraries that it uses are compiled too, when their source lies beside their
interface.

The loader and the program are kept in $XDG_CACHE_HOME/slul or ~/.cache/slul.
When there is no such directory that only you can write and that may hold
programs, a private temporary one is used, and removed when the program ends.`,
		Example: `  slul run examples/hello
  slul run examples/primes/Primes.slul 100
  slul run -I examples/modules examples/modules/freq`,
		Args:              takes(true, "SRC"),
		ValidArgsFunction: completeSource,
		RunE: func(_ *cobra.Command, args []string) error {
			return run(args[0], args[1:], o)
		},
	}
	startFlag(c, &o.Start)
	interfaceFlag(c, &o.Interfaces)
	c.Flags().SetInterspersed(false) // what follows SRC belongs to the program
	return c
}

// run only comes back when it could not start the program, or when the program ran as
// a child and was the first to end.
func run(src string, args []string, o compiler.Options) error {
	if err := notProgram(src); err != nil {
		return err
	}
	how, err := stubgen.ParseStart(o.Start)
	if err != nil {
		return err
	}
	loader, err := loaderFor(compiler.DefaultTarget)
	if err != nil {
		return err
	}
	name := "rtld-" + shortHash(loader)
	place, err := openCache(func(dir string) bool {
		path := filepath.Join(dir, name)
		if how == elfimage.StartShebang {
			return elfimage.CheckScriptPath(path) == nil
		}
		return stubgen.CheckPath(path) == nil
	})
	if err != nil {
		return err
	}
	defer place.close()

	rtld, err := place.put(name, loader)
	if err != nil {
		return err
	}
	if how != elfimage.StartNone {
		o.Rtld = rtld
	}
	p, libraries, err := buildAll(src, o)
	if err != nil {
		return err
	}
	program, err := place.putAll(p, libraries)
	if err != nil {
		return err
	}
	argv := append([]string{p.Command}, args...)
	if how == elfimage.StartNone {
		argv = append([]string{"runslul", "--argv0", p.Command, "--", program}, args...)
		program = rtld
	}
	err = place.start(program, argv)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w (may programs run from there? set XDG_CACHE_HOME or TMPDIR to a directory that is not mounted noexec)", err)
	}
	return err
}

// buildAll compiles a program, and its libraries whose source is there. It looks for
// these beside itself.
func buildAll(src string, o compiler.Options) (*compiler.Program, []*compiler.Program, error) {
	o.Runpath = "$ORIGIN"
	p, err := compiler.Build(src, o)
	if err != nil {
		return nil, nil, err
	}
	if p.Emit == compiler.EmitLibrary {
		return nil, nil, fmt.Errorf("%s: a library, which others use: it cannot be run: slul build %s", src, doctor.Shell(src))
	}
	libraries, err := compiler.Libraries(p, compiler.Options{Interfaces: o.Interfaces, Runpath: o.Runpath})
	return p, libraries, err
}

// putAll puts a program and its libraries side by side. The file's name is what the program
// is called in ps.
func (c *cache) putAll(p *compiler.Program, libraries []*compiler.Program) (string, error) {
	all := bytes.Clone(p.File)
	for _, lib := range libraries {
		all = append(all, lib.File...)
	}
	dir := filepath.Join("run", shortHash(all))
	for _, lib := range libraries {
		if _, err := c.put(filepath.Join(dir, lib.Name), lib.File); err != nil {
			return "", err
		}
	}
	return c.put(filepath.Join(dir, p.Name), p.File)
}

// shortHash names content: 64 bits are enough, because what a name leads to is
// compared byte by byte before it is used.
func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
