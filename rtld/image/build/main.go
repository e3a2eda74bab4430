// Command build makes the loader images that package image embeds:
//
//	go run ./rtld/image/build
//
// It writes rtld/image/slulrtld-<arch> and its ledger, slulrtld-<arch>.map. Run it
// in the folder of the module after every change to package rtld.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"slul/rtld/shrink"
)

func main() {
	if err := build(filepath.Join("rtld", "image")); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

// build makes the image of each architecture in folder dir.
func build(dir string) error {
	for _, arch := range []string{"x86_64"} {
		r, err := shrink.Loader(dir, arch)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, "slulrtld-"+arch)
		if err := os.WriteFile(name, r.File, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name+".map", []byte(r.Map), 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d bytes, %d used, %d of stack\n", name, len(r.File), r.Used, r.Stack)
	}
	return nil
}
