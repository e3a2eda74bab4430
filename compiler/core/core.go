package core

import (
	"embed"
	"io/fs"
)

//go:embed *.slul *.slunsafe
var files embed.FS

// Source is one file of the core library.
type Source struct {
	Name string // "run.slunsafe"
	Text []byte
}

// Sources gives the core library's files, by name.
func Sources() []Source {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		panic("bug: core: " + err.Error())
	}
	sources := make([]Source, 0, len(entries))
	for _, e := range entries {
		text, err := files.ReadFile(e.Name())
		if err != nil {
			panic("bug: core: " + err.Error())
		}
		sources = append(sources, Source{e.Name(), text})
	}
	return sources
}
