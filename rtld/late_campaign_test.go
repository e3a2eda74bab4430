package rtld_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slul/rtld/elftest"
)

// The campaign for libraries that are loaded late: each damaged one is loaded, or it leaves the program as it was.

// tryLoad is load for a library that may end the program.
func (s *server) tryLoad(path string) (handle uint64, message string, alive bool) {
	at := s.give(path)
	ask := func(code, a uint64) (uint64, bool) {
		binary.Write(s.ask, binary.LittleEndian, []uint64{code, a, 0})
		late := time.AfterFunc(patience, func() { s.cmd.Process.Kill() })
		defer late.Stop()
		var b [8]byte
		_, err := io.ReadFull(s.answers, b[:])
		return binary.LittleEndian.Uint64(b[:]), err == nil
	}
	if handle, alive = ask(s.offered("w.load"), at); !alive || handle != 0 {
		return handle, "", alive
	}
	if at, alive = ask(s.offered("w.error"), 0); alive && at != 0 {
		message = s.text(at)
	}
	return handle, message, alive
}

// stop ends the program, however it is.
func (s *server) stop() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

func TestMutationsLate(t *testing.T) {
	n, seed := mutations(t)
	n /= 20
	m := newMutator(elftest.Library().Bytes())
	// A program that needs the library and uses nothing of it.
	needy := elftest.Main('M', elftest.LibraryName)
	known := entries(needy, elftest.Library(), elftest.Base())
	dir, path := t.TempDir(), loader(t)
	writePair(t, dir, nil, nil)
	prog := filepath.Join(dir, "needy")
	writeFile(t, prog, needy.Bytes())
	target := filepath.Join(dir, elftest.LibraryName)
	s := serve(t)
	before := s.state()
	loaded, refused, other := 0, 0, 0
	for i := range n {
		b, what := m.damage(rand.New(rand.NewPCG(uint64(seed), uint64(i))))
		os.Remove(target) // a new file, in case the old one is in use
		writeFile(t, target, b)
		handle, message, alive := s.tryLoad(target)
		switch {
		case alive && handle != 0:
			loaded++
			s.stop()
			s = serve(t)
			before = s.state()
		case alive && strings.HasPrefix(message, "slulrtld: ") && !strings.Contains(message, "\n"):
			refused++
			s.unchanged(before)
		case alive:
			t.Errorf("no word: %q", message)
		default:
			s.cmd.Wait()
			// The constructors are the same when the program needs the library from the start.
			is, how := entersOther(t, known, path, prog)
			if !is {
				t.Errorf("%v, %q;%s", s.cmd.ProcessState, s.stderr.String(), how)
			}
			other++
			s = serve(t)
			before = s.state()
		}
		if t.Failed() {
			kept, err := os.MkdirTemp("", "slul-failed")
			if err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Join(kept, elftest.LibraryName), b)
			writeFile(t, filepath.Join(kept, elftest.BaseName), elftest.Base().Bytes())
			t.Fatalf("file %d of seed %d: %s\nkept in %s", i, seed, what, kept)
		}
	}
	t.Log(fmt.Sprintf("loaded %d, refused %d, other code entered %d", loaded, refused, other))
	if loaded == 0 || refused == 0 {
		t.Error("this is not believable")
	}
	s.end()
}
