package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"slul/binfmt"
	"slul/compiler"
	"slul/deploy"
	"slul/deploy/man"
	"slul/stubgen"
)

// Modes of installed files.
const (
	program fs.FileMode = 0o755 // may be executed
	text    fs.FileMode = 0o644
)

// installed is the list of all that slul install puts on a machine. Relative paths are
// below the prefix. root is the command line that manual pages and completions describe,
// rtld the path of the loader.
func installed(root *cobra.Command, p deploy.Place, target, rtld string) ([]deploy.File, error) {
	list := []deploy.File{
		{Path: rtld, Mode: program, Data: func() ([]byte, error) { return loaderFor(target) }},
		{Path: "bin/runslul", Link: rtld},
		{Path: "bin/slul", Mode: program, Data: thisCommand},
		{Path: binfmtConf, Mode: text, Data: func() ([]byte, error) {
			t, err := stubgen.Lookup(target)
			if err != nil {
				return nil, err
			}
			conf, err := binfmt.Conf(t, rtld)
			return []byte(conf), err
		}},
	}
	if p.Prefix == deploy.DefaultPrefix { // the loader takes it from there alone
		list = append(list, deploy.File{Path: corePath, Mode: text, Data: func() ([]byte, error) {
			core, err := compiler.Core(compiler.Options{Target: target, Strip: true})
			if err != nil {
				return nil, err
			}
			return core.File, nil
		}})
	}
	for _, c := range completions {
		list = append(list, deploy.File{Path: c.path, Mode: text, Data: func() ([]byte, error) {
			var b bytes.Buffer
			err := c.write(root, &b)
			return b.Bytes(), err
		}})
	}
	pages, err := man.Pages(root)
	if err != nil {
		return nil, err
	}
	for _, p := range pages {
		list = append(list, deploy.File{Path: p.Path(), Mode: text, Data: p.Gzip})
	}
	list = append(list, deploy.File{Path: "share/man/man8/runslul.8.gz", Link: "slulrtld.8.gz"})
	return list, nil
}

// corePath is where programs that were built with --core shared find the core library.
const corePath = "lib/slul/core.so"

// binfmtConf is binfmt.ConfPath, below the prefix.
var binfmtConf = strings.TrimPrefix(binfmt.ConfPath, deploy.DefaultPrefix+"/")

// thisCommand is the running command's own file, also when that was replaced.
func thisCommand() ([]byte, error) {
	b, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return nil, fmt.Errorf("cannot read this command itself: %w", err)
	}
	return b, nil
}

// completions are the shells' files, where each shell looks by itself.
var completions = []struct {
	path  string
	write func(root *cobra.Command, b *bytes.Buffer) error
}{
	{"share/bash-completion/completions/slul", func(root *cobra.Command, b *bytes.Buffer) error { return root.GenBashCompletionV2(b, true) }},
	{"share/zsh/site-functions/_slul", func(root *cobra.Command, b *bytes.Buffer) error { return root.GenZshCompletion(b) }},
	{"share/fish/vendor_completions.d/slul.fish", func(root *cobra.Command, b *bytes.Buffer) error { return root.GenFishCompletion(b, true) }},
}
