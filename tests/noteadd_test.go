package tests

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"slul/compiler"
	"slul/elfimage"
	"slul/rtld/image"
	"slul/tests/need"
)

// TestNoteAdd runs examples/note-add as what it is for: a set-user-ID program that a user
// without rights calls. Its log lies in a folder of the test, where only root may write.
func TestNoteAdd(t *testing.T) {
	dir, err := os.MkdirTemp("", "noteadd-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	need.SetID(t, dir)
	prog, log := noteAdd(t, dir), filepath.Join(dir, "notes.log")
	note, secret := filepath.Join(dir, "n"), filepath.Join(dir, "secret")
	for name, mode := range map[string]os.FileMode{note: 0o644, secret: 0o600} {
		if err := os.WriteFile(name, []byte("buy milk"), mode); err != nil {
			t.Fatal(err)
		}
	}
	const uid = 65534
	for _, c := range []struct {
		mode           os.FileMode
		arg            string
		stdout, stderr string
		status         int
		logged         string
	}{
		{0o755 | os.ModeSetuid, note, "added 8 byte(s); started elevated: true\n", "", 0, "uid 65534: buy milk\n"},
		{0o755 | os.ModeSetuid, secret, "", "note-add: " + secret + ": permission_denied\n", 1, ""},
		{0o755, note, "", "note-add: " + log + ": permission_denied (not set-user-ID?)\n", 1, ""},
	} {
		os.Remove(log)
		if err := os.Chmod(prog, c.mode); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(prog, c.arg)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		_ = cmd.Run() // the status says it
		logged, _ := os.ReadFile(log)
		if out.String() != c.stdout || errs.String() != c.stderr || cmd.ProcessState.ExitCode() != c.status || string(logged) != c.logged {
			t.Errorf("%v %s: %q %q %d, log %q", c.mode, c.arg, out.String(), errs.String(), cmd.ProcessState.ExitCode(), logged)
		}
	}
}

// noteAdd builds the example with its log in dir, which others may enter but not write.
func noteAdd(t *testing.T, dir string) string {
	t.Helper()
	source, err := os.ReadFile("../examples/tools/note-add/NoteAdd.slul")
	if err != nil {
		t.Fatal(err)
	}
	const path = "/var/lib/notes.log"
	if !strings.Contains(string(source), path) {
		t.Fatal("the example has another log")
	}
	text := strings.Replace(string(source), path, filepath.Join(dir, "notes.log"), 1)
	src, prog, rtld := filepath.Join(dir, "NoteAdd.slul"), filepath.Join(dir, "note-add"), filepath.Join(dir, "rtld")
	if err := os.WriteFile(src, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := compiler.Build(src, compiler.Options{Rtld: rtld, Warnings: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{prog: p.File, rtld: loader} {
		if err := elfimage.WriteFile(name, file, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return prog
}
