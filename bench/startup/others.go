package startup

// What a user would take instead of our tool chain, where it is there.

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"slul/bench/measure"
)

const helloC = `#include <stdio.h>
int main(void) { puts("Hello, world"); return 0; }
`

const helloGo = `package main

import "os"

func main() { os.Stdout.WriteString("Hello, world\n") }
`

// byC compiles hello in C, as a user would: optimised, without symbols.
func byC(tool string, flags ...string) func(k *kit) (measure.Program, error) {
	return func(k *kit) (measure.Program, error) {
		k.made++
		name := fmt.Sprint("c", k.made)
		args := []string{"-o", k.path(name), k.path("hello.c")}
		if tool != "tcc" { // which has neither
			args = append([]string{"-O2", "-s"}, args...)
		}
		if err := os.WriteFile(k.path("hello.c"), []byte(helloC), 0o644); err != nil {
			return measure.Program{}, err
		}
		return k.tool(name, tool, slices.Concat(flags, args)...)
	}
}

// makeGlibc gives cold starts a loader and a C library of their own: those of the
// system are in use, and so are never cold.
func makeGlibc(k *kit) (measure.Program, error) {
	if !k.o.Cold {
		return byC("gcc")(k)
	}
	for _, name := range []string{"ld-linux-x86-64.so.2", "libc.so.6"} {
		path, err := exec.Command("gcc", "-print-file-name="+name).Output()
		if err != nil {
			return measure.Program{}, err
		}
		data, err := os.ReadFile(strings.TrimSpace(string(path)))
		if err != nil {
			return measure.Program{}, err
		}
		if err := os.WriteFile(k.path(name), data, 0o755); err != nil {
			return measure.Program{}, err
		}
	}
	return byC("gcc", "-Wl,--dynamic-linker="+k.path("ld-linux-x86-64.so.2"), "-Wl,-rpath,"+k.dir)(k)
}

func makeGo(k *kit) (measure.Program, error) {
	if err := os.WriteFile(k.path("hello.go"), []byte(helloGo), 0o644); err != nil {
		return measure.Program{}, err
	}
	return k.tool("hello-go", "go", "build", "-ldflags=-s -w", "-o", k.path("hello-go"), k.path("hello.go"))
}

func makeScript(k *kit) (measure.Program, error) {
	return k.program("script", []byte("#!/bin/sh\necho Hello, world\n"), nil)
}

// tool runs a compiler that makes the file name.
func (k *kit) tool(name, tool string, args ...string) (measure.Program, error) {
	if _, err := exec.LookPath(tool); err != nil {
		return measure.Program{}, fmt.Errorf("%s is not installed", tool)
	}
	cmd := exec.Command(tool, args...)
	cmd.Dir = k.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GO111MODULE=auto")
	if out, err := cmd.CombinedOutput(); err != nil {
		line, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
		return measure.Program{}, fmt.Errorf("%s: %w: %s", tool, err, line)
	}
	return measure.Program{Name: name, Path: filepath.Join(k.dir, name)}, nil
}
