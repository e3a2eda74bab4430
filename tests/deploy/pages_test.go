package deploy

import (
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slul/tests/need"
)

// Every manual page is good mdoc, and slul(1) has every command and flag that the help has.
func TestManualPages(t *testing.T) {
	mandoc := need.Tool(t, "mandoc")
	_, tree := debianPackage(t)
	pages, err := filepath.Glob(filepath.Join(tree, "usr/share/man/man*/*.gz"))
	if err != nil || len(pages) != 4 {
		t.Fatalf("pages: %q, %v", pages, err)
	}
	for _, page := range pages {
		out, err := exec.Command(mandoc, "-T", "lint", "-W", "warning", page).CombinedOutput()
		if err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", filepath.Base(page), err, out)
		}
	}
	text, err := exec.Command(mandoc, "-T", "ascii", filepath.Join(tree, "usr/share/man/man1/slul.1.gz")).Output()
	if err != nil {
		t.Fatal(err)
	}
	page := regexp.MustCompile(".\b").ReplaceAllString(string(text), "") // what is printed twice, to be bold
	slul := filepath.Join(tree, "usr/bin/slul")
	names := commandNames(t, slul)
	if len(names) < 15 {
		t.Errorf("commands: %q", names)
	}
	flag := regexp.MustCompile(`(?m)^ +(?:-\w, )?(--[a-z0-9-]+)`)
	for _, name := range names {
		if !strings.Contains(page, "\n   slul "+name+"\n") {
			t.Errorf("slul(1) has no section about %q", name)
		}
		for _, f := range flag.FindAllStringSubmatch(help(t, slul, name), -1) {
			if f[1] != "--help" && !strings.Contains(page, f[1]) {
				t.Errorf("slul(1) lacks the flag %s of slul %s", f[1], name)
			}
		}
	}
}

// commandNames are all commands that slul help names, with subcommands.
func commandNames(t *testing.T, slul string) []string {
	t.Helper()
	row := regexp.MustCompile(`(?m)^  ([a-z]+) +\S`)
	list := func(command string) []string {
		_, rows, _ := strings.Cut(help(t, slul, command), "Available Commands:")
		rows, _, _ = strings.Cut(rows, "\n\n")
		var names []string
		for _, m := range row.FindAllStringSubmatch(rows, -1) {
			if m[1] != "help" {
				names = append(names, strings.TrimSpace(command+" "+m[1]))
			}
		}
		return names
	}
	var names []string
	for _, name := range list("") {
		names = append(append(names, name), list(name)...)
	}
	return names
}

func help(t *testing.T, slul, command string) string {
	t.Helper()
	out, err := exec.Command(slul, append([]string{"help"}, strings.Fields(command)...)...).Output()
	if err != nil {
		t.Fatalf("slul help %s: %v", command, err)
	}
	return string(out)
}

// A page that is read as man(1) does: by its name, also under that of runslul.
func TestManualNames(t *testing.T) {
	_, tree := debianPackage(t)
	for _, name := range []string{"man1/slul.1", "man7/slul-startup.7", "man8/slulrtld.8", "man8/runslul.8"} {
		f, err := os.Open(filepath.Join(tree, "usr/share/man", name+".gz"))
		if err != nil {
			t.Error(err)
			continue
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || !strings.HasPrefix(string(b), ".Dd ") {
			t.Errorf("%s: %v, %.20q", name, err, b)
		}
	}
}

// Each shell reads its completions, and completes "slul ins" to two commands.
func TestCompletions(t *testing.T) {
	_, tree := debianPackage(t)
	bin := filepath.Join(tree, "usr/bin")
	share := filepath.Join(tree, "usr/share")
	tests := []struct {
		shell  string
		args   []string
		script string
	}{
		{"bash", []string{"--norc", "-c"}, `source ` + share + `/bash-completion/completions/slul
			COMP_WORDS=(slul ins) COMP_CWORD=1 COMP_LINE="slul ins" COMP_POINT=8 COMP_TYPE=9
			_get_comp_words_by_ref() { cur=ins prev=slul words=(slul ins) cword=1; }
			__start_slul; printf '%s\n' "${COMPREPLY[@]}"`},
		{"zsh", []string{"-f", "-c"}, `compdef() { : }; _arguments() { : }
			compadd() { : }; _describe() { print -l -- $completions }
			words=(slul ins); CURRENT=2; source ` + share + `/zsh/vendor-completions/_slul; _slul`},
		{"fish", []string{"--no-config", "-c"}, `source ` + share + `/fish/vendor_completions.d/slul.fish; complete -C "slul ins"`},
	}
	word := regexp.MustCompile(`(?m)^(\w+)`)
	for _, test := range tests {
		cmd := exec.Command(need.Tool(t, test.shell), append(test.args, test.script)...)
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+t.TempDir())
		out, err := cmd.CombinedOutput()
		var got []string
		for _, m := range word.FindAllString(string(out), -1) {
			got = append(got, m)
		}
		if err != nil || strings.Join(got, " ") != "inspect install" {
			t.Errorf("%s: %v, %q", test.shell, err, out)
		}
	}
}
