package ledger

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/tests/golden"
	"slul/tests/need"
)

const root = "../.."

// TestLedgers: every byte of what is watched is where it was.
func TestLedgers(t *testing.T) {
	list, err := Make(root)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]bool{}
	for _, now := range list {
		file := filepath.Join("testdata", now.Name+Extension)
		files[file] = true
		if *golden.Update {
			golden.Compare(t, file, now.String())
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		if now.String() == string(text) {
			continue
		}
		var diff strings.Builder
		old, err := Parse(now.Name, string(text))
		if err == nil {
			err = WriteDiff(&diff, old, now, false)
		}
		t.Errorf("the sizes in %s have changed (%v):\n%sIf that is meant, write the ledgers anew: just ledgers (go test ./bench/ledger -update)", file, err, &diff)
	}
	there, err := filepath.Glob("testdata/*" + Extension)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if !files[file] {
			t.Errorf("%s is nobody's ledger", file)
		}
	}
}

// TestWhole: the parts add up to the file, and nothing is counted twice.
func TestWhole(t *testing.T) {
	list, err := Make(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		sum := 0
		for _, line := range l.Lines {
			if sum += line.Size; line.Size < 0 || strings.Contains(line.Item, "\n") {
				t.Errorf("%s: %+v", l.Name, line)
			}
		}
		if sum != l.Total || sum == 0 {
			t.Errorf("%s: parts of %d bytes, %d in all", l.Name, sum, l.Total)
		}
		back, err := Parse(l.Name, l.String())
		if err != nil || !slices.Equal(back.Lines, l.Lines) || back.Total != l.Total {
			t.Errorf("%s does not come back: %v", l.Name, err)
		}
	}
	if len(list) < 4 {
		t.Errorf("%d ledgers", len(list))
	}
	if _, err := Make(root, "nothing"); err == nil {
		t.Error("a ledger of nothing")
	}
	if _, err := Parse("x", "# x\n   12 a\n"); err == nil {
		t.Error("one blank is a ledger's line")
	}
	if _, err := loader("x", "# 12 bytes\n"); err == nil {
		t.Error("a map without a line")
	}
}

// TestByteMore: a stub with one byte more is seen, and where that byte is.
func TestByteMore(t *testing.T) {
	stubs, err := Stubs()
	if err != nil {
		t.Fatal(err)
	}
	old := stubs[0]
	now := &Ledger{Name: old.Name, What: old.What}
	for i, line := range old.Lines {
		if i == 3 {
			now.add(1, "cdq")
		}
		now.add(line.Size, "%s", line.Item)
	}
	if now.String() == old.String() {
		t.Error("the text is the same")
	}
	var b strings.Builder
	if err := WriteDiff(&b, old, now, false); err != nil {
		t.Fatal(err)
	}
	want := []string{"old new change", "159 160 +1 total", "– 1 +1 cdq"}
	var got []string
	for line := range strings.Lines(b.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, expected %q", got, want)
	}
}

func TestDiff(t *testing.T) {
	parse := func(text string) *Ledger {
		l, err := Parse("x", text)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	got := Diff(parse("  1  a\n  2  b\n  3  c\n  4  c\n"), parse("  1  a\n  5  c\n  4  c\n  6  d\n"))
	want := []Change{{1, 1, "a"}, {2, -1, "b"}, {3, 5, "c"}, {4, 4, "c"}, {-1, 6, "d"}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
}

// TestAt: versions come from git, the stub's also from before there were ledgers.
func TestAt(t *testing.T) {
	git := need.Tool(t, "git")
	repo := t.TempDir()
	commit := func(path, text string) {
		full := filepath.Join(repo, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"add", "."}, {"-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x"}} {
			if out, err := exec.Command(git, append([]string{"-C", repo}, args...)...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
	}
	if out, err := exec.Command(git, "init", "-q", repo).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	const name = "stub-x86_64-linux"
	commit(former[name], "# start-up stub for x86_64-linux, loader /l\n# 18 bytes: code 2, strings 16\n# offset size  bytes\n"+
		"       0    2  31f6              xor esi, esi\n       2   16  2f70726f632f7365  exe: \"/proc/self/exe\\x00x\"\n               6c662f6578650000\n")
	commit(Dir+"/"+name+Extension, "# x: y\n      2  total\n      2  xor esi, esi\n")
	for revision, total := range map[string]int{"HEAD": 2, "HEAD~1": 18} {
		if l, err := At(repo, revision, name); err != nil || l.Total != total || l.Lines[0] != (Line{2, "xor esi, esi"}) {
			t.Errorf("%s: %+v, %v", revision, l, err)
		}
	}
	for revision, want := range map[string]string{"HEAD~5": "git knows no revision", "--help": "git knows no revision", "": "git knows no revision"} {
		if _, err := At(repo, revision, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", revision, err)
		}
	}
	if _, err := At(repo, "HEAD", "hello"); err == nil || !strings.Contains(err.Error(), "no such ledger at HEAD") {
		t.Errorf("error %v", err)
	}
}
