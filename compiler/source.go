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

// readSource finds and reads the program behind path: a .slul file, or a directory
// with exactly one.
func readSource(path string) (source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return source{}, err
	}
	if info.IsDir() {
		if path, err = onlySource(path); err != nil {
			return source{}, err
		}
	} else if filepath.Ext(path) != ".slul" {
		return source{}, fmt.Errorf("%s: not a .slul file or a directory", path)
	}
	text, err := readBounded(path)
	return source{path, text}, err
}

// onlySource is the one source file of a directory.
func onlySource(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".slul" && !e.IsDir() {
			found = append(found, e.Name())
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%s: no .slul file in this directory", dir)
	case 1:
		return filepath.Join(dir, found[0]), nil
	}
	return "", fmt.Errorf("%s: %d .slul files (%s); this version of the compiler builds programs of one file",
		dir, len(found), strings.Join(found[:min(len(found), 5)], ", "))
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
