package clib

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slul/tests/launch"
	"slul/tests/need"
)

// TestZlib links the objects of Debian's libz.a, compiled by others for another purpose, into shared objects:
// memory functions, below sums, below inflate. What they inflate must be what Go deflated.
func TestZlib(t *testing.T) {
	const archive = "/usr/lib/x86_64-linux-gnu/libz.a"
	_, err := os.Stat(archive)
	need.That(t, err == nil, archive+" (package zlib1g-dev)")
	source, err := filepath.Abs("testdata/zlib")
	if err != nil {
		t.Fatal(err)
	}
	streams := makeStreams(t)
	for _, linker := range linkers {
		t.Run(linker, func(t *testing.T) {
			need.Tool(t, "ld."+linker)
			p := newPlace(t)
			cc := func(args ...string) {
				t.Helper()
				p.do(t, "gcc", append([]string{"-nostdlib", "-fno-stack-protector", "-O1", "-fuse-ld=" + linker, "-L.", "-Wl,-rpath,$ORIGIN"}, args...)...)
			}
			p.do(t, "ar", "x", archive, "adler32.o", "crc32.o", "inflate.o", "inffast.o", "inftrees.o", "zutil.o")
			// The objects are for programs: what they refer to directly must be of the library itself.
			p.write(t, "local", []byte("{ local: z_errmsg; };\n"))
			cc("-shared", "-fPIC", "-ffreestanding", "-o", "libmem.so", source+"/mem.c", "-Wl,-soname,libmem.so")
			cc("-shared", "-o", "libsum.so", "adler32.o", "crc32.o", "-lmem", "-Wl,-soname,libsum.so")
			cc("-shared", "-o", "libinflate.so", "inflate.o", "inffast.o", "inftrees.o", "zutil.o", "-lsum", "-lmem",
				"-Wl,-soname,libinflate.so", "-Wl,--version-script=local")
			cc("-shared", "-fPIC", "-o", "wrapped.so", source+"/main.c", "-linflate", "-lsum")
			cc("-pie", "-fPIE", "-o", "pie", source+"/main.c", "-linflate", "-lsum", "-Wl,--dynamic-linker="+p.rtld, "-Wl,--allow-shlib-undefined")
			for _, prog := range []string{p.wrap(t, "wrapped.so", "wrapped"), filepath.Join(p.dir, "pie")} {
				for _, s := range streams {
					got := passes(t, launch.Spec{Path: prog, Args: []string{prog}, Stdin: s.deflated})
					if !bytes.Equal(got, s.want) {
						t.Errorf("%s: %d bytes, which are not the %d that were deflated and their sums", s.name, len(got), len(s.want))
					}
				}
				whole := bytes.Clone(streams[0].deflated)
				whole[len(whole)-1] ^= 1 // of the stored sum
				if r := launch.Run(t, launch.Spec{Path: prog, Args: []string{prog}, Stdin: whole}); r.Exit != 97 {
					t.Errorf("a stream with a wrong sum: exit %d, want 97, a data error", r.Exit)
				}
			}
		})
	}
}

// stream is what a program gets, and what it must give.
type stream struct {
	name           string
	deflated, want []byte
}

func makeStreams(t *testing.T) (list []stream) {
	t.Helper()
	random := make([]byte, 100_000)
	source := rand.NewChaCha8([32]byte{1})
	source.Read(random)
	texts := map[string][]byte{
		"text":   []byte(strings.Repeat("All work and no play makes Jack a dull boy.\n", 5000)),
		"random": random,
		"empty":  {},
	}
	for _, name := range []string{"text", "random", "empty"} {
		text := texts[name]
		want := binary.LittleEndian.AppendUint32(bytes.Clone(text), crc32.ChecksumIEEE(text))
		want = binary.LittleEndian.AppendUint32(want, adler32.Checksum(text))
		for _, level := range []int{flate.NoCompression, flate.HuffmanOnly, flate.BestSpeed, flate.BestCompression} {
			var z, g bytes.Buffer
			zw, err1 := zlib.NewWriterLevel(&z, level)
			gw, err2 := gzip.NewWriterLevel(&g, level)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			for _, w := range []io.WriteCloser{zw, gw} {
				if _, err := w.Write(text); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
			}
			list = append(list, stream{name + ", zlib", z.Bytes(), want}, stream{name + ", gzip", g.Bytes(), want})
		}
	}
	return list
}
