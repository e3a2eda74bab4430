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
	var out, start string
	var o stubgen.WrapOptions
	c := &cobra.Command{
		Use:   "wrap LIB.so -o FILE",
		Short: "Make a freestanding shared object directly executable",
		Long: `Write FILE: the shared object LIB.so with a start-up stub added, so that ./FILE
starts it through the loader, or with what another --start wants (slul help build). Nothing that the object needs is moved, and its
debug information survives. It must need no libc; it starts at the symbol given
by --entry, else at _start, else at its own e_entry, with the stack as the kernel
leaves it.`,
		Example: `  gcc -shared -fPIC -nostdlib -o thing.so thing.c
  slul wrap thing.so -o thing --entry thing_main`,
		Args: takes(false, "LIB.so"),
		RunE: func(c *cobra.Command, args []string) error {
			return wrap(args[0], out, start, o, c.ErrOrStderr())
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`")
	c.MarkFlagRequired("output")
	c.Flags().StringVar(&o.Entry, "entry", "", "start at this `SYMBOL`")
	rtldFlag(c, &o.Rtld)
	startFlag(c, &start)
	return c
}

func wrap(lib, out, start string, o stubgen.WrapOptions, stderr io.Writer) error {
	var err error
	if o.Start, err = stubgen.ParseStart(start); err != nil {
		return err
	}
	if err := checkRtld(o.Start, o.Rtld); err != nil {
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
	if rtld != "" {
		warnMissing(stderr, out, rtld)
	}
	return nil
}

// loaderOf is the path of the loader in a program; "" when it has none.
func loaderOf(program []byte) (string, error) {
	f, err := elfimage.Parse(program)
	if err != nil || f.Start != elfimage.StartRt0 {
		return f.Interp, err
	}
	s, err := verifyStub(f)
	if err != nil {
		return "", err
	}
	return s.RTLD, nil
}

// newUnwrap is "slul unwrap": a program behind a "#!" line -> the ELF file alone.
func newUnwrap() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "unwrap PROGRAM -o FILE",
		Short: "Take the ELF file out of a program with a #! line",
		Long: `Write FILE: the ELF file that lies behind the "#!" line of PROGRAM, which was built
with --start=shebang. gdb, readelf, objdump and strip read FILE, and runslul
starts it; as to the loader it is the same program.`,
		Example: `  slul unwrap hello -o hello.slulb
  readelf -a hello.slulb
  gdb --args runslul hello.slulb`,
		Args: takes(false, "PROGRAM"),
		RunE: func(_ *cobra.Command, args []string) error {
			return unwrap(args[0], out)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`")
	c.MarkFlagRequired("output")
	return c
}

func unwrap(program, out string) error {
	if err := apart(program, out); err != nil {
		return err
	}
	f, info, err := openFile(program)
	if err != nil {
		return err
	}
	if f.Start != elfimage.StartShebang {
		return imageError(fmt.Errorf("%s: no #! line before it: it is an ELF file already", program))
	}
	return elfimage.WriteFile(out, f.ELF(), info.Mode().Perm())
}
