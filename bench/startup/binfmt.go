package startup

// Starts through binfmt_misc. For the time of the run an entry is registered that only
// files with an extension of its own can meet, so that our other files start as ever.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"slul/bench/measure"
	"slul/binfmt"
	"slul/elfimage"

	"golang.org/x/sys/unix"
)

// makeBinfmt is for one of our two entries, whose flags say whether the kernel opens the program for
// the loader.
func makeBinfmt(flags string) func(k *kit) (measure.Program, error) {
	return func(k *kit) (measure.Program, error) {
		p, err := k.hello("hello-binfmt", elfimage.StartNone, "")
		if err != nil {
			return p, err
		}
		return k.extended(p, "slul"+flags, k.rtld, flags)
	}
}

// extended gives a program an extension, by which the kernel starts the loader at rtld.
func (k *kit) extended(p measure.Program, name, rtld, flags string) (measure.Program, error) {
	if os.Geteuid() != 0 {
		return p, errors.New("only root can register with binfmt_misc")
	}
	name = fmt.Sprint(name, os.Getpid())
	old := p.Path
	p.Path = k.path("hello." + name)
	if err := os.Rename(old, p.Path); err != nil {
		return p, err
	}
	dir := k.path(name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return p, err
	}
	if err := unix.Mount("binfmt_misc", dir, "binfmt_misc", 0, ""); err != nil {
		return p, fmt.Errorf("cannot mount binfmt_misc: %w", err)
	}
	k.undo(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	e := binfmt.Entry{Name: name, Extension: name, Interpreter: rtld, Flags: flags}
	if err := os.WriteFile(filepath.Join(dir, "register"), []byte(e.Line()), 0); err != nil {
		return p, fmt.Errorf("cannot register with binfmt_misc: %w", err)
	}
	k.undo(func() { os.WriteFile(filepath.Join(dir, name), []byte("-1"), 0) })
	return p, nil
}
