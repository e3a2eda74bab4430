package compiler

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
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

// readSources finds and reads the program behind path: a .slul file, or a directory with
// the files of one module.
func readSources(path string) ([]source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	names := []string{path}
	if info.IsDir() {
		if names, err = moduleFiles(path); err != nil {
			return nil, err
		}
	} else if filepath.Ext(path) != ".slul" {
		return nil, fmt.Errorf("%s: not a .slul file or a directory", path)
	}
	var list []source
	for _, name := range names {
		text, err := readBounded(name)
		if err != nil {
			return nil, err
		}
		list = append(list, source{name, text})
	}
	return list, nil
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
		if filepath.Ext(e.Name()) == ".slul" && !e.IsDir() {
			found = append(found, filepath.Join(dir, e.Name()))
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no .slul file in this directory", dir)
	}
	return found, nil
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
		case !filepath.IsLocal(line) || filepath.Ext(line) != ".slul":
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
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxSource {
		return nil, errors.New(path + ": longer than 16 MiB, which is no program")
	}
	return text, nil
}
