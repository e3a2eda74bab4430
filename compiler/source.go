package compiler

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"slul/compiler/module"
	"slul/compiler/syntax"
)

// maxSource is the most that one source file may hold, in bytes. A program is written
// by people; what is larger was named by mistake (a device, an image), and all later
// stages may count offsets and lines in 32 bits.
const maxSource = 16 << 20

// source is the text of one file.
type source struct {
	name string // as messages show it
	text []byte
}

// sourcesIndex names the files of a module, one a line, where not all are meant.
const sourcesIndex = "sources.index"

// sources is the files of one module.
type sources struct {
	dir   string  // that they lie in
	name  string  // of the module: of a library; "" of a program
	iface *source // of a library
	files []source

	unsafe bool // some are in the unsafe dialect
}

// readSources finds and reads the module behind path: a .slul file, or a directory, which
// is a library when it has an interface.
func readSources(path string) (*sources, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	list := &sources{dir: filepath.Dir(path)}
	names := []string{path}
	switch {
	case info.IsDir():
		list.dir = path
		if err := list.findInterface(); err != nil {
			return nil, err
		}
		if names, err = moduleFiles(path); err != nil {
			return nil, err
		}
	case filepath.Base(path) == module.FileName:
		return nil, fmt.Errorf("%s: the interface of a library, which is a directory: %s", path, list.dir)
	case filepath.Ext(path) != ".slul":
		return nil, fmt.Errorf("%s: not a .slul file or a directory", path)
	}
	for _, name := range names {
		text, err := readBounded(name)
		if err != nil {
			return nil, err
		}
		list.files = append(list.files, source{name, text})
	}
	return list, nil
}

// findInterface reads the interface, if there is one. The library is called like its
// directory.
func (s *sources) findInterface() error {
	name := filepath.Join(s.dir, module.FileName)
	text, err := readBounded(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	abs, err := filepath.Abs(s.dir)
	if err != nil {
		return err
	}
	s.iface, s.name = &source{name, text}, filepath.Base(abs)
	if !module.IsName(s.name) {
		return fmt.Errorf("%s: a library is called like its directory, and %q is no name: lower case first, then letters, digits and _", s.dir, s.name)
	}
	return nil
}

// moduleFiles lists the source files of a module: those that sources.index names, else
// all of the directory, by name.
func moduleFiles(dir string) ([]string, error) {
	index, err := readBounded(filepath.Join(dir, sourcesIndex))
	switch {
	case err == nil:
		return indexed(dir, string(index))
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		if isSource(e.Name()) && !e.IsDir() && e.Name() != module.FileName {
			found = append(found, filepath.Join(dir, e.Name()))
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no .slul file in this directory", dir)
	}
	return found, nil
}

// isSource says whether a file of this name holds source of a module.
func isSource(name string) bool {
	return filepath.Ext(name) == ".slul" || syntax.KindOf(name) == syntax.KindUnsafe
}

// allowUnsafe refuses files in the unsafe dialect where they were not asked for. They can
// do anything, so the loader takes such a library from the system's directory alone.
func (s *sources) allowUnsafe(isAllowed bool) error {
	for _, file := range s.files {
		switch {
		case syntax.KindOf(file.name) != syntax.KindUnsafe:
			continue
		case s.iface == nil:
			return fmt.Errorf("%s: the unsafe dialect is for libraries, not for programs", file.name)
		case !isAllowed:
			return fmt.Errorf("%s: the unsafe dialect: --unsafe allows it, and programs then find the library in /usr/lib/slul alone", file.name)
		}
		s.unsafe = true
	}
	return nil
}

// indexed reads sources.index: a path for each line, below the directory; `#` starts a
// comment.
func indexed(dir, text string) (found []string, err error) {
	seen := map[string]bool{}
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		name := filepath.Base(line)
		switch {
		case line == "":
			continue
		case name == module.FileName:
			return nil, fmt.Errorf("%s:%d: %s is no source: it is always read", filepath.Join(dir, sourcesIndex), n+1, name)
		case !filepath.IsLocal(line) || !isSource(line):
			return nil, fmt.Errorf("%s:%d: not the name of a .slul file below this directory: %s", filepath.Join(dir, sourcesIndex), n+1, line)
		case seen[name]:
			return nil, fmt.Errorf("%s:%d: a second file called %s", filepath.Join(dir, sourcesIndex), n+1, name)
		}
		seen[name] = true
		found = append(found, filepath.Join(dir, line))
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no file in it", filepath.Join(dir, sourcesIndex))
	}
	return found, nil
}

func readBounded(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe must not hold us up
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	text := bytes.NewBuffer(make([]byte, 0, min(info.Size(), maxSource)+bytes.MinRead)) // room to see the end
	if _, err := text.ReadFrom(io.LimitReader(f, maxSource+1)); err != nil {
		return nil, err
	}
	if text.Len() > maxSource {
		return nil, errors.New(path + ": longer than 16 MiB, which is no program")
	}
	return text.Bytes(), nil
}
