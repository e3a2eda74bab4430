package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slul/compiler"
	"slul/elfimage"
)

// newLock is "slul lock": the versions of a module and of what it uses are written down.
func newLock() *cobra.Command {
	var o compiler.Options
	c := &cobra.Command{
		Use:   "lock [-I DIR] DIR",
		Short: "Write down the versions of a module and of what it uses",
		Long: `Lock the module in DIR. A library's interface.slul gets an "api" line, with the
hash of its declarations, for each version that has none; a version that is locked
is never changed. deps.index gets a line for each module that is used, with the
oldest version that has all that is used of it.

What was written is said on standard output. Nothing is written when the module
has mistakes, or when what is locked has changed.`,
		Example: `  slul lock examples/modules/words
  slul lock -I examples/modules examples/modules/freq`,
		Args: takes(false, "DIR"),
		RunE: func(c *cobra.Command, args []string) error {
			return lock(args[0], o, c.OutOrStdout())
		},
	}
	unsafeFlag(c, &o.Unsafe)
	interfaceFlag(c, &o.Interfaces)
	return c
}

func lock(dir string, o compiler.Options, w io.Writer) error {
	files, err := compiler.Lock(dir, o)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := elfimage.WriteFile(f.Path, f.Text, 0o666); err != nil {
			return err
		}
		for _, line := range f.News {
			fmt.Fprintf(w, "%s: %s\n", f.Path, line)
		}
	}
	return nil
}
