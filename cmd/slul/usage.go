package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What is wrong with a command line is said in one line that names the command, in
// words of the help text. cobra's own messages count "arg(s)", and some of its mistakes
// end with status 0.

// takes makes a command refuse all but one argument for each name; with rest, any
// number may follow.
func takes(rest bool, names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usageError(c, names[len(args)]+" is missing")
		case len(args) > len(names) && !rest:
			return usageError(c, fmt.Sprintf("%q is one argument too many", args[len(names)]))
		}
		return nil
	}
}

// givenFlags refuses a flag with an empty value, which mostly is a variable of a
// script that was not set, and a command without its -o.
func givenFlags(c *cobra.Command, _ []string) (err error) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		empty := f.Value.String() == "" || f.Value.String() == "[]"
		switch {
		case err != nil || !empty:
		case f.Changed:
			err = usageError(c, "--"+f.Name+" is empty")
		case f.Annotations[cobra.BashCompOneRequiredFlag] != nil:
			err = usageError(c, "-"+f.Shorthand+" FILE is missing")
		}
	})
	return err
}

// words refuses what is no command of c, which itself does nothing.
func words(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	text := fmt.Sprintf("%q is no command", args[0])
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	} else if !c.HasParent() {
		text += runHint(args[0])
	}
	return usageError(c, text)
}

// newHelp is "slul help": the text of any command.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND...]",
		Short:   "Explain a command",
		Long:    "Explain a command: what it does, its flags, examples.",
		Example: "  slul help build\n  slul help stub verify",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageError(c, fmt.Sprintf("%q is no command", strings.Join(args, " ")))
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) (found []cobra.Completion, _ cobra.ShellCompDirective) {
			about, rest, err := c.Root().Find(args)
			if err == nil && len(rest) == 0 {
				for _, sub := range about.Commands() {
					found = append(found, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return found, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

func usageError(c *cobra.Command, text string) error {
	return fmt.Errorf("%s (see %s)", text, helpFor(c))
}

// helpFor is the command line that explains c: "slul help stub verify".
func helpFor(c *cobra.Command) string {
	name, rest, _ := strings.Cut(c.CommandPath(), " ")
	return strings.TrimSpace(name + " help " + rest)
}

// plain says "FILE: no such file or directory" for the errors of looking at a file,
// which Go words as "stat FILE: …".
func plain(err error) error {
	if e, ok := err.(*fs.PathError); ok && (e.Op == "stat" || e.Op == "open" || e.Op == "read") {
		return fmt.Errorf("%s: %w", e.Path, e.Err)
	}
	return err
}

// cause is the error without the file's name and the system call.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// apart refuses to write the output over the input.
func apart(in, out string) error {
	a, errIn := os.Stat(in)
	b, errOut := os.Stat(out)
	if errIn == nil && errOut == nil && os.SameFile(a, b) {
		return errors.New(out + ": the output would replace the input")
	}
	return nil
}
