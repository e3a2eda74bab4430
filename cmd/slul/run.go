package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"slul/compiler"
	"slul/stubgen"
)

// newRun is "slul run": source -> running program. It needs no root and no installed
// loader: the embedded one is put into the user's cache directory, and the program is
// compiled to look for it there.
func newRun() *cobra.Command {
	c := &cobra.Command{
		Use:   "run SRC [ARGS...]",
		Short: "Compile a program and run it",
		Long: `Compile SRC, a .slul file or the directory of a program, and run it with ARGS.
The program takes this process over: its exit status and signals are its own.

The loader and the program are kept in $XDG_CACHE_HOME/slul or ~/.cache/slul.
When there is no such directory that only you can write and that may hold
programs, a private temporary one is used, and removed when the program ends.`,
		Example: `  slul run examples/hello
  slul run examples/primes/Primes.slul 100`,
		Args:              takes(true, "SRC"),
		ValidArgsFunction: completeSource,
		RunE: func(_ *cobra.Command, args []string) error {
			return run(args[0], args[1:])
		},
	}
	c.Flags().SetInterspersed(false) // what follows SRC belongs to the program
	return c
}

// run only comes back when it could not start the program, or when the program ran as
// a child and was the first to end.
func run(src string, args []string) error {
	loader, err := loaderFor(compiler.DefaultTarget)
	if err != nil {
		return err
	}
	name := "rtld-" + shortHash(loader)
	place, err := openCache(func(dir string) bool {
		return stubgen.CheckPath(filepath.Join(dir, name)) == nil
	})
	if err != nil {
		return err
	}
	defer place.close()

	rtld, err := place.put(name, loader)
	if err != nil {
		return err
	}
	p, err := compiler.Build(src, compiler.Options{Rtld: rtld, Strip: false})
	if err != nil {
		return err
	}
	// the file's name is what the program is called in ps
	program, err := place.put(filepath.Join("run", shortHash(p.File), p.Command), p.File)
	if err != nil {
		return err
	}
	err = place.start(program, append([]string{p.Command}, args...))
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w (may programs run from there? set XDG_CACHE_HOME or TMPDIR to a directory that is not mounted noexec)", err)
	}
	return err
}

// shortHash names content: 64 bits are enough, because what a name leads to is
// compared byte by byte before it is used.
func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
