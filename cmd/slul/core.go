package main

import (
	"github.com/spf13/cobra"

	"slul/compiler"
	"slul/elfimage"
)

// newCore is "slul core": the core library as a file.
func newCore() *cobra.Command {
	var out string
	var o compiler.Options
	c := &cobra.Command{
		Use:   "core -o FILE",
		Short: "Write the core library, for programs that share it, to a file",
		Long: `Write the core library to FILE, for programs and libraries that were built with
"--core shared". It is loaded from /usr/lib/slul alone, because it has code in the
unsafe dialect. Programs that are built as usual have what they need of it inside.`,
		Example: `  sudo slul core -o /usr/lib/slul/core.so`,
		Args:    takes(false),
		RunE: func(*cobra.Command, []string) error {
			p, err := compiler.Core(o)
			if err != nil {
				return err
			}
			return elfimage.WriteFile(out, p.File, 0o644)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`")
	c.MarkFlagRequired("output")
	c.Flags().BoolVar(&o.Strip, "strip", false, "no symbols, sections and debug information")
	targetFlag(c, &o.Target)
	return c
}
