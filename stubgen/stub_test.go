package stubgen

import (
	"bytes"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"slul/tests/golden"
)

// TestLedger compares every byte of each target's stub with testdata.
func TestLedger(t *testing.T) {
	for _, target := range Targets {
		s, err := Generate(target, target.RTLD)
		if err != nil {
			t.Errorf("%s: %v", target.Name, err)
			continue
		}
		var got bytes.Buffer
		if err := Format(&got, s, "asm"); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, filepath.Join("testdata", "stub-"+strings.TrimSuffix(target.Name, "-linux")+".ledger"), got.String())
	}
}

// TestSize is the promise of docs/startup.md.
func TestSize(t *testing.T) {
	target := mustLookup(t, "x86_64-linux")
	s, err := Generate(target, target.RTLD)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Bytes) > 160 {
		t.Errorf("the stub is %d bytes, and may be 160", len(s.Bytes))
	}
	end := 0
	for _, i := range s.Items {
		if i.Off != end {
			t.Errorf("%q begins at %d, want %d", i.Text, i.Off, end)
		}
		end += i.Size
	}
	if end != len(s.Bytes) {
		t.Errorf("items cover %d of %d bytes", end, len(s.Bytes))
	}
}

func mustLookup(t testing.TB, name string) *Target {
	t.Helper()
	target, err := Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// TestPaths generates for paths of many lengths: displacements change their size.
func TestPaths(t *testing.T) {
	target := mustLookup(t, DefaultTarget)
	for _, size := range []int{2, 3, 25, 100, 108, 109, 110, 111, 112, 113, 126, 127, 128, 129, 255, 256, 1000, 4095} {
		path := "/" + strings.Repeat("x", size-1)
		s, err := Generate(target, path)
		if err != nil {
			t.Errorf("a path of %d bytes: %v", size, err)
			continue
		}
		if s.RTLD != path || !bytes.Contains(s.Bytes, []byte("no "+path+"\x00")) {
			t.Errorf("a path of %d bytes: the stub has %q", size, s.RTLD)
		}
	}
	for _, path := range []string{"/ü/slulrtld", "/a b/c", "/a/../b"} {
		if _, err := Generate(target, path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, c := range []struct{ path, want string }{
		{"", "is empty"},
		{"lib/rtld", "is not absolute"},
		{"./rtld", "is not absolute"},
		{"/lib/\x00rtld", "control byte 0x00"},
		{"/lib/rtld\n", "control byte 0x0a"},
		{"/lib/\x1b[2Jrtld", "control byte 0x1b"},
		{"/lib/\x7f", "control byte 0x7f"},
		{"/lib/", "is a directory's"},
		{"/", "is a directory's"},
		{"/" + strings.Repeat("x", 4095), "4096 bytes long"},
	} {
		if _, err := Generate(target, c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: error %v, want %q in it", c.path, err, c.want)
		}
	}
}

func TestTargets(t *testing.T) {
	if _, err := Lookup("vax-vms"); err == nil || err.Error() != `unknown target "vax-vms", known: x86_64-linux` {
		t.Errorf("error %v", err)
	}
	if target, err := ForMachine(elf.EM_X86_64); err != nil || target.Name != "x86_64-linux" {
		t.Errorf("target %v, error %v", target, err)
	}
	if _, err := ForMachine(elf.EM_VAX); err == nil || !strings.Contains(err.Error(), "EM_VAX") || !strings.Contains(err.Error(), "EM_X86_64") {
		t.Errorf("error %v", err)
	}
	if target := mustLookup(t, DefaultTarget); target != Targets[0] {
		t.Errorf("the default is %s", target.Name)
	}
}

func TestFormats(t *testing.T) {
	target := mustLookup(t, DefaultTarget)
	s, err := Generate(target, "/opt/<slul>&/rtld")
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for _, f := range Formats {
		var w bytes.Buffer
		if err := Format(&w, s, f); err != nil {
			t.Fatal(err)
		}
		out[f] = w.String()
	}
	if out["bin"] != string(s.Bytes) {
		t.Error("bin is not the stub")
	}
	if b, err := hex.DecodeString(strings.ReplaceAll(out["hex"], "\n", "")); err != nil || !bytes.Equal(b, s.Bytes) {
		t.Errorf("hex is not the stub: %v", err)
	}
	var j struct {
		Target, RTLD string
		Size, Code   int
		Items        []struct {
			Offset, Size      int
			Bytes, Text, Name string
		}
	}
	if err := json.Unmarshal([]byte(out["json"]), &j); err != nil {
		t.Fatal(err)
	}
	var all, names string
	for _, i := range j.Items {
		if i.Size*2 != len(i.Bytes) || i.Offset*2 != len(all) || i.Text == "" {
			t.Errorf("item %+v", i)
		}
		all += i.Bytes
		names += i.Name + " "
	}
	if all != hex.EncodeToString(s.Bytes) || j.Size != len(s.Bytes) || j.Code != s.CodeSize() || j.RTLD != s.RTLD || j.Target != target.Name {
		t.Errorf("json: %+v", j)
	}
	if !strings.HasSuffix(names, " exe cure cause rtld empty ") {
		t.Errorf("strings %q", names)
	}
	if n := strings.Count(out["asm"], "syscall"); n != 7 {
		t.Errorf("asm shows %d system calls, want 7\n%s", n, out["asm"])
	}
	var w bytes.Buffer
	if err := Format(&w, s, "elf"); err == nil || err.Error() != `unknown format "elf", known: bin, hex, asm, json` || w.Len() != 0 {
		t.Errorf("error %v", err)
	}
}

// TestVerifySees: Verify finds in the bytes alone what Generate was given.
func TestVerifySees(t *testing.T) {
	target := mustLookup(t, DefaultTarget)
	s, err := Generate(target, "/opt/slul/rtld")
	if err != nil {
		t.Fatal(err)
	}
	v, err := Verify(target, s.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if v.RTLD != s.RTLD || len(v.Items) != len(s.Items) {
		t.Fatalf("found %q and %d items", v.RTLD, len(v.Items))
	}
	for k, i := range v.Items {
		if j := s.Items[k]; i.Off != j.Off || i.Size != j.Size || i.Name != j.Name {
			t.Errorf("found %+v, made %+v", i, j)
		}
	}
}

// TestVerifyPath: what Generate would not write, Verify does not pass.
func TestVerifyPath(t *testing.T) {
	target := mustLookup(t, DefaultTarget)
	s, err := Generate(target, "/lib/rtld")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"xlib/rtld", "/lib/rtl\n", "/lib/rtl/"} {
		b := bytes.ReplaceAll(s.Bytes, []byte("/lib/rtld"), []byte(path))
		if _, err := Verify(target, b); err == nil || !strings.Contains(err.Error(), "the loader's path") {
			t.Errorf("%q: error %v", path, err)
		}
	}
	if _, err := Verify(target, make([]byte, maxSize+1)); err == nil {
		t.Error("a stub larger than any was passed")
	}
}

// TestOneBit turns over each bit of a stub. Inside the path that gives another path;
// elsewhere it must be refused, or be the same instructions in another encoding. The
// message's part also has edi = ebp = 2, so that a lea from either is the same.
func TestOneBit(t *testing.T) {
	target := mustLookup(t, DefaultTarget)
	s, err := Generate(target, target.RTLD)
	if err != nil {
		t.Fatal(err)
	}
	good, err := Verify(target, s.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	path := bytes.Index(s.Bytes, []byte(target.RTLD))
	other, writeFrom := 0, 0 // offset of the instruction from which on edi is 2
	for _, i := range good.Items {
		if i.Text == "mov edi, ebp" {
			writeFrom = i.Off
		}
	}
	for bit := range 8 * len(s.Bytes) {
		b := bytes.Clone(s.Bytes)
		b[bit/8] ^= 1 << (bit % 8)
		v, err := Verify(target, b)
		if err != nil {
			continue
		}
		if off := bit / 8; path <= off && off < path+len(target.RTLD) {
			if v.RTLD != string(b[path:path+len(target.RTLD)]) {
				t.Errorf("byte %d: the path is %q", off, v.RTLD)
			}
			continue
		}
		other++
		for k, i := range v.Items {
			if same := k < len(good.Items) && (i.Text == good.Items[k].Text ||
				i.Off > writeFrom && strings.Replace(i.Text, "[rdi", "[rbp", 1) == good.Items[k].Text); !same {
				t.Errorf("bit %d of byte %d was not missed: %s", bit%8, bit/8, i.Text)
			}
		}
	}
	t.Logf("%d of %d bits make another encoding of the same instructions", other, 8*len(s.Bytes))
}

func FuzzVerify(f *testing.F) {
	target := mustLookup(f, DefaultTarget)
	for _, path := range []string{target.RTLD, "/a"} {
		s, err := Generate(target, path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.Bytes)
		f.Add(s.Bytes[:len(s.Bytes)-1])
		f.Add(s.Bytes[s.CodeSize():])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Verify(target, b)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x00") {
				t.Errorf("not one line: %q", err)
			}
			return
		}
		// what is passed could be made for its path, and makes at least the six calls
		if _, err := Generate(target, s.RTLD); err != nil {
			t.Fatalf("%q was passed: %v", s.RTLD, err)
		}
		if n := calls(s); n < 6 {
			t.Errorf("%d system calls", n)
		}
	})
}

// calls counts the system calls.
func calls(s *Stub) int {
	n := 0
	for _, i := range s.Items {
		if i.Name == "" && i.Text == "syscall" {
			n++
		}
	}
	return n
}

// BenchmarkGenerate assembles a stub and proves it.
func BenchmarkGenerate(b *testing.B) {
	target := mustLookup(b, DefaultTarget)
	size := 0
	for b.Loop() {
		s, err := Generate(target, target.RTLD)
		if err != nil {
			b.Fatal(err)
		}
		size = len(s.Bytes)
	}
	b.ReportMetric(float64(size), "B/stub")
}

// BenchmarkVerify is the proof alone.
func BenchmarkVerify(b *testing.B) {
	target := mustLookup(b, DefaultTarget)
	s, err := Generate(target, target.RTLD)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(s.Bytes)))
	for b.Loop() {
		if _, err := Verify(target, s.Bytes); err != nil {
			b.Fatal(err)
		}
	}
}
