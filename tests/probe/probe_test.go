package probe

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/asm/amd64"
	"slul/tests/tiny"
)

// dump runs the probe as a static file, without any loader.
func dump(t testing.TB, args, env []string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "probe")
	if err := os.WriteFile(file, tiny.Static(Code()), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(file, args...)
	cmd.Env = env
	out, _ := cmd.Output()
	if got := cmd.ProcessState.ExitCode(); got != Status {
		t.Fatalf("the probe ended with %v", cmd.ProcessState)
	}
	return out
}

// The kernel's own start of a static file is known, so it shows what the probe sees.
func TestProbe(t *testing.T) {
	d, err := Parse(dump(t, []string{"one", "", "three words here"}, []string{"A=1", "B="}))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"one", "", "three words here"}; !slices.Equal(d.Args[1:], want) {
		t.Errorf("args %q", d.Args)
	}
	if want := []string{"A=1", "B="}; !slices.Equal(d.Env, want) {
		t.Errorf("env %q", d.Env)
	}
	if want := strings.Join(d.Args, "\x00") + "\x00"; string(d.Files["cmdline"]) != want {
		t.Errorf("cmdline %q, want %q", d.Files["cmdline"], want)
	}
	if d.ExecFn != d.Args[0] || d.Exe != d.Args[0] || d.Comm != "probe" {
		t.Errorf("execfn %q, exe %q, comm %q, argv[0] %q", d.ExecFn, d.Exe, d.Comm, d.Args[0])
	}
	if entry, ok := d.Aux(9); !ok || entry != d.Entry {
		t.Errorf("AT_ENTRY %#x, entry %#x", entry, d.Entry)
	}
	for fd := range 3 { // there may be more, inherited by this test
		if _, ok := d.FDs[fd]; !ok {
			t.Errorf("descriptors %v, out %d", d.FDs, d.Out)
		}
	}
	if d.SP%16 != 0 || d.Regs[amd64.NoReg] != 1 {
		t.Errorf("rsp %#x, direction %d", d.SP, d.Regs[amd64.NoReg])
	}
	for r := amd64.RAX; r <= amd64.R15; r++ { // ELF_PLAT_INIT of the kernel clears all
		if r != amd64.RSP && d.Regs[r] != 0 {
			t.Errorf("register %d is %#x", r, d.Regs[r])
		}
	}
	maps, err := d.Maps()
	if err != nil || len(maps) < 3 {
		t.Errorf("maps %v, %v", maps, err)
	}
	if d.Status("Threads") != "1" {
		t.Errorf("status: Threads %q", d.Status("Threads"))
	}
}

// The probe shows a direction flag that is set and registers that are not zero.
func TestProbeSees(t *testing.T) {
	d := &Dump{}
	body := make([]byte, blockSize)
	for r := range d.Regs {
		binary.LittleEndian.PutUint64(body[8*r:], uint64(r)+100)
	}
	if err := d.record("regs", 0, body); err != nil {
		t.Fatal(err)
	}
	if d.Regs[amd64.RDX] != uint64(amd64.RDX)+100 || d.Regs[amd64.R15] != 116 {
		t.Errorf("registers %v", d.Regs)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(dump(f, []string{"a"}, []string{"B=c"}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := Parse(raw)
		if err == nil {
			d.Maps()
			d.Status("Uid")
		}
	})
}
