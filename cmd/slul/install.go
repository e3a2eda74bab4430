package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slul/binfmt"
	"slul/compiler"
	"slul/deploy"
	"slul/doctor"
	"slul/elfimage"
	"slul/stubgen"
)

// newInstall is "slul install": all that a machine needs to run and write programs.
func newInstall() *cobra.Command {
	var p deploy.Place
	var o deploy.Options
	var target, rtld string
	c := &cobra.Command{
		Use:   "install [flags]",
		Short: "Install the loader, this command, manual pages and completions",
		Long: `Install all that a machine needs: the loader where programs look for it, runslul,
this command, manual pages and shell completions. One line for each file says what
was done; what is right already is left alone.

A file is complete before it takes its name, so programs that run keep their loader.
What is in the way and was not installed by this command is named, and nothing is
changed. slul uninstall removes what was installed, and nothing else.

Without root, give directories of your own to --prefix and --rtld, or just use
slul run, which needs nothing installed.`,
		Example: `  sudo slul install
  slul install --dry-run
  slul install --prefix ~/.local --rtld ~/.local/lib/slulrtld
  slul install --destdir stage          # for a package`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			o.Report = c.OutOrStdout()
			return install(c, p, o, target, rtld)
		},
	}
	placeFlags(c, &p, &o)
	c.Flags().BoolVar(&o.Force, "force", false, "replace files that were not installed by this command, or were changed")
	targetFlag(c, &target)
	rtldFlag(c, &rtld)
	return c
}

func install(c *cobra.Command, p deploy.Place, o deploy.Options, target, rtld string) error {
	t, err := stubgen.Lookup(target)
	if err != nil {
		return err
	}
	rtld, err = stubgen.LoaderPath(t, elfimage.StartRt0, rtld)
	if err != nil {
		return err
	}
	list, err := installed(c.Root(), p, target, rtld)
	if err != nil {
		return err
	}
	changed, err := deploy.Install(list, p, o)
	if err != nil {
		return rights(err, c, p)
	}
	if !p.IsLive() {
		return nil
	}
	warnExposed(c.ErrOrStderr(), rtld)
	if !o.DryRun && slices.Contains(changed, rtld) {
		return registerAgain(o.Report, target, rtld)
	}
	return nil
}

// warnExposed says who could put another loader in the place of the one that root has
// installed.
func warnExposed(w io.Writer, rtld string) {
	if os.Geteuid() != 0 {
		return // one's own is one's own business
	}
	list, _ := doctor.Exposed(rtld) // as far as it could be followed
	for _, x := range list {
		fmt.Fprintf(w, "slul: warning: %v, and so can replace the loader: %s\n", x, x.Mend)
	}
}

// registerAgain makes the entries of binfmt_misc anew that are there for a loader: the
// kernel holds the file as it was.
func registerAgain(w io.Writer, target, rtld string) error {
	d, there := entriesFor(func(path string) bool { return path == rtld })
	ours, err := ourEntries(target, rtld)
	if err != nil {
		return err
	}
	for _, e := range ours {
		if slices.Contains(there, e.Name) {
			if err := d.Register(e); err != nil {
				return err
			}
			fmt.Fprintf(w, "%-10s %s in binfmt_misc\n", "replaced", e.Name)
		}
	}
	return nil
}

// entriesFor are the names of our entries in binfmt_misc whose loader is wanted.
func entriesFor(wanted func(path string) bool) (d *binfmt.Dir, names []string) {
	d, err := binfmt.Open(binfmt.DefaultDir)
	if err != nil {
		return nil, nil
	}
	list, err := d.List()
	if err != nil {
		return nil, nil
	}
	for _, e := range list {
		if (e.Name == binfmt.MagicName || e.Name == binfmt.ExtensionName) && wanted(e.Interpreter) {
			names = append(names, e.Name)
		}
	}
	return d, names
}

// unregisterGone removes the entries whose loader is no longer there. The kernel still
// holds it, and would start programs for as long as it runs.
func unregisterGone(w io.Writer) error {
	d, names := entriesFor(func(path string) bool {
		_, err := os.Stat(path)
		return errors.Is(err, fs.ErrNotExist)
	})
	for _, name := range names {
		if _, err := d.Unregister(name); err != nil {
			return err
		}
		fmt.Fprintf(w, "%-10s %s from binfmt_misc\n", "removed", name)
	}
	return nil
}

// newUninstall is "slul uninstall".
func newUninstall() *cobra.Command {
	var p deploy.Place
	var o deploy.Options
	c := &cobra.Command{
		Use:   "uninstall [flags]",
		Short: "Remove what slul install has put on a machine",
		Long: `Remove the files that slul install has put there, and the directories that it made
for them. A file that was changed since is named and left, and so is what others
have put into those directories.`,
		Example: `  sudo slul uninstall
  slul uninstall --dry-run
  slul uninstall --prefix ~/.local`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			o.Report = c.OutOrStdout()
			return uninstall(c, p, o)
		},
	}
	placeFlags(c, &p, &o)
	c.Flags().BoolVar(&o.Force, "force", false, "remove files that were changed, too")
	return c
}

// uninstall does not fail where nothing is installed, so that it can be run again.
func uninstall(c *cobra.Command, p deploy.Place, o deploy.Options) error {
	err := deploy.Uninstall(p, o)
	if errors.Is(err, deploy.ErrNothing) {
		fmt.Fprintf(c.ErrOrStderr(), "slul: %v\n", err)
		return nil
	}
	if err == nil && p.IsLive() && !o.DryRun {
		err = unregisterGone(o.Report)
	}
	return rights(err, c, p)
}

func placeFlags(c *cobra.Command, p *deploy.Place, o *deploy.Options) {
	f := c.Flags()
	f.StringVar(&p.Prefix, "prefix", deploy.DefaultPrefix, "`DIR` of all files but the loader")
	f.StringVar(&p.Destdir, "destdir", "", "`DIR` that will be the root directory of a machine, or of a package")
	f.BoolVar(&o.DryRun, "dry-run", false, "say what would be done, and do nothing")
}

// rights says what to type when the user lacks the rights.
func rights(err error, c *cobra.Command, p deploy.Place) error {
	var e *deploy.RightsError
	if !errors.As(err, &e) {
		return err
	}
	text := doctor.AsRoot(typed(c))
	if c.Name() == "install" && p.IsLive() {
		own := doctor.AsRoot("slul install --prefix ~/.local --rtld ~/.local/lib/" + filepath.Base(defaultTarget().RTLD))
		text += ", or without root: " + strings.TrimPrefix(own, "sudo ")
	}
	return fmt.Errorf("%w: %s", err, text)
}

func defaultTarget() *stubgen.Target {
	t, err := stubgen.Lookup(compiler.DefaultTarget)
	if err != nil {
		panic("bug: slul: " + err.Error())
	}
	return t
}
