package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slul/elfimage"
	"slul/stubgen"
)

// newWrap is "slul wrap": shared object -> program.
func newWrap() *cobra.Command {
	var out, entry, rtld string
	c := &cobra.Command{
		Use:   "wrap LIB.so -o FILE",
		Short: "Make a freestanding shared object directly executable",
		Long: `Write FILE: the shared object LIB.so with a start-up stub added, so that ./FILE
starts it through the loader. Nothing that the object needs is moved, and its
debug information survives. It must need no libc; it starts at the symbol given
by --entry, else at _start, else at its own e_entry, with the stack as the kernel
leaves it.`,
		Example: `  gcc -shared -fPIC -nostdlib -o thing.so thing.c
  slul wrap thing.so -o thing --entry thing_main`,
		Args: takes(false, "LIB.so"),
		RunE: func(c *cobra.Command, args []string) error {
			return wrap(args[0], out, stubgen.WrapOptions{Entry: entry, Rtld: rtld}, c.ErrOrStderr())
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`")
	c.MarkFlagRequired("output")
	c.Flags().StringVar(&entry, "entry", "", "start at this `SYMBOL`")
	rtldFlag(c, &rtld)
	return c
}

func wrap(lib, out string, o stubgen.WrapOptions, stderr io.Writer) error {
	if err := checkRtld(o.Rtld); err != nil {
		return err
	}
	if err := apart(lib, out); err != nil {
		return err
	}
	so, _, err := readFile(lib)
	if err != nil {
		return err
	}
	program, err := stubgen.Wrap(so, o)
	if err != nil {
		return imageError(fmt.Errorf("%s: %w", lib, err))
	}
	if err := elfimage.WriteFile(out, program, 0o777); err != nil {
		return err
	}
	rtld, err := loaderOf(program)
	if err != nil {
		return imageError(err)
	}
	warnMissing(stderr, out, rtld)
	return nil
}

// loaderOf is the path in a program's stub.
func loaderOf(program []byte) (string, error) {
	f, err := elfimage.Parse(program)
	if err != nil {
		return "", err
	}
	s, err := verifyStub(f)
	if err != nil {
		return "", err
	}
	return s.RTLD, nil
}
