package main

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"slul/doctor"
)

// What to type instead stands behind the cause of an error, where it can be known.

// typed is a command with the flags that it was given, to be typed again.
func typed(c *cobra.Command) string {
	words := []string{c.CommandPath()}
	c.Flags().Visit(func(f *pflag.Flag) {
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand
		}
		words = append(words, name)
		if f.Value.Type() != "bool" {
			words = append(words, doctor.Shell(f.Value.String()))
		}
	})
	return strings.Join(words, " ")
}

// asRoot adds to an error about rights the command line that has them.
func asRoot(err error, c *cobra.Command) error {
	if !errors.Is(err, fs.ErrPermission) || os.Geteuid() == 0 {
		return err
	}
	return fmt.Errorf("%w: %s", err, doctor.AsRoot(typed(c)))
}

// elsewhere adds to an error about the place of the output how to choose another one.
func elsewhere(err error) error {
	if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EROFS) {
		return err
	}
	return fmt.Errorf("%w: choose another place with -o FILE", err)
}

// notProgram refuses a finished program where source is wanted.
func notProgram(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil // who reads the source says why
	}
	defer f.Close()
	head := make([]byte, len(elf.ELFMAG))
	if _, err := io.ReadFull(f, head); err != nil || !bytes.Equal(head, []byte(elf.ELFMAG)) {
		return nil
	}
	start := path
	if !strings.Contains(path, "/") {
		start = "./" + path
	}
	return fmt.Errorf("%s: is a finished file, not source: to start it: %s, or runslul %s", path, start, path)
}

// runHint is what somebody wants who gives a file to slul alone; "" when there is no such file.
func runHint(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() && filepath.Ext(path) != ".slul" {
		return ""
	}
	return "; to compile and run it: slul run " + path
}
