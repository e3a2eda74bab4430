package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"slul/compiler"
	"slul/doctor"
	"slul/elfimage"
	"slul/rtld/image"
	"slul/stubgen"
)

// newDoctor is "slul doctor": why something would not start.
func newDoctor() *cobra.Command {
	var target, rtld string
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor [flags] [PROGRAM]",
		Short: "Find out why programs would not start, and how to mend it",
		Long: `Look at all that a program needs to start: kernel, /proc, the loader and who can
change it, where libraries are looked for, limits, mounts, filters. With PROGRAM,
also at that file: how it starts, for which CPU, who may run it, its libraries,
and what matters when it has the set-user-ID bit. PROGRAM is never run.

Each finding that is not ok says what happens because of it and the command that
mends it. The exit code is 1 when something would fail, else 0.`,
		Example: `  slul doctor
  slul doctor ./hello
  slul doctor --json ./hello | jq -r '.findings[].mend | select(. != null)'`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return takes(false, "PROGRAM")(c, args)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			p, err := patient(target, rtld)
			if err != nil {
				return err
			}
			if len(args) > 0 {
				p.Program = args[0]
			}
			return examine(c.OutOrStdout(), p, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs instead of people")
	targetFlag(c, &target)
	rtldFlag(c, &rtld)
	return c
}

// patient is all but the program.
func patient(target, rtld string) (doctor.Patient, error) {
	t, err := stubgen.Lookup(target)
	if err != nil {
		return doctor.Patient{}, err
	}
	rtld, err = stubgen.LoaderPath(t, elfimage.StartRt0, rtld)
	if err != nil {
		return doctor.Patient{}, err
	}
	loader, err := loaderFor(target)
	return doctor.Patient{Target: t, Rtld: rtld, Loader: loader, Version: image.Version, Trial: trial}, err
}

func examine(w io.Writer, p doctor.Patient, asJSON bool) error {
	r := doctor.Examine(p)
	write := r.WriteText
	if asJSON {
		write = r.WriteJSON
	}
	if err := write(w); err != nil {
		return err
	}
	switch n := r.Failures(); n {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("1 finding is a failure")
	default:
		return fmt.Errorf("%d findings are failures", n)
	}
}

// trialSource prints doctor.TrialText.
const trialSource = `service CommandMain "slul-trial"
giveme
    @Console console
end
entry main
code
    console.print "well"
end
`

// trial compiles a program that starts through a loader.
func trial(rtld string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "slul-doctor-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	src := filepath.Join(dir, "Trial.slul")
	if err := os.WriteFile(src, []byte(trialSource), 0o600); err != nil {
		return nil, err
	}
	p, err := compiler.Build(src, compiler.Options{Rtld: rtld, Strip: true, Warnings: io.Discard})
	if err != nil {
		return nil, err
	}
	return p.File, nil
}
