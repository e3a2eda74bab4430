package tests

// Standard output that takes only some bytes at a time, or none for the moment.

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"slul/compiler"
	"slul/elfimage"
	"slul/rtld/image"
)

// build makes a program and a loader for it, and gives the program's path.
func build(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	src, rtld, prog := filepath.Join(dir, "Test.slul"), filepath.Join(dir, "rtld"), filepath.Join(dir, "test")
	loader, err := image.For("x86_64")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(src, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := compiler.Build(src, compiler.Options{Rtld: rtld})
	if err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string][]byte{rtld: loader, prog: p.File} {
		if err := elfimage.WriteFile(path, data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return prog
}

const manyLines = `service CommandMain "test"
giveme
    @Console console
end
entry main
code
    for i in 0..50000
        console.print "line {}" i
    end
end
`

// TestNonBlockingPipe: a pipe that is full and does not block is waited for, and what
// was taken in part is carried on. The reader takes odd pieces, so that both happen.
func TestNonBlockingPipe(t *testing.T) {
	prog := build(t, manyLines)
	var want bytes.Buffer
	for i := range 50000 {
		fmt.Fprintf(&want, "line %d\n", i)
	}

	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	r := os.NewFile(uintptr(ends[0]), "reader")
	defer r.Close()
	if err := unix.SetNonblock(ends[1], true); err != nil {
		t.Fatal(err)
	}
	// os/exec would make the pipe block again
	pid, err := syscall.ForkExec(prog, []string{"test"}, &syscall.ProcAttr{Files: []uintptr{0, uintptr(ends[1]), 2}})
	unix.Close(ends[1])
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for {
		if _, err := io.CopyN(&got, r, 4093); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil || status.ExitStatus() != 0 {
		t.Errorf("status %v, %v", status, err)
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%d bytes came, expected %d", got.Len(), want.Len())
	}
}
