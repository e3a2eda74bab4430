package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"slul/doctor"
	"slul/elfimage"
)

// newInspect is "slul inspect": what a file is.
func newInspect() *cobra.Command {
	var asJSON, offset bool
	c := &cobra.Command{
		Use:   "inspect [flags] FILE",
		Short: "Say what a file is, how it starts, and what it asks for",
		Long: `Show how FILE is started, by which loader, where its entry, segments and libraries
are, and what a SLUL program asks to be given: that is all that it can do.
Nothing of the file is run, and a damaged file is refused.

A program with --start=shebang has its ELF file behind a "#!" line, where tools do not
look: --elf-offset prints where, and slul unwrap writes it to a file of its own.`,
		Example: `  slul inspect ./hello
  tail -c +$(($(slul inspect --elf-offset ./hello) + 1)) ./hello | readelf -a /dev/stdin
  slul inspect --json ./hello | jq .services`,
		Args: takes(false, "FILE"),
		RunE: func(c *cobra.Command, args []string) error {
			return inspect(c.OutOrStdout(), args[0], asJSON, offset)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs instead of people")
	c.Flags().BoolVar(&offset, "elf-offset", false, "print only at which byte the ELF file begins")
	c.MarkFlagsMutuallyExclusive("json", "elf-offset")
	return c
}

func inspect(w io.Writer, path string, asJSON, offset bool) error {
	f, info, err := openFile(path)
	if err != nil {
		return err
	}
	if offset {
		_, err := fmt.Fprintln(w, f.Offset)
		return err
	}
	loader := ""
	if s, err := verifyStub(f); err == nil {
		loader = s.RTLD
	}
	d := f.Describe(loader)
	for _, a := range doctor.Advice(path, f.Start, info) {
		d.Advice = append(d.Advice, a.Line())
	}
	if !asJSON {
		return d.WriteText(w)
	}
	return writeJSON(w, d)
}

// openFile reads and parses a file. That it cannot be read is exit code 1, that it is
// bad is 5.
func openFile(path string) (*elfimage.File, os.FileInfo, error) {
	data, info, err := readFile(path)
	if err != nil {
		return nil, nil, err
	}
	f, err := elfimage.Parse(data)
	if err != nil {
		return nil, nil, imageError(fmt.Errorf("%s: %w", path, err))
	}
	return f, info, nil
}

// readFile is all of a regular file. A pipe or device, which may never end, is not
// read at all.
func readFile(path string) ([]byte, os.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: not a regular file", path)
	}
	data, err := os.ReadFile(path)
	return data, info, err
}
