package start

// What the program receives: its caller's descriptors and no others, the right
// program whatever is open beside it, and one line when that is impossible.

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"slul/elfimage"
	"slul/stubgen"
	"slul/tests/launch"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// decoy is a SLUL program that must not run.
const decoyText = "the decoy ran\n"

// descriptors checks that the program found the files that the Spec opened, where
// and as it opened them, and nothing else. 0, 1 and 2 are checked for being there
// only, when the Spec does not open them itself.
func descriptors(t *testing.T, d *probe.Dump, s launch.Spec, dumpToFile bool) {
	t.Helper()
	want := map[int]*launch.File{0: nil, 1: nil, 2: nil}
	for i := range s.Open {
		want[s.Open[i].FD] = &s.Open[i]
	}
	for _, fd := range s.Close {
		delete(want, fd)
	}
	if dumpToFile {
		if _, clash := want[d.Out]; clash {
			t.Errorf("the dump is on descriptor %d, which should have been open", d.Out)
		}
		delete(d.FDs, d.Out)
	}
	if got, want := slices.Sorted(maps.Keys(d.FDs)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, want) {
		t.Errorf("open: %v, want %v", brief(got), brief(want))
	}
	for fd, w := range want {
		if w == nil {
			continue
		}
		got := d.FDs[fd]
		dev, ino := fileID(t, w.Path)
		if got.Dev != dev || got.Ino != ino || got.Pos != w.Pos || got.CloseOnExec {
			t.Errorf("descriptor %d is %+v, want %s at %d", fd, got, w.Path, w.Pos)
		}
		const asked = unix.O_ACCMODE | unix.O_APPEND | unix.O_NONBLOCK
		if got.Flags&asked != w.Flags&asked {
			t.Errorf("descriptor %d has flags %#x, want %#x", fd, got.Flags, w.Flags)
		}
	}
}

func brief(fds []int) string {
	if len(fds) <= 20 {
		return fmt.Sprint(fds)
	}
	return fmt.Sprintf("%d of them, %v … %v", len(fds), fds[:9], fds[len(fds)-9:])
}

// subsets are all sets of the standard descriptors.
func subsets() (list [][]int) {
	for bits := range 8 {
		var set []int
		for fd := range 3 {
			if bits>>fd&1 != 0 {
				set = append(set, fd)
			}
		}
		list = append(list, set)
	}
	return list
}

func TestDescriptors(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	out, env := p.output(t)
	text := p.write(t, "text", []byte("0123456789"), 0o644)

	open := map[string][]launch.File{"nothing more": nil}
	for _, fd := range []int{3, 4, 5, 63, 64, 255, 1000} {
		open["some"] = append(open["some"], launch.File{FD: fd, Path: text, Flags: unix.O_RDWR | unix.O_APPEND, Pos: int64(fd % 10)})
	}
	for fd := 3; fd <= 1000; fd++ {
		if fd != 7 && fd != 500 {
			open["all but 7 and 500"] = append(open["all but 7 and 500"], launch.File{FD: fd, Path: text, Flags: unix.O_RDONLY, Pos: int64(fd)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(open)) {
		for _, closed := range subsets() {
			t.Run(fmt.Sprintf("%s/closed %v", name, closed), func(t *testing.T) {
				if err := os.Truncate(out, 0); err != nil {
					t.Fatal(err)
				}
				s := launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{env}, Open: open[name], Close: closed}
				descriptors(t, runTo(t, s, out), s, true)
			})
		}
	}
}

// Standard descriptors that are files keep their offset and flags.
func TestDescriptorsStandard(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	out, env := p.output(t)
	text := p.write(t, "text", []byte("0123456789"), 0o644)
	log := p.write(t, "log", nil, 0o644)
	s := launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{env}, Open: []launch.File{
		{FD: 0, Path: text, Flags: unix.O_RDONLY, Pos: 5},
		{FD: 1, Path: log, Flags: unix.O_WRONLY | unix.O_APPEND},
		{FD: 2, Path: text, Flags: unix.O_RDWR | unix.O_NONBLOCK, Pos: 1 << 33},
	}}
	descriptors(t, runTo(t, s, out), s, true)
}

// A decoy is open on all numbers around those that the stub gets, on the loader's
// signs of life too: with the offset that names a descriptor, and as the loader file.
func TestDecoys(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	decoy := p.program(t, "decoy", tiny.Print(decoyText, 1))
	out, env := p.output(t)
	for _, free := range [][2]int{{3, 4}, {3, 5}, {4, 5}, {4, 8}, {9, 10}, {20, 40}, {20, 1000}} {
		for _, file := range []string{decoy, p.rtld} {
			for _, pos := range []int64{0, note, note + int64(free[0]), note + int64(free[0]) + 1, note + int64(free[1])} {
				t.Run(fmt.Sprintf("free %v/%s at %#x", free, filepath.Base(file), pos), func(t *testing.T) {
					if err := os.Truncate(out, 0); err != nil {
						t.Fatal(err)
					}
					s := launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{env}}
					for fd := 3; fd <= free[1]+3; fd++ {
						if fd != free[0] && fd != free[1] {
							s.Open = append(s.Open, launch.File{FD: fd, Path: file, Flags: unix.O_RDONLY, Pos: pos})
						}
					}
					d := runTo(t, s, out)
					descriptors(t, d, s, true)
					if d.ExecFn != prog {
						t.Errorf("AT_EXECFN is %q", d.ExecFn)
					}
				})
			}
		}
	}
}

// The limit counts from 0, so with fds 0 to 2 open, 5 leaves two numbers: P and R.
func TestDescriptorLimit(t *testing.T) {
	p := newPlace(t)
	prog := p.probe(t, "prog")
	out, env := p.output(t)
	tests := []struct {
		limit  uint64
		closed []int
		runs   bool
	}{
		{0, nil, false},
		{3, nil, false},
		{4, nil, false},
		{5, nil, true},
		{6, nil, true},
		{3, []int{0}, false},
		{4, []int{0}, true},
		{3, []int{0, 1}, true},
		{2, []int{0, 1}, true},
		{1, []int{0, 1}, false},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d closed %v", test.limit, test.closed), func(t *testing.T) {
			if err := os.Truncate(out, 0); err != nil {
				t.Fatal(err)
			}
			s := launch.Spec{Path: prog, Args: []string{"prog"}, Env: []string{env}, Close: test.closed,
				Limits: map[int]uint64{unix.RLIMIT_NOFILE: test.limit}}
			if !test.runs {
				refused(t, launch.Run(t, s), 127, stubgen.Message(p.rtld))
				return
			}
			descriptors(t, runTo(t, s, out), s, true)
		})
	}
}

// Files of every shape that elfimage writes reach the same program.
func TestShapes(t *testing.T) {
	p := newPlace(t)
	shapes := map[string]func(*elfimage.Image){
		"plain":    func(*elfimage.Image) {},
		"stripped": func(im *elfimage.Image) { im.Strip = true },
		"rodata":   func(im *elfimage.Image) { im.Rodata = make([]byte, 100) },
		"separate": func(im *elfimage.Image) { im.Rodata, im.Separate = make([]byte, 100), true },
		"large":    func(im *elfimage.Image) { im.Rodata = make([]byte, 3<<20) },
		"bss":      func(im *elfimage.Image) { im.BssSize = 1 << 30 },
		"all":      func(im *elfimage.Image) { im.Rodata, im.BssSize, im.Separate = make([]byte, 5000), 12345, true },
	}
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		t.Run(name, func(t *testing.T) {
			prog := p.program(t, "prog", probe.Code(), shapes[name])
			s := launch.Spec{Path: prog, Args: []string{"a", "b"}, Env: []string{"C=d"}}
			d := run(t, s)
			checkStart(t, p, d, s, prog)
		})
	}
}

// Relocations, an import that nobody defines, and zeroed memory are as they should be
// when the program looks at them.
func TestRelocated(t *testing.T) {
	p := newPlace(t)
	for _, separate := range []bool{false, true} {
		for _, strip := range []bool{false, true} {
			im := tiny.Relocated("all is well\n", 5)
			im.Separate, im.Strip = separate, strip
			file, err := tiny.Build(im, p.rtld)
			if err != nil {
				t.Fatal(err)
			}
			r := launch.Run(t, launch.Spec{Path: p.write(t, "prog", file, 0o755), Args: []string{"prog"}})
			if r.Exit != 5 || string(r.Stdout) != "all is well\n" || len(r.Stderr) > 0 {
				t.Errorf("separate %v, stripped %v: %s", separate, strip, describe(r))
			}
		}
	}
}
