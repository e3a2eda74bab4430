package objects

// The program, and the whole set. The program adds what the first function of each
// library gives and compares the sum; its status is 0 when it is right and 1 when not.

import (
	"fmt"
	"os"
	"path/filepath"

	. "slul/asm/amd64"
	"slul/elfimage"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// Set is a program with its libraries, in a folder.
type Set struct {
	dir   string
	image *elfimage.Image

	Libraries []string // paths
	Bound     int      // relocations that name a symbol, of all files
	Bytes     int64    // of the libraries
}

// Make writes the libraries of a set into dir. The programs are written by Native and
// Foreign.
func Make(dir string, s Shape) (*Set, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	set := &Set{dir: dir}
	libs := plan(s)
	for i := range libs {
		data, err := libs[i].file(s, i == 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", libs[i].soname, err)
		}
		path := filepath.Join(dir, libs[i].soname)
		if err := os.WriteFile(path, data, 0o755); err != nil {
			return nil, err
		}
		set.Libraries = append(set.Libraries, path)
		set.Bound += len(libs[i].imports)
		set.Bytes += int64(len(data))
	}
	set.image = program(s, libs)
	for _, sym := range set.image.Symbols {
		if sym.Section == elfimage.Undef {
			set.Bound++
		}
	}
	return set, nil
}

// program keeps the sum in rbx.
func program(s Shape, libs []library) *elfimage.Image {
	var imports []string
	var needed []string
	var sum uint32
	a := New()
	a.Label(tiny.Start)
	a.Op(XORL, RBX, RBX)
	for i, l := range libs {
		needed = append(needed, l.soname)
		names := l.exports[:s.imported(i)]
		imports = append(imports, names...)
		sum += l.sum
		called := 1
		if s.All {
			called = len(names)
		}
		for k, name := range names[:called] {
			a.Op(CALLIND, Sym{Name: name})
			a.Op(ADDL, RBX, RAX)
			if k > 0 {
				sum += answer(name)
			}
		}
	}
	if len(libs) == 0 {
		addTable(a, s)
	}
	a.Op(XORL, RDI, RDI)
	a.Op(CMPL, RBX, Imm(int32(sum)))
	a.Op(SETcc(CondNE), RDI)
	tiny.Call(a, unix.SYS_EXIT_GROUP)

	im := tiny.Image(tiny.Must(a))
	// even without libraries: glibc and musl fault without a dynamic section
	im.Needed, im.Runpath, im.Strip = needed, Runpath, s.Strip
	if len(libs) == 0 {
		fillTable(im, s)
	}
	im.Notes = []elfimage.Note{roomNote()}
	addImports(im, imports)
	return im
}

// Native writes the program as our own loader starts it, and gives its path.
func (s *Set) Native(name, rtld string) (string, error) {
	data, err := tiny.Build(s.image, rtld)
	if err != nil {
		return "", err
	}
	return s.Write(name, data)
}

// Foreign writes the same program for the loader at interp.
func (s *Set) Foreign(name, interp string) (string, error) {
	data, err := tiny.Build(s.image, "/unused")
	if err != nil {
		return "", err
	}
	if data, err = foreign(data, interp); err != nil {
		return "", err
	}
	return s.Write(name, data)
}

// Write writes another program of the set, and gives its path.
func (s *Set) Write(name string, data []byte) (string, error) {
	path := filepath.Join(s.dir, name)
	return path, os.WriteFile(path, data, 0o755)
}
