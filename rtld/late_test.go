package rtld_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/rtld/elftest"
)

// The rows on a library that a running program loads: the program gets 0 and a line of text, and is as it was
// before: the same mappings, descriptors, modules, thread-local bytes. One program is asked for all of them.

// server is a running elftest.Server.
type server struct {
	t       testing.TB
	cmd     *exec.Cmd
	ask     io.WriteCloser
	answers io.Reader
	memory  *os.File
	object  *elftest.Object
	base    uint64
	stderr  bytes.Buffer
}

func serve(t testing.TB, change ...func(o *elftest.Object)) *server {
	t.Helper()
	s := &server{t: t, object: elftest.Server()}
	for _, f := range change {
		f(s.object)
	}
	path := filepath.Join(t.TempDir(), "server")
	if err := os.WriteFile(path, s.object.Bytes(), 0o755); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command(loader(t), path)
	s.cmd.Stderr = &s.stderr
	var err error
	if s.ask, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if s.answers, err = s.cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	s.base = s.answer()
	if s.memory, err = os.OpenFile(fmt.Sprintf("/proc/%d/mem", s.cmd.Process.Pid), os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.memory.Close() })
	return s
}

func (s *server) answer() uint64 {
	s.t.Helper()
	var b [8]byte
	if _, err := io.ReadFull(s.answers, b[:]); err != nil {
		s.cmd.Wait()
		s.t.Fatalf("the program has ended: %v, %q", s.cmd.ProcessState, s.stderr.String())
	}
	return binary.LittleEndian.Uint64(b[:])
}

// call lets the program call an address.
func (s *server) call(code, a, b uint64) uint64 {
	s.t.Helper()
	binary.Write(s.ask, binary.LittleEndian, []uint64{code, a, b})
	return s.answer()
}

// end lets the program end, which it must do as if nothing had been.
func (s *server) end() {
	s.t.Helper()
	s.ask.Close()
	s.cmd.Wait()
	if s.cmd.ProcessState.ExitCode() != elftest.Status || s.stderr.Len() != 0 {
		s.t.Errorf("%v, %q", s.cmd.ProcessState, s.stderr.String())
	}
}

func (s *server) read(at uint64, n int) []byte {
	s.t.Helper()
	b := make([]byte, n)
	if _, err := s.memory.ReadAt(b, int64(at)); err != nil {
		s.t.Fatal(err)
	}
	return b
}

func (s *server) word(at uint64) uint64 {
	s.t.Helper()
	return binary.LittleEndian.Uint64(s.read(at, 8))
}

// text reads a C string.
func (s *server) text(at uint64) string {
	s.t.Helper()
	for n := 64; ; n *= 2 {
		if i := bytes.IndexByte(s.read(at, n), 0); i >= 0 {
			return string(s.read(at, i))
		}
	}
}

// give puts a C string into the program's memory.
func (s *server) give(text string) uint64 {
	s.t.Helper()
	at := s.base + elftest.ZeroAt + 0x200
	if _, err := s.memory.WriteAt(append([]byte(text), 0), int64(at)); err != nil {
		s.t.Fatal(err)
	}
	return at
}

// offered is what a word of the program that the loader has bound leads to.
func (s *server) offered(label string) uint64 { return s.word(s.base + s.object.At[label]) }

// load is slulrtld_load, and what slulrtld_error says then.
func (s *server) load(path string) (handle uint64, message string) {
	s.t.Helper()
	handle = s.call(s.offered("w.load"), s.give(path), 0)
	if at := s.call(s.offered("w.error"), 0, 0); at != 0 {
		message = s.text(at)
	}
	return handle, message
}

// symbol is slulrtld_symbol.
func (s *server) symbol(handle uint64, name string) uint64 {
	s.t.Helper()
	return s.call(s.offered("w.symbol"), handle, s.give(name))
}

// state is all that a call which fails must leave alone.
func (s *server) state() (lines []string) {
	s.t.Helper()
	proc := fmt.Sprintf("/proc/%d/", s.cmd.Process.Pid)
	maps, err := os.ReadFile(proc + "maps")
	if err != nil {
		s.t.Fatal(err)
	}
	lines = strings.Split(string(maps), "\n")
	fds, err := os.ReadDir(proc + "fd")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range fds {
		to, _ := os.Readlink(proc + "fd/" + f.Name())
		lines = append(lines, "fd "+f.Name()+" "+to)
	}
	for at := s.debug(8); at != 0; at = s.word(at + 24) { // r_map, l_next
		lines = append(lines, fmt.Sprintf("module %#x %q", s.word(at), s.text(s.word(at+8))))
	}
	thread := s.call(s.base+s.object.At["pointer"], 0, 0)
	return append(lines, fmt.Sprintf("state %d, TLS %x", uint32(s.debug(24)), s.read(thread-2048, 2048+64)))
}

// debug is a word of struct r_debug.
func (s *server) debug(off uint64) uint64 {
	s.t.Helper()
	for i, d := range s.object.Dyn {
		if d.Tag == uint64(elf.DT_DEBUG) {
			return s.word(s.word(s.base+elftest.RWAt+uint64(i)*16+8) + off)
		}
	}
	s.t.Fatal("no DT_DEBUG")
	return 0
}

// unchanged compares a state with that of now.
func (s *server) unchanged(before []string) {
	s.t.Helper()
	after := s.state()
	if slices.Equal(before, after) {
		return
	}
	for _, line := range before {
		if !slices.Contains(after, line) {
			s.t.Errorf("gone: %s", line)
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			s.t.Errorf("new: %s", line)
		}
	}
}

func TestRowsLate(t *testing.T) {
	s := serve(t)
	dir := t.TempDir()
	var before []string
	fails := func(t *testing.T, path, want string) {
		t.Helper()
		s.t = t
		if before == nil {
			before = s.state()
		}
		handle, message := s.load(path)
		if handle != 0 || !strings.Contains(message, want) || strings.Contains(message, "\n") || !strings.HasPrefix(message, "slulrtld: ") {
			t.Errorf("%#x, %q, want 0 and %q", handle, message, want)
		}
		s.unchanged(before)
	}
	eachRow(t, rows, library, func(t *testing.T, r row) {
		if r.want == "" {
			t.Skip("only the program minds")
		}
		_, changed := writeRow(t, dir, r, library)
		fails(t, changed, r.want)
	})
	for name, want := range map[string]string{"/dev/null": "not a regular file", dir: "not a regular file", "/no/such": "cannot find library /no/such", "/no\nsuch\x1b": "cannot find library /no?such?", "": "cannot find library"} {
		t.Run("9 "+name, func(t *testing.T) { fails(t, name, want) })
	}
	// After all that a good one is loaded, and all of it works.
	s.t = t
	writePair(t, dir, nil, nil)
	path := filepath.Join(dir, elftest.LibraryName)
	handle, message := s.load(path)
	if handle == 0 || message != "" {
		t.Fatalf("a good library: %#x, %q", handle, message)
	}
	if again, _ := s.load(path); again != handle {
		t.Errorf("loaded again it is %#x, was %#x", again, handle)
	}
	for _, name := range []string{"fn", "value", "dual", "chosen", "tls"} {
		if s.symbol(handle, name) == 0 {
			t.Errorf("%s is not there", name)
		}
	}
	if s.symbol(handle, "nothing") != 0 {
		t.Error("nothing is there")
	}
	if n := s.call(s.symbol(handle, "dual"), 0, 0); n != 0x1002 {
		t.Errorf("dual returns %#x", n)
	}
	lib := elftest.Library()
	if v := s.word(s.symbol(handle, "tls")); v != binary.LittleEndian.Uint64(lib.Bytes()[lib.Offset(elftest.TLSAt):]) {
		t.Errorf("tls is %#x", v)
	}
	s.end()
}

// A damage that only a search meets is the search's own failure: the library stays, the program goes on.
func TestLateSymbolDamaged(t *testing.T) {
	s := serve(t)
	dir := t.TempDir()
	writePair(t, dir, nil, func(o *elftest.Object) { o.Symbol("chosen").Name = 1 << 30 })
	handle, message := s.load(filepath.Join(dir, elftest.LibraryName))
	if handle == 0 {
		t.Fatal(message)
	}
	before := s.state()
	for range 2 {
		if at := s.symbol(handle, "chosen"); at != 0 {
			t.Errorf("it is at %#x", at)
		}
		if line := s.text(s.call(s.offered("w.error"), 0, 0)); !strings.HasSuffix(line, elftest.LibraryName+": bad string: offset=0x40000000") {
			t.Errorf("%q", line)
		}
		s.unchanged(before)
		if s.symbol(handle, "value") == 0 {
			t.Error("another symbol is not there")
		}
	}
	s.end()
}

// A program without dynamic section has thread-local storage all the same.
func TestTLSWithoutDynamic(t *testing.T) {
	s := serve(t, func(o *elftest.Object) {
		o.Progs[elftest.SegDynamic].Type = uint32(elf.PT_NULL)
		o.Progs[elftest.SegTLS] = elf.Prog64{Type: uint32(elf.PT_TLS), Flags: 4, Off: elftest.CodeOff, Vaddr: elftest.CodeOff, Filesz: 16, Memsz: 32, Align: 16}
	})
	thread := s.call(s.base+s.object.At["pointer"], 0, 0)
	if b := s.read(thread-32, 32); !bytes.Equal(b, append(bytes.Clone(s.object.Code[:16]), make([]byte, 16)...)) {
		t.Errorf("%x", b)
	}
	s.end()
}
