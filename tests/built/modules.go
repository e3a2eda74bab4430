package built

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"slul/compiler"
	"slul/elfimage"
)

// Modules is a folder with modules, a loader, and what was built of them.
type Modules struct {
	T         testing.TB
	Dir, Rtld string
}

// NewModules puts the loader into a folder that goes with the test.
func NewModules(t testing.TB) Modules {
	t.Helper()
	c := New(t)
	return Modules{t, c.dir, c.rtld}
}

// Write writes a file below the folder.
func (k Modules) Write(name string, data []byte, mode os.FileMode) {
	k.T.Helper()
	path := filepath.Join(k.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		k.T.Fatal(err)
	}
	if err := elfimage.WriteFile(path, data, mode); err != nil {
		k.T.Fatal(err)
	}
}

// Library writes the files of a library, locks and builds it.
func (k Modules) Library(name, iface, source string) {
	k.T.Helper()
	k.Write(name+"/interface.slul", []byte(iface), 0o644)
	k.Write(name+"/toplevels.slul", []byte(source), 0o644)
	k.Lock(name)
	k.Build(name, compiler.Options{})
}

// Lock writes the lock files of a library.
func (k Modules) Lock(name string) {
	k.T.Helper()
	files, err := compiler.Lock(filepath.Join(k.Dir, name), compiler.Options{Interfaces: []string{k.Dir}})
	if err != nil {
		k.T.Fatal(err)
	}
	for _, f := range files {
		if err := elfimage.WriteFile(f.Path, f.Text, 0o644); err != nil {
			k.T.Fatal(err)
		}
	}
}

// Build builds a module of the folder into it, and gives the path.
func (k Modules) Build(name string, o compiler.Options) string {
	k.T.Helper()
	if o.Rtld == "" {
		o.Rtld = k.Rtld
	}
	o.Interfaces, o.Runpath, o.Warnings = append(o.Interfaces, k.Dir), "$ORIGIN", io.Discard
	p, err := compiler.Build(filepath.Join(k.Dir, name), o)
	if err != nil {
		k.T.Fatalf("%s: %v", name, err)
	}
	k.Write(p.Name, p.File, 0o755)
	return filepath.Join(k.Dir, p.Name)
}
