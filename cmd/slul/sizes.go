package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slul/bench/ledger"
)

// sizeFlags are those of the two commands that print ledgers.
type sizeFlags struct {
	since string
	json  bool
}

func (f *sizeFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.since, "since", "", "show what has changed since the git `REVISION`")
	c.Flags().BoolVar(&f.json, "json", false, "for programs instead of people")
}

func newBenchStub() *cobra.Command {
	var f sizeFlags
	c := &cobra.Command{
		Use:   "stub [flags]",
		Short: "Show the bytes of the start-up stub",
		Long: `List the start-up stub of each target by instruction and string, with sizes. With
--since, set it beside the stub of any git revision that had one; the current folder
must then be in the source tree.`,
		Example: `  slul bench stub
  slul bench stub --since HEAD~20`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.print(c.OutOrStdout(), true, func() (string, []*ledger.Ledger, error) {
				root, _ := ledger.Root() // that there is none is said where one is needed
				list, err := ledger.Stubs()
				return root, list, err
			})
		},
	}
	f.add(c)
	return c
}

func newBenchSizes() *cobra.Command {
	var f sizeFlags
	c := &cobra.Command{
		Use:   "sizes [flags] [LEDGER...]",
		Short: "Show the bytes of stub, loader and examples",
		Long: `List the parts of each thing whose size is watched: the stub, the loader, the
smallest program, hello, all examples. With --since, list what has changed since a git
revision instead. This command makes the programs; the loader is the committed one.`,
		Example: `  slul bench sizes hello
  slul bench sizes --since HEAD~20`,
		Args:      takes(true),
		ValidArgs: ledger.Kinds(),
		RunE: func(c *cobra.Command, args []string) error {
			return f.print(c.OutOrStdout(), false, func() (string, []*ledger.Ledger, error) {
				root, err := ledger.Root()
				if err != nil {
					return "", nil, err
				}
				list, err := ledger.Make(root, args...)
				return root, list, err
			})
		},
	}
	f.add(c)
	return c
}

// print writes ledgers, or what has changed in them. all says whether what is the same
// is written too.
func (f *sizeFlags) print(w io.Writer, all bool, work func() (root string, list []*ledger.Ledger, err error)) error {
	root, list, err := work()
	if err != nil {
		return err
	}
	type both struct {
		*ledger.Ledger
		Before *ledger.Ledger `json:"before,omitempty"`
	}
	out := []both{}
	for _, l := range list {
		b := both{Ledger: l}
		if f.since != "" {
			if root == "" {
				_, err := ledger.Root()
				return err
			}
			if b.Before, err = ledger.At(root, f.since, l.Name); err != nil {
				return err
			}
		}
		out = append(out, b)
	}
	if f.json {
		return writeJSON(w, out)
	}
	for i, b := range out {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if b.Before == nil {
			fmt.Fprint(w, b.Ledger)
			continue
		}
		fmt.Fprintf(w, "# %s: %s\n", b.Name, b.What)
		if err := ledger.WriteDiff(w, b.Before, b.Ledger, all); err != nil {
			return err
		}
	}
	return nil
}
