package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slul/binfmt"
	"slul/doctor"
	"slul/stubgen"
)

// newBinfmt is "slul binfmt": how the kernel starts SLUL programs through their loader at
// once.
func newBinfmt() *cobra.Command {
	c := &cobra.Command{
		Use:   "binfmt",
		Short: "Let the kernel start SLUL programs without their stub",
		Long: `With two entries in binfmt_misc the kernel starts the loader at once when somebody
runs a SLUL program: by the mark in its first bytes, or by the extension .slulb.
That saves an exec, needs no /proc, and starts programs that may not be read.

In a user namespace of its own (Linux 6.7), the entries count for that namespace.`,
		Example: `  slul binfmt status
  sudo slul binfmt register`,
		RunE: words,
	}
	c.AddCommand(newBinfmtPrint(), newBinfmtRegister(), newBinfmtUnregister(), newBinfmtStatus())
	return c
}

// ourEntries are the entries for a target and a loader, "" for the usual one.
func ourEntries(target, rtld string) ([]binfmt.Entry, error) {
	t, err := stubgen.Lookup(target)
	if err != nil {
		return nil, err
	}
	return binfmt.Ours(t, cmp.Or(rtld, t.RTLD))
}

func newBinfmtPrint() *cobra.Command {
	var target, rtld string
	c := &cobra.Command{
		Use:   "print",
		Short: "Print the entries as a file for binfmt.d",
		Long: `Print the two entries in the form of binfmt.d(5): in a file below
/etc/binfmt.d or /usr/lib/binfmt.d they are registered at each boot.`,
		Example: `  slul binfmt print | sudo tee /etc/binfmt.d/slul.conf`,
		Args:    takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			t, err := stubgen.Lookup(target)
			if err != nil {
				return err
			}
			text, err := binfmt.Conf(t, cmp.Or(rtld, t.RTLD))
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.OutOrStdout(), text)
			return err
		},
	}
	targetFlag(c, &target)
	rtldFlag(c, &rtld)
	return c
}

func newBinfmtRegister() *cobra.Command {
	var target, rtld, dir string
	c := &cobra.Command{
		Use:   "register",
		Short: "Make the entries, until the next boot",
		Long: `Make the two entries, and mount binfmt_misc where it is not mounted. Entries that are
there are replaced: the kernel holds the loader as it was when they were made, so
do it again after an update of the loader.`,
		Example: `  sudo slul binfmt register`,
		Args:    takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := ourEntries(target, rtld)
			if err != nil {
				return err
			}
			d, err := binfmt.Mount(dir)
			if err != nil {
				return asRoot(err, c)
			}
			for _, e := range list {
				err := d.Register(e)
				if i := (*binfmt.InterpreterError)(nil); errors.As(err, &i) {
					return fmt.Errorf("%w: %s", err, doctor.Install(defaultTarget(), i.Path, false))
				}
				if err != nil {
					return asRoot(err, c)
				}
				fmt.Fprintf(c.OutOrStdout(), "registered %s: %s runs %s\n", e.Name, whatFor(e), e.Interpreter)
			}
			return nil
		},
	}
	targetFlag(c, &target)
	rtldFlag(c, &rtld)
	dirFlag(c, &dir)
	return c
}

func whatFor(e binfmt.Entry) string {
	if e.Extension != "" {
		return "a file with extension ." + e.Extension
	}
	return "a SLUL program"
}

func newBinfmtUnregister() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:     "unregister",
		Short:   "Remove the entries",
		Long:    `Remove the two entries, if they are there. Programs start by their stub then.`,
		Example: `  sudo slul binfmt unregister`,
		Args:    takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := binfmt.Open(dir)
			if errors.Is(err, binfmt.ErrNotMounted) {
				return nil
			}
			if err != nil {
				return err
			}
			for _, name := range []string{binfmt.MagicName, binfmt.ExtensionName} {
				was, err := d.Unregister(name)
				if err != nil {
					return asRoot(err, c)
				}
				if was {
					fmt.Fprintf(c.OutOrStdout(), "removed %s\n", name)
				}
			}
			return nil
		},
	}
	dirFlag(c, &dir)
	return c
}

func newBinfmtStatus() *cobra.Command {
	var target, rtld, dir string
	var asJSON bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Tell which entries are there, and what is wrong with others",
		Long: `Show whether our entries are there, what this kernel's binfmt_misc can do, and warn of
entries of others that would catch SLUL programs, or that give an interpreter the
rights of set-user-ID files.`,
		Example: `  slul binfmt status
  slul binfmt status --json | jq .warnings`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			ours, err := ourEntries(target, rtld)
			if err != nil {
				return err
			}
			s, err := binfmt.Look(dir, ours)
			if err != nil {
				return err
			}
			if !asJSON {
				return writeStatus(c.OutOrStdout(), s)
			}
			return writeJSON(c.OutOrStdout(), s)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "for programs instead of people")
	targetFlag(c, &target)
	rtldFlag(c, &rtld)
	dirFlag(c, &dir)
	return c
}

func dirFlag(c *cobra.Command, dir *string) {
	c.Flags().StringVar(dir, "dir", binfmt.DefaultDir, "where binfmt_misc is mounted")
}

// writeStatus is a fact a line.
func writeStatus(w io.Writer, s *binfmt.Status) error {
	var b strings.Builder
	register := doctor.AsRoot("slul binfmt register")
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	switch {
	case !s.Mounted:
		line("binfmt_misc", "not mounted at %s (%s mounts it)", s.Dir, register)
	case !s.Enabled:
		line("binfmt_misc", "%s, switched off (echo 1 | sudo tee %s/status)", s.Dir, s.Dir)
	default:
		line("binfmt_misc", "%s", s.Dir)
	}
	for _, e := range s.Entries {
		state := "not registered (" + register + ")"
		if e.Registered {
			state = fmt.Sprintf("%s, flags %s", e.Interpreter, e.Flags)
		}
		if e.Disabled {
			state += ", switched off"
		}
		line(e.Name, "%s", state)
	}
	for _, f := range s.Features {
		state := map[bool]string{true: "yes", false: "no"}[f.Has]
		if !f.Known {
			state = "only root can find out"
		}
		line(f.Name, "%s: %s", state, f.Meaning)
	}
	for _, w := range s.Warnings {
		line("warning", "%s: %s", w.Text, doctor.SwitchOff(s.Dir, w))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
