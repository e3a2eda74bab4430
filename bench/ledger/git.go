package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Dir is where the ledgers lie, from the root of the module.
const Dir = "bench/ledger/testdata"

// former are files that held a ledger in older revisions.
var former = map[string]string{
	"stub-x86_64-linux": "stubgen/testdata/stub-x86_64.ledger",
}

// Root finds the source tree of this module around the working directory.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if first, _, _ := strings.Cut(string(mod), "\n"); err == nil && first == "module slul" {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("this needs the source tree of slul: go to its folder")
		}
		dir = filepath.Dir(dir)
	}
}

// At gives a ledger as it was at a revision that git knows.
func At(root, revision, name string) (*Ledger, error) {
	if err := exec.Command("git", "-C", root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}").Run(); err != nil {
		return nil, fmt.Errorf("git knows no revision %q", revision)
	}
	for _, path := range []string{Dir + "/" + name + Extension, former[name]} {
		if path == "" {
			continue
		}
		var out bytes.Buffer
		cmd := exec.Command("git", "-C", root, "show", revision+":./"+path)
		cmd.Stdout = &out
		if cmd.Run() == nil {
			return Parse(name, out.String())
		}
	}
	return nil, fmt.Errorf("%s: there was no such ledger at %s", name, revision)
}
