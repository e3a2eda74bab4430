// Package tests proves the finished command from outside. The scripts under
// testdata/script are run by testscript; in them
//
//	slul ARGS…        is the command, built once from this tree
//	$EXAMPLES         is the folder examples/
//	$RTLD             is where a script may install a loader: slul rtld -o $RTLD
//	status N CMD…     runs CMD and wants exactly exit status N
//	nothing DIR       wants that a folder is empty or not there
//
// HOME and XDG_CACHE_HOME are fresh for every script.
package tests

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"slul/tests/built"
	"slul/tests/golden"
)

// slulDir is the folder of the built command.
var slulDir string

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := withSlul(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// withSlul runs do while the command is built.
func withSlul(do func() int) (int, error) {
	dir, err := os.MkdirTemp("", "slul-tests-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := built.Command("..", dir); err != nil {
		return 0, err
	}
	slulDir = dir
	return do(), nil
}

func TestScript(t *testing.T) {
	examples, err := filepath.Abs("../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *golden.Update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("XDG_CACHE_HOME", "")
			e.Setenv("EXAMPLES", examples)
			e.Setenv("RTLD", filepath.Join(e.WorkDir, "prefix", "slulrtld"))
			e.Setenv("PATH", slulDir+string(os.PathListSeparator)+e.Getenv("PATH"))
			if err := os.Mkdir(filepath.Join(e.WorkDir, "prefix"), 0o755); err != nil {
				return err
			}
			return os.Mkdir(home, 0o755)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"slul":    cmdSlul,
			"status":  cmdStatus,
			"nothing": cmdNothing,
		},
	})
}

// cmdSlul is "exec slul".
func cmdSlul(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("slul", args...)
	if (err != nil) != neg {
		ts.Fatalf("slul %q: %v, expected it to fail: %v", args, err, neg)
	}
}

// cmdStatus wants exactly one exit status: a "!" would be content with a crash.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, expected %d", got, want)
	}
}

// cmdNothing wants an empty or missing folder.
func cmdNothing(ts *testscript.TestScript, neg bool, args []string) {
	for _, dir := range args {
		entries, err := os.ReadDir(ts.MkAbs(dir))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			ts.Check(err)
		}
		if (len(entries) > 0) != neg {
			ts.Fatalf("%s: %v", dir, entries)
		}
	}
}
