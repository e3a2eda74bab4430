// Package steps measures what single steps of a loader cost: programs that start as
// floor2 of package startup does, by a stub and a second execve, and do one thing more.
// It says where the time of a start goes, which one start alone is too short for.
package steps

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	. "slul/asm/amd64"
	"slul/bench/measure"
	"slul/bench/result"
	"slul/elfimage"
	"slul/tests/tiny"
)

// step is what a loader does, in machine code. P is descriptor 3, R descriptor 4; below
// rsp is free.
type step struct {
	name string
	code func(a *Asm)
	size int // of the loader's segment, when it is not what the code needs
}

const base = "two execs and exit"

var stack = Mem{Base: RSP, Disp: -512} // on the page that the kernel has written to

var steps = []step{
	{name: base},
	{name: "the same again"}, // how much of all this is noise
	{name: "a segment of 32 KiB, of which one page is used", size: 32 << 10},
	{name: "a system call that does nothing (getuid)", code: call(unix.SYS_GETUID)},
	{name: "lseek of R", code: call(unix.SYS_LSEEK, 4, 0, unix.SEEK_CUR)},
	{name: "fstat of P", code: call(unix.SYS_FSTAT, 3, stack)},
	{name: "stat of argv[0]", code: call(unix.SYS_STAT, argv0, stack)},
	{name: "prctl(PR_SET_NAME)", code: call(unix.SYS_PRCTL, unix.PR_SET_NAME, argv0)},
	{name: "pread of 256 bytes of P", code: call(unix.SYS_PREAD64, 3, stack, 256, 0)},
	{name: "close of P and R", code: both(call(unix.SYS_CLOSE, 3), call(unix.SYS_CLOSE, 4))},
	{name: "a page of stack more", code: func(a *Asm) { a.Op(MOVQ, Mem{Base: RSP, Disp: -8192}, RAX) }},
	{name: "mmap of a page of P", code: mapP(0)},
	{name: "that, and a read from it", code: both(mapP(0), read)},
	{name: "mmap with MAP_POPULATE, and a read", code: both(mapP(unix.MAP_POPULATE), read)},
	{name: "readlink of /proc/self/fd/3", code: func(a *Asm) {
		tiny.CallWith(a, unix.SYS_READLINK, Label("link"), stack, 256)
	}},
}

// argv0 is the word above argc.
var argv0 = tiny.Word{Base: RSP, Disp: 8}

func call(number int, args ...any) func(*Asm) {
	return func(a *Asm) { tiny.CallWith(a, number, args...) }
}
func both(f, g func(*Asm)) func(*Asm) { return func(a *Asm) { f(a); g(a) } }

func mapP(flags int) func(*Asm) {
	return call(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|flags, 3, 0)
}

func read(a *Asm) { a.Op(MOVQ, RCX, Mem{Base: RAX}) }

// loader is the file that does a step and ends.
func (s *step) loader() []byte {
	a := New()
	a.Label(tiny.Start)
	if s.code != nil {
		s.code(a)
	}
	a.Op(XORL, RDI, RDI)
	tiny.Call(a, unix.SYS_EXIT_GROUP)
	a.String("link", []byte("/proc/self/fd/3\x00"))
	file := tiny.Static(tiny.Must(a))
	if s.size > len(file) {
		file = append(file, make([]byte, s.size-len(file))...)
		load := file[elfimage.EhdrSize:] // the first program header
		binary.LittleEndian.PutUint64(load[32:], uint64(s.size))
		binary.LittleEndian.PutUint64(load[40:], uint64(s.size))
	}
	return file
}

// Run makes all programs in dir and starts them.
func Run(dir, version string, o measure.Options) (*result.Result, error) {
	r := result.New("steps", version, dir)
	r.Rounds, r.Clock = o.Rounds, result.Started
	r.Bases = []string{base}
	r.Groups = []result.Group{{Name: "steps", What: "a stub starts a loader that does one thing and exits"}}
	var list []measure.Program
	for i, s := range steps {
		rtld := filepath.Join(dir, fmt.Sprint("loader", i))
		if err := os.WriteFile(rtld, s.loader(), 0o755); err != nil {
			return nil, err
		}
		im := tiny.Image(tiny.Exit(0))
		im.Strip = true
		data, err := tiny.Build(im, rtld)
		if err != nil {
			return nil, err
		}
		p := measure.Program{Name: s.name, Path: filepath.Join(dir, fmt.Sprint("program", i))}
		if err := os.WriteFile(p.Path, data, 0o755); err != nil {
			return nil, err
		}
		calls, err := measure.Calls(p)
		if err != nil {
			return nil, err
		}
		r.Rows, list = append(r.Rows, result.Row{Group: "steps", Name: s.name, Calls: &calls}), append(list, p)
	}
	o.Twice = true
	samples, err := measure.Run(dir, list, o)
	if err != nil {
		return nil, err
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		row.Times, row.Faults = samples[i].Times, samples[i].LeastFaults()
		row.More = more(samples[i].Times, samples[0].Times)
	}
	r.Finish()
	return r, nil
}

// more is the median of the differences of each round, in µs.
func more(times, base []int64) *float64 {
	list := make([]float64, len(times))
	for i := range times {
		list[i] = float64(times[i]-base[i]) / 1000
	}
	slices.Sort(list)
	return &list[len(list)/2]
}
