package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slul/elfimage"
	"slul/stubgen"
)

// newStub is "slul stub": the start-up stub alone.
func newStub() *cobra.Command {
	var target, rtld, format string
	c := &cobra.Command{
		Use:   "stub [flags]",
		Short: "Print the start-up stub, or verify that of a program",
		Long: `Print the start-up stub that slul build puts into a program: as raw bytes, as hex
digits, as a listing with offset and size of each instruction and string, or as
JSON. A stub is only given out when it was proved to write no memory.`,
		Example: `  slul stub --format bin | wc -c
  slul stub --format asm --rtld /opt/slul/rtld
  slul stub verify ./hello`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			return printStub(c.OutOrStdout(), target, rtld, format)
		},
	}
	targetFlag(c, &target)
	rtldFlag(c, &rtld)
	c.Flags().StringVar(&format, "format", "asm", "one of "+strings.Join(stubgen.Formats, ", "))
	complete(c, "format", stubgen.Formats)
	c.AddCommand(newStubVerify())
	return c
}

func printStub(w io.Writer, target, rtld, format string) error {
	t, err := stubgen.Lookup(target)
	if err != nil {
		return err
	}
	rtld, err = stubgen.LoaderPath(t, elfimage.StartRt0, rtld)
	if err != nil {
		return err
	}
	s, err := stubgen.Generate(t, rtld)
	if err != nil {
		return imageError(err)
	}
	return stubgen.Format(w, s, format)
}

// newStubVerify is "slul stub verify": proves the stub of any program.
func newStubVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "Prove that a program's stub keeps the rules",
		Long: `Find the start-up stub in FILE and prove from its bytes alone that it writes no
memory, makes no system call but its own five, and relies on nothing but the
stack pointer; print which loader it starts. The proof does not look at the rest
of the file, and never runs it.`,
		Example: `  slul stub verify ./hello`,
		Args:    takes(false, "FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			f, _, err := openFile(args[0])
			if err != nil {
				return err
			}
			s, err := verifyStub(f)
			if err != nil {
				return imageError(fmt.Errorf("%s: %w", args[0], err))
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: stub of %d bytes, proved; starts %s\n", args[0], len(s.Bytes), s.RTLD)
			return nil
		},
	}
}

// verifyStub proves the stub of a parsed file.
func verifyStub(f *elfimage.File) (*stubgen.Stub, error) {
	if f.Stub == nil {
		return nil, errors.New("no start-up stub")
	}
	t, err := stubgen.ForMachine(f.Machine)
	if err != nil {
		return nil, err
	}
	return stubgen.Verify(t, bytes.Clone(f.Stub))
}
