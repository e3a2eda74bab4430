package deploy

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slul/doctor"
	"slul/tests/golden"
	"slul/tests/launch"
)

// What slul doctor tells people to type is typed here, as it stands, and must be of help.

// applets is where a machine has the usual commands, for those who mend it.
const applets = "/tmp/applets"

// withApplets makes them.
func (m machine) withApplets(t *testing.T) {
	t.Helper()
	m.sh(t, 0, "busybox mkdir "+applets+" && busybox --install -s "+applets)
	// that of coreutils, which busybox may lack: install [-D] -m MODE FROM TO
	m.write(t, applets+"/install", []byte(`#!/bin/sh
[ "$1" = -D ] && shift && mkdir -p "$(dirname "$4")"
cp "$3" "$4.new" && chmod "$2" "$4.new" && mv "$4.new" "$4"
`), 0o755)
}

// transient are commands whose effect ends with the process or its mounts.
var transient = regexp.MustCompile(`^(sudo mount|ulimit|unset|LD_SLUL_)`)

// instead are commands that start the program in another way.
var instead = regexp.MustCompile(`^(slul run|runslul) `)

// commands are what to type for each failure of a report: the first of several ways; src is
// the source of the program.
func commands(r doctor.Report, src string) (list []string) {
	for _, f := range r.Findings {
		if f.Level != doctor.Fail || f.Mend == "" {
			continue
		}
		for c := range strings.SplitSeq(f.Mend, "; ") {
			c, _, _ = strings.Cut(c, ", or")
			if c = strings.ReplaceAll(c, "SRC", src); !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	return list
}

// cure types what a report says, and then starts the program again: spec makes a launch
// of a script by a user, in the state that is examined. It gives what that prints, and whether
// the state should be well now, for a process of its own.
func (m machine) cure(t *testing.T, r doctor.Report, program string, spec func(user int, script string) launch.Spec) (out launch.Result, lasts bool) {
	t.Helper()
	sudo := func(script string) string {
		return "PATH=$PATH:" + applets + "; sudo() { \"$@\"; }; " + script + "; exit $?"
	}
	list := commands(r, "src/hello")
	if len(list) == 0 {
		t.Fatalf("nothing to type:\n%s", shown(r))
	}
	if slices.ContainsFunc(list, transient.MatchString) {
		return launch.Run(t, spec(0, sudo(strings.Join(list, " && ")+" && "+program))), false
	}
	for _, c := range list {
		user := nobody
		if strings.Contains(c, "sudo ") {
			user = 0
		}
		out = launch.Run(t, spec(user, sudo(c)))
		if instead.MatchString(c) {
			return out, false
		}
		if out.Exit != 0 {
			t.Errorf("%s, as user %d: status %d\n%s%s", c, user, out.Exit, out.Stdout, out.Stderr)
		}
	}
	return launch.Run(t, spec(nobody, program)), true
}

// reset makes a machine as m.install has left it, but for files in /home and
// programs elsewhere.
func (m machine) reset(t *testing.T) {
	t.Helper()
	for _, old := range []string{"usr" + loaderPath, "usr/lib/slul", "dev/null", "home/copy"} {
		if err := os.RemoveAll(m.at(old)); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"", "usr/lib", "lib"} {
		if err := os.Lchown(m.at(dir), 0, 0); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(m.at(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	launch.Own(t, m.at("home"), nobody, nobody, 0o755)
	_, tree := debianPackage(t)
	// as slul install writes them, without its pains
	m.write(t, loaderFile, must(os.ReadFile(filepath.Join(tree, loaderPath))), 0o755)
	m.write(t, "usr/lib/slul/core.so", must(os.ReadFile(filepath.Join(tree, "usr/lib/slul/core.so"))), 0o644)
}

// failures are rows of docs/failures.md.
type failures struct{ rows strings.Builder }

// add adds what was seen in a state and what slul doctor says of it.
func (f *failures) add(state string, w wanted, r doctor.Report, seen launch.Result) {
	if w.level != doctor.Fail {
		return
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(seen.Stderr)), "\n")
	if line == "" && seen.Exit != 0 {
		line = "the shell says how it ended"
	} else if line != "" {
		line = "`" + strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '?'
			}
			return r
		}, line) + "`"
	}
	for _, x := range r.Findings {
		if w.is(x) {
			mend := ""
			if x.Mend != "" {
				mend = "`" + x.Mend + "`"
			}
			f.rows.WriteString(golden.Row(state, line, x.Text, mend))
			return
		}
	}
}

// check compares them with a part of the page, when all tests of the table have run.
func (f *failures) check(t *testing.T, part string) {
	if one := flag.Lookup("test.run"); t.Failed() || one != nil && strings.Contains(one.Value.String(), "/") {
		return
	}
	golden.Section(t, "../../docs/failures.md", part, golden.Row("state", "you see", "`slul doctor` says", "type")+golden.Row("---", "---", "---", "---")+f.rows.String())
}

// place of a loader's file in the tree of a machine.
var loaderFile = filepath.Join("usr/lib", filepath.Base(loaderPath))
