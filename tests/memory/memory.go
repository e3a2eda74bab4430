// Package memory measures and checks core's routines on blocks of memory (move, set, same,
// seek: compiler/gen/amd64/routine.go) beside the C library's memmove, memset, memcmp and
// memchr, in one C program that both are linked into.
//
//	go run ./tests/memory/bench [BYTES…]
package memory

import (
	"cmp"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"slul/compiler/gen/amd64"
)

//go:embed testdata/memory.c
var program []byte

// Sizes are those of which the figures are watched, bytes.
var Sizes = []int{16, 24, 32, 48, 64, 100, 128, 200, 256, 300, 400, 512, 600, 1000, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576}

// Row is a routine at one size: ns of ours and of the C library's, and their ratio, in the
// run of which the ratio is the median.
type Row struct {
	Routine string  `json:"routine"`
	Bytes   int     `json:"bytes"`
	Ours    float64 `json:"ours_ns"`
	Libc    float64 `json:"libc_ns"`
	Ratio   float64 `json:"ratio"`
}

// Build makes the C program in dir with gcc and gives its path.
func Build(dir string) (string, error) {
	var s strings.Builder
	s.WriteString("\t.text\n")
	for _, name := range []string{"mem.move", "mem.set", "mem.same", "mem.seek", "mem.cpu"} {
		code, err := amd64.Routines[name]()
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(&s, "\t.balign %[2]d\n\t.globl %[1]s\n%[1]s:\n", symbol(name), max(code.Align, 1))
		at := 0
		for _, f := range code.Fixups {
			writeBytes(&s, code.Bytes[at:f.Off])
			fmt.Fprintf(&s, "\t.long %s%+d - .\n", symbol(f.Sym), f.Add)
			at = f.Off + 4
		}
		writeBytes(&s, code.Bytes[at:])
	}
	s.WriteString("\t.section .note.GNU-stack,\"\"\n")
	source, assembly, path := filepath.Join(dir, "memory.c"), filepath.Join(dir, "routines.s"), filepath.Join(dir, "memory")
	if err := os.WriteFile(source, program, 0o644); err != nil {
		return "", err
	}
	if err := os.WriteFile(assembly, []byte(s.String()), 0o644); err != nil {
		return "", err
	}
	out, err := exec.Command("gcc", "-O2", "-fno-builtin", "-o", path, source, assembly).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("gcc: %w\n%s", err, out)
	}
	return path, nil
}

// symbol is a name that C can have.
func symbol(name string) string { return strings.ReplaceAll(name, ".", "_") }

func writeBytes(s *strings.Builder, b []byte) {
	for _, c := range b {
		fmt.Fprintf(s, "\t.byte %#x\n", c)
	}
}

// Measure gives the rows for the sizes. The program runs so many times: at up to 256 bytes a
// cycle is 12 %, and where the kernel puts code and stack decides over one.
func Measure(sizes []int, times int) ([]Row, error) {
	dir, err := os.MkdirTemp("", "slul-memory")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path, err := Build(dir)
	if err != nil {
		return nil, err
	}
	var runs [][]Row
	for range times {
		rows, err := Once(path, sizes)
		if err != nil {
			return nil, err
		}
		runs = append(runs, rows)
	}
	rows := make([]Row, len(runs[0]))
	for k := range rows {
		var same []Row
		for _, run := range runs {
			same = append(same, run[k])
		}
		slices.SortFunc(same, func(a, b Row) int { return cmp.Compare(a.Ratio, b.Ratio) })
		rows[k] = same[len(same)/2]
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(a.Routine, b.Routine) })
	return rows, nil
}

// Once runs the program of Build once: all routines, by size.
func Once(path string, sizes []int) (rows []Row, err error) {
	cmd := exec.Command(path, "bench")
	for _, n := range sizes {
		cmd.Args = append(cmd.Args, strconv.Itoa(n))
	}
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		var r Row
		if _, err := fmt.Sscan(line, &r.Routine, &r.Bytes, &r.Ours, &r.Libc, &r.Ratio); err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}
