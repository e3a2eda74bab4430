package rtld_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slul/rtld/elftest"

	"golang.org/x/sys/unix"
)

// Row 31: a library that gets shorter once it is mapped. The loader tells of each file on a pipe that holds
// one message: while the library's is there, it cannot go on behind the next file.
func TestCutWhileLoading(t *testing.T) {
	for _, size := range []int64{0, 0x1000, elftest.RWOff} {
		dir := t.TempDir()
		prog := writePair(t, dir, nil, nil)
		lib := filepath.Join(dir, elftest.LibraryName)
		var fds [2]int
		if err := unix.Pipe2(fds[:], unix.O_DIRECT|unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		if _, err := unix.FcntlInt(uintptr(fds[0]), unix.F_SETPIPE_SZ, 4096); err != nil {
			t.Fatal(err)
		}
		theirs := os.NewFile(uintptr(fds[1]), "pipe")
		cmd := exec.Command(loader(t), prog)
		cmd.Env = []string{"LD_SLUL_TRACE=load"}
		cmd.Stderr = theirs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		theirs.Close()
		read := func() string {
			var b [8192]byte
			n, err := unix.Read(fds[0], b[:])
			if err != nil {
				t.Fatal(err)
			}
			return string(b[:n])
		}
		read() // of the program
		poll := []unix.PollFd{{Fd: int32(fds[0]), Events: unix.POLLIN}}
		for _, err := unix.Poll(poll, -1); err == unix.EINTR; _, err = unix.Poll(poll, -1) {
		}
		if err := os.Truncate(lib, size); err != nil {
			t.Fatal(err)
		}
		last := ""
		for line := read(); line != ""; line = read() { // the library's, Base's if it has come so far
			last = line
		}
		// The names in a file are read for other files too, one of which is blamed then.
		want := fmt.Sprintf(": file changed while loading: size=%d", len(elftest.Library().Bytes())) + elftest.Cure(prog)
		if !strings.HasPrefix(last, "slulrtld: "+dir) || !strings.HasSuffix(last, want) || size > 0 && !strings.Contains(last, lib) {
			t.Errorf("cut to %#x: %q, want %q", size, last, want)
		}
		unix.Close(fds[0])
		if cmd.Wait(); cmd.ProcessState.ExitCode() != 127 {
			t.Error(cmd.ProcessState)
		}
	}
}

// Row 25: an address that somebody else has. The address of a program that is not ours is its own.
func TestAddressInUse(t *testing.T) {
	prog := filepath.Join(t.TempDir(), "prog")
	o := elftest.Server()
	o.Header.Type = 2
	const stack = 0x7fffffff0000 // without randomization
	for i := range o.Progs {
		o.Progs[i].Vaddr += stack
	}
	o.Progs[elftest.SegNote].Type = 0
	writeFile(t, prog, o.Bytes())
	cmd := exec.Command("setarch", "-R", loader(t), prog)
	out, _ := cmd.CombinedOutput()
	if want := fmt.Sprintf("slulrtld: %s: address in use: p_vaddr=0x7fffffff0000", prog) + elftest.Cure(prog); string(out) != want || cmd.ProcessState.ExitCode() != 127 {
		t.Errorf("%v, %q, want %q", cmd.ProcessState, out, want)
	}
}
