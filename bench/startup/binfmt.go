package startup

// Starts through binfmt_misc. For the time of the run an entry is registered that only
// files with an extension of its own can meet, so that our other files start as ever.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"slul/bench/measure"
	"slul/elfimage"

	"golang.org/x/sys/unix"
)

func makeBinfmt(k *kit) (measure.Program, error) {
	p, err := k.hello("hello.slulbench", elfimage.StartNone, "")
	if err != nil {
		return p, err
	}
	return k.extended(p, k.rtld)
}

// extended gives a program an extension that makes the kernel start the loader at rtld.
func (k *kit) extended(p measure.Program, rtld string) (measure.Program, error) {
	if os.Geteuid() != 0 {
		return p, errors.New("only root can register with binfmt_misc")
	}
	name := fmt.Sprint(filepath.Base(rtld), os.Getpid())
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
	line := fmt.Sprintf(":%s:E::%s::%s:PF", name, name, rtld)
	if err := os.WriteFile(filepath.Join(dir, "register"), []byte(line), 0); err != nil {
		return p, fmt.Errorf("cannot register with binfmt_misc: %w", err)
	}
	k.undo(func() { os.WriteFile(filepath.Join(dir, name), []byte("-1"), 0) })
	return p, nil
}
