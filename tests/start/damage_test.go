package start

// Damaged programs, through the finished loader: each bit of the headers turned over,
// each length of the file. Whatever comes of it is the right output or one line and
// 126 or 127; never a signal, never a hang, never something else on fd 1.

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"slul/elfimage"
	"slul/tests/launch"
	"slul/tests/tiny"
)

const rightText = "the right one\n"

// survives runs a file by the loader's name, without the helper of launch, which
// would take most of the time.
func (p place) survives(t *testing.T, what string, file []byte) (ran bool) {
	t.Helper()
	path := p.write(t, "damaged", file, 0o644)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.rtld, path)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", what, err)
	}
	code := cmd.ProcessState.ExitCode() // −1 for a signal
	if code == 3 && out.String() == rightText && errs.Len() == 0 {
		return true
	}
	line := errs.Bytes()
	if code != 127 && code != 126 || out.Len() > 0 || !bytes.HasPrefix(line, []byte("slulrtld: ")) || bytes.IndexByte(line, '\n') != len(line)-1 {
		t.Errorf("%s: %v, %s", what, cmd.ProcessState, describe(launch.Result{Exit: code, Stdout: out.Bytes(), Stderr: line}))
	}
	return false
}

// free are the bytes whose change may make another program of it, which then does
// what it likes: the entry in the note, and how much of the file a PT_LOAD takes.
func free(t *testing.T, file []byte) map[int]bool {
	t.Helper()
	f, err := elfimage.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	skip := map[int]bool{}
	field := func(off int) {
		for i := range 8 {
			skip[off+i] = true
		}
	}
	for i, s := range f.Segments {
		switch s.Type {
		case elf.PT_LOAD:
			field(64 + 56*i + 32) // p_filesz
		case elfimage.PT_SLUL:
			entry := bytes.Index(file[s.Off:s.Off+s.Filesz], binary.LittleEndian.AppendUint64(nil, f.Program.Entry))
			if entry < 0 {
				t.Fatal("the note has no entry")
			}
			field(int(s.Off) + entry)
		}
	}
	return skip
}

func TestDamaged(t *testing.T) {
	p := newPlace(t)
	shapes := []struct {
		name   string
		change func(*elfimage.Image)
	}{
		{"one segment", func(*elfimage.Image) {}},
		{"two segments", func(im *elfimage.Image) { im.BssSize = 10000 }},
	}
	for _, shape := range shapes {
		im := tiny.Image(tiny.Print(rightText, 3))
		im.Strip = true
		shape.change(im)
		file, err := tiny.Build(im, p.rtld)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(shape.name+"/bits", func(t *testing.T) {
			if !p.survives(t, "not damaged", file) {
				t.Error("it does not run when it is whole")
			}
			headers := 64 + 56*int(binary.LittleEndian.Uint16(file[56:])) + 64 // and the note behind them
			skip := free(t, file)
			ran, refused := 0, 0
			for off := range headers {
				for bit := range 8 {
					if skip[off] {
						continue
					}
					damaged := bytes.Clone(file)
					damaged[off] ^= 1 << bit
					if p.survives(t, fmt.Sprintf("bit %d of byte %#x", bit, off), damaged) {
						ran++
					} else {
						refused++
					}
				}
			}
			t.Logf("%d ran, %d were refused", ran, refused)
			if ran == 0 || refused == 0 {
				t.Error("one of these is not believable")
			}
		})
		t.Run(shape.name+"/lengths", func(t *testing.T) {
			for n := range len(file) {
				p.survives(t, fmt.Sprintf("the first %d bytes", n), file[:n])
			}
		})
	}
}

// The same for everything behind the headers of a program with imports and
// relocations, except its code.
func TestDamagedTables(t *testing.T) {
	p := newPlace(t)
	code := tiny.Print(rightText, 3)
	im := tiny.Image(code)
	im.Strip = true
	tiny.Unused(im)
	file, err := tiny.Build(im, p.rtld)
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Index(file, code.Bytes)
	if text < 0 || !p.survives(t, "not damaged", file) {
		t.Fatal("it does not run when it is whole")
	}
	skip := free(t, file)
	ran, refused := 0, 0
	for off := range file {
		if skip[off] || text <= off && off < text+len(code.Bytes) {
			continue
		}
		for _, change := range []byte{0x01, 0x08, 0x80, 0xff} {
			damaged := bytes.Clone(file)
			damaged[off] ^= change
			if p.survives(t, fmt.Sprintf("byte %#x ^ %#x", off, change), damaged) {
				ran++
			} else {
				refused++
			}
		}
	}
	t.Logf("%d ran, %d were refused", ran, refused)
	if ran == 0 || refused == 0 {
		t.Error("one of these is not believable")
	}
}
