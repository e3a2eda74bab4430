package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slul/tests/need"
)

// wrongHead begins a program of one func.
const wrongHead = "service CommandMain \"x\"\ngiveme\n    @Console console\nend\nentry main\ncode\n"

// repeated is n lines of a format that takes a number.
func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestBadInput: what is no program is refused in one clear way, with the exit code of the
// stage, soon, and leaves no file. Each message stands first on standard error, and
// not more than some thousand bytes come.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, text string
		status     int
		message    string
	}{
		{"Empty", "", 3, "Empty.slul:1:1: expected `service CommandMain \"name\"` before all else"},
		{"Syntax", wrongHead + "    int n = = 1\nend\n", 2, "Syntax.slul:7:13: expected a value, saw `=`"},
		{"Type", wrongHead + "    int n = \"a\"\nend\n", 3, "Type.slul:7:13: the value of `n` must be an int, saw string"},
		{"Latin", wrongHead + "    console.print \"caf\xe9\"\nend\n", 2, "Latin.slul:7:23: bytes that are no UTF-8"},
		{"Comment", wrongHead + "    # \xff\nend\n", 2, "Comment.slul:7:7: bytes that are no UTF-8"},
		{"Nul", wrongHead + "    console.print \"a\x00b\"\nend\n", 2, "Nul.slul:7:21: a NUL byte: this is no text file"},
		{"Wide", "\xff\xfes\x00e\x00r\x00", 2, "Wide.slul:1:"},
		{"Line", wrongHead + "    console.print \"" + strings.Repeat("x", 100_000_000) + "\"\nend\n", 1, "slul: Line.slul: longer than 16 MiB, which is no program"},
		{"Name", wrongHead + "    console.print " + strings.Repeat("x", 15_000_000) + "\nend\n", 3, "Name.slul:7:19: "},
		{"Nested", wrongHead + "    int n = " + strings.Repeat("(", 5_000_000) + "\nend\n", 2, "Nested.slul:7:262: nested too deeply: more than 500 levels"},
		{"Sum", wrongHead + "    int n = 1" + strings.Repeat(" + 1", 3_000_000) + "\nend\n", 2, "Sum.slul:7:40015: expression too long"},
		{"Blocks", wrongHead + strings.Repeat("    if true\n", 100_000) + strings.Repeat("    end\n", 100_000) + "end\n", 2, ""},
		{"Unknown", wrongHead + repeated(10_000, "    int v%[1]d = nope%[1]d\n") + "end\n", 3, "Unknown.slul:7:14: no such name: `nope0`"},
		{"Wrong", wrongHead + repeated(10_000, "    int v%d = = 1\n") + "end\n", 2, "Wrong.slul:7:14: expected a value, saw `=`"},
		{"Texts", wrongHead + repeated(10_000, "    int v%d = \"a\"\n") + "end\n", 3, "Texts.slul:7:14: the value of `v0` must be an int, saw string"},
		{"Ends", wrongHead + strings.Repeat("end\n", 10_000), 2, "Ends.slul:8:1: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := c.name + ".slul"
			if err := os.WriteFile(filepath.Join(dir, file), []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(filepath.Join(slulDir, "slul"), "build", "-o", "out", file)
			cmd.Dir = dir
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			begin := time.Now()
			_ = cmd.Run() // the status says it
			if status := cmd.ProcessState.ExitCode(); status != c.status || !strings.HasPrefix(errs.String(), c.message) || out.Len() > 0 {
				t.Errorf("status %d, %.200q", status, errs.String())
			}
			if n := errs.Len(); n == 0 || n > 30_000 {
				t.Errorf("%d bytes of messages", n)
			}
			if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
				t.Error("a file was left")
			}
			if d := time.Since(begin); d > time.Minute {
				t.Errorf("it took %v", d)
			}
		})
	}
	for _, count := range []string{"Unknown", "Wrong", "Texts"} {
		cmd := exec.Command(filepath.Join(slulDir, "slul"), "check", count+".slul")
		cmd.Dir = dir
		if said, _ := cmd.CombinedOutput(); !strings.HasSuffix(string(said), count+".slul: 9950 more errors\n") {
			t.Errorf("%s: the end is %q", count, said[max(0, len(said)-100):])
		}
	}
}

// TestUnreadable: a source that one may not read, and a place where one may not write.
func TestUnreadable(t *testing.T) {
	need.Root(t) // to be somebody else
	dir, err := os.MkdirTemp("", "unreadable-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for name, mode := range map[string]os.FileMode{"Secret.slul": 0o600, "Open.slul": 0o644} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(wrongHead+"    console.print \"x\"\nend\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{dir, slulDir} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args    []string
		message string
	}{
		{[]string{"check", "Secret.slul"}, "slul: Secret.slul: permission denied\n"},
		{[]string{"build", "Secret.slul"}, "slul: Secret.slul: permission denied\n"},
		{[]string{"check", "."}, "slul: Secret.slul: permission denied\n"},
		{[]string{"build", "-o", "x", "Open.slul"}, "slul: x: permission denied: choose another place with -o FILE\n"},
		{[]string{"build", "-o", "/nowhere/x", "Open.slul"}, "slul: /nowhere/x: no such file or directory\n"},
		{[]string{"check", "None.slul"}, "slul: None.slul: no such file or directory\n"},
	} {
		cmd := exec.Command(filepath.Join(slulDir, "slul"), c.args...)
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		said, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || string(said) != c.message {
			t.Errorf("%q: status %d, %q", c.args, cmd.ProcessState.ExitCode(), said)
		}
	}
}

// TestFullDisk: a file system without room leaves what was there, and nothing half written.
func TestFullDisk(t *testing.T) {
	need.Root(t) // for mount
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Ok.slul"), []byte(wrongHead+"    console.print \"x\"\nend\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	script := `mkdir full && mount -t tmpfs -o size=4k none full && echo old >full/ok || exit 1
for args in "build -o full/ok" "build --emit object -o full/ok.o" "build -o full/new" "build -o /dev/full"; do "$0" $args Ok.slul; echo "status $?"; done
"$0" rtld -o full/rtld; echo "status $?"
XDG_CACHE_HOME=$PWD/full "$0" run Ok.slul; echo "status $?"
for args in "build -d=ir -o x" "check -d=ast"; do "$0" $args Ok.slul >/dev/full; echo "status $?"; done
find full -type f; cat full/ok; test -c /dev/full && echo good`
	cmd := exec.Command(need.Tool(t, "unshare"), "-m", "sh", "-c", script, filepath.Join(slulDir, "slul"))
	cmd.Dir = dir
	said, err := cmd.CombinedOutput()
	text := string(said)
	for _, part := range []string{"full/ok: no space", "full/ok.o: no space", "full/new: no space", "/dev/full: no space", "full/rtld: no space"} {
		if !strings.Contains(text, "slul: "+part+" left on device\nstatus 1\n") {
			t.Errorf("no message for %q", part)
		}
	}
	if err != nil || strings.Count(text, "no space left on device\nstatus 1\n") != 8 || !strings.HasSuffix(text, "full/ok\nold\ngood\n") {
		t.Errorf("%v\n%s", err, text)
	}
}
