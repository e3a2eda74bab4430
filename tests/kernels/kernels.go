// Package kernels holds small programs that compute, each in SLUL and in C, most in Go too:
// all forms of one say the same. bench/code compares their times.
package kernels

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"slul/compiler"
	"slul/elfimage"
	"slul/rtld/image"
)

//go:embed testdata
var sources embed.FS

// Standard are the kernels of which geometric means are taken. Every form has them.
var Standard = []string{"sieve", "fannkuch", "nqueens", "matmul", "sha256", "base64", "words", "sort"}

// Names gives all kernels in order.
func Names() (names []string) {
	files, err := sources.ReadDir("testdata")
	if err != nil {
		panic("bug: kernels: " + err.Error())
	}
	for _, f := range files {
		if name, ok := strings.CutSuffix(f.Name(), ".slul"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Form is a way to make a program of a kernel.
type Form struct {
	Name string
	ext  string                                        // of its source
	tool string                                        // what it needs on the machine, "" for nothing
	make func(f *Form, dir, source, path string) error // from the source file to the program; dir has our loader
	args []string                                      // of the tool
}

// Forms are the ways; others are measured against Base.
var Forms = []*Form{
	{Name: "slul", ext: ".slul", make: makeSlul},
	{Name: Base, ext: ".c", tool: "gcc", args: []string{"-O1"}, make: makeByTool},
	{Name: "gcc-O2", ext: ".c", tool: "gcc", args: []string{"-O2"}, make: makeByTool},
	{Name: "tcc", ext: ".c", tool: "tcc", make: makeByTool},
	{Name: "go", ext: ".go", tool: "go", args: []string{"build"}, make: makeByTool},
}

// Base is the name of the form that ratios are taken to.
const Base = "gcc-O1"

const loaderName = "rtld"

func makeSlul(_ *Form, dir, source, path string) error {
	p, err := compiler.Build(source, compiler.Options{Rtld: filepath.Join(dir, loaderName)})
	if err != nil {
		return err
	}
	return elfimage.WriteFile(path, p.File, 0o755)
}

func makeByTool(f *Form, _, source, path string) error {
	out, err := exec.Command(f.tool, append(slices.Clone(f.args), "-o", path, source)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", f.tool, err, out)
	}
	return nil
}

// IsHere says whether the machine has what the form needs.
func (f *Form) IsHere() bool {
	if f.tool == "" {
		return true
	}
	_, err := exec.LookPath(f.tool)
	return err == nil
}

// Has says whether there is source of the kernel for the form.
func (f *Form) Has(kernel string) bool {
	_, err := sources.ReadFile("testdata/" + kernel + f.ext)
	return err == nil
}

// Prepare puts the loader that programs of ours name into dir. Its path, with what Build
// adds, must be one that a stub can hold.
func Prepare(dir string) error {
	loader, err := image.For("x86_64")
	if err != nil {
		return err
	}
	return elfimage.WriteFile(filepath.Join(dir, loaderName), loader, 0o755)
}

// Build makes the kernel's program in dir, which Prepare has seen, and gives its path.
func (f *Form) Build(dir, kernel string) (path string, err error) {
	text, err := sources.ReadFile("testdata/" + kernel + f.ext)
	if err != nil {
		return "", err
	}
	source := filepath.Join(dir, strings.ToUpper(kernel[:1])+kernel[1:]+f.ext)
	if err := os.WriteFile(source, text, 0o644); err != nil {
		return "", err
	}
	path = filepath.Join(dir, kernel+"-"+f.Name)
	return path, f.Compile(dir, source, path)
}

// Compile makes a program of a source file; dir is one that Prepare has seen.
func (f *Form) Compile(dir, source, path string) error {
	if err := f.make(f, dir, source, path); err != nil {
		return fmt.Errorf("%s as %s: %w", filepath.Base(source), f.Name, err)
	}
	return nil
}

// Lookup gives a form by its name.
func Lookup(name string) *Form {
	i := slices.IndexFunc(Forms, func(f *Form) bool { return f.Name == name })
	if i < 0 {
		panic("bug: kernels: no form " + name)
	}
	return Forms[i]
}
