package rtld_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os/exec"
	"testing"
	"time"

	"slul/rtld/elftest"
)

// Files of a few megabytes that are made to take long: every table as it should be, but each step of one
// walk leads to a long walk of another. All must end soon, started or refused.

// annex is what a test puts behind an object, in a segment of its own at annexAt.
type annex struct{ b []byte }

const annexAt = 1 << 20

// put appends v, aligned, and returns its address.
func (x *annex) put(v any) uint64 {
	for len(x.b)%8 != 0 {
		x.b = append(x.b, 0)
	}
	at := annexAt + uint64(len(x.b))
	x.b, _ = binary.Append(x.b, binary.LittleEndian, v)
	return at
}

// to puts the annex behind o.
func (x *annex) to(o *elftest.Object) {
	off := uint64(len(o.Body)+4095) &^ 4095
	o.Body = append(append(o.Body, make([]byte, int(off)-len(o.Body))...), x.b...)
	n := uint64(len(x.b))
	o.Progs[elftest.SegProperty] = elf.Prog64{Type: 1, Flags: 4, Off: off, Vaddr: annexAt, Filesz: n, Memsz: n, Align: 4096}
}

// runpath gives o a DT_RUNPATH that is unit, n times.
func runpath(o *elftest.Object, unit string, n int) {
	var x annex
	at := uint64(len(o.Str))
	str := append(append(bytes.Clone(o.Str), bytes.Repeat([]byte(unit), n)...), 0)
	o.Set(elf.DT_STRTAB, x.put(str))
	o.Set(elf.DT_STRSZ, uint64(len(str)))
	o.Set(elf.DT_RUNPATH, at)
	x.to(o)
}

// crowd gives o so many symbols in one hash chain, all with the hash of the name that as many
// relocations look for, none of them of that name; in DT_HASH none of them defined. name makes their names.
func crowd(o *elftest.Object, isSysv bool, symbols, relocations int, str []byte, name func(i int) uint32) {
	var x annex
	hash := uint32(5381)
	for _, c := range str[1 : 1+bytes.IndexByte(str[1:], 0)] {
		hash = hash*33 + uint32(c)
	}
	sym := make([]elf.Sym64, symbols+2)
	sym[1] = elf.Sym64{Name: 1, Info: 2 << 4} // weak and undefined: what is looked for
	gnu := []uint32{1, 2, 1, 0, 0xffffffff, 0xffffffff, 2}
	for i := 2; i < len(sym); i++ {
		sym[i] = elf.Sym64{Name: name(i - 2), Info: 1<<4 | 1, Shndx: 1, Value: elftest.PlainAt}
		gnu = append(gnu, hash&^1)
	}
	gnu[len(gnu)-1] |= 1
	rela := make([]elf.Rela64, relocations)
	for i := range rela {
		rela[i] = elf.Rela64{Off: o.At["w.absent"], Info: 1<<32 | uint64(elf.R_X86_64_GLOB_DAT)}
	}
	o.Set(elf.DT_SYMTAB, x.put(sym))
	o.Set(elf.DT_GNU_HASH, x.put(gnu))
	o.Set(elf.DT_RELA, x.put(rela))
	o.Set(elf.DT_RELASZ, uint64(24*relocations))
	o.Set(elf.DT_STRTAB, x.put(str))
	o.Set(elf.DT_STRSZ, uint64(len(str)))
	o.Drop(elf.DT_HASH)
	if isSysv {
		chain := []uint32{1, uint32(len(sym)), 2}
		for i := range sym {
			sym[i].Shndx = 0
			chain = append(chain, uint32(i+1)%uint32(len(sym)))
		}
		o.Drop(elf.DT_GNU_HASH)
		o.Set(elf.DT_SYMTAB, x.put(sym))
		o.Add(elf.DT_HASH, x.put(chain))
	}
	o.Drop(elf.DT_INIT_ARRAY)
	o.Drop(elf.DT_INIT_ARRAYSZ)
	o.Drop(elf.DT_RUNPATH)
	o.Drop(elf.DT_SONAME)
	x.to(o)
}

func TestSlowFiles(t *testing.T) {
	tests := map[string]func(f folder){
		"one chain for all symbols and relocations": func(f folder) {
			crowdIn(f, false, 40_000, 40_000, []byte("\x00looked for\x00another\x00"), func(int) uint32 { return 12 })
		},
		"one chain of DT_HASH, of symbols that are not defined": func(f folder) {
			crowdIn(f, true, 40_000, 40_000, []byte("\x00looked for\x00another\x00"), func(int) uint32 { return 12 })
		},
		"names of 1 MB that differ at the end": func(f folder) {
			str := append(append([]byte{0}, bytes.Repeat([]byte("a"), 1<<20)...), 0)
			crowdIn(f, false, 20_000, 1, str, func(i int) uint32 { return uint32(i + 2) })
		},
		"one long name, looked for again and again": func(f folder) {
			str := append(append([]byte{0}, bytes.Repeat([]byte("a"), 1<<20)...), 0)
			crowdIn(f, false, 1, 100_000, str, func(i int) uint32 { return 0 })
		},
		"17 modules and an index": func(f folder) {
			var needed []string
			for i := range 17 {
				name := fmt.Sprintf("lib%d", i)
				o := elftest.Letter('l', "")
				crowd(o, false, 6_000, 6_000, []byte("\x00looked for\x00another\x00"), func(int) uint32 { return 12 })
				f.put(name, o.Bytes())
				needed = append(needed, name)
			}
			f.object("prog", elftest.Main('M', needed...))
		},
		"a path of 10^6 directories": func(f folder) {
			f.object("prog", elftest.Main('M', "none"), func(o *elftest.Object) {
				for i := range 30 {
					o.Add(elf.DT_NEEDED, uint64(o.Name(fmt.Sprint("none", i))))
				}
				runpath(o, "a:", 1_000_000)
			})
		},
		"a path of 10^6 colons": func(f folder) {
			f.object("prog", elftest.Main('M', "none"), func(o *elftest.Object) {
				runpath(o, ":", 1_000_000)
			})
		},
		"a path of 10^5 $ORIGIN": func(f folder) {
			f.object("prog", elftest.Main('M', "none"), func(o *elftest.Object) {
				for i := range 30 {
					o.Add(elf.DT_NEEDED, uint64(o.Name(fmt.Sprint("none", i))))
				}
				runpath(o, "$ORIGIN", 100_000)
			})
		},
		"32,766 versions, asked for by overlapping tables": func(f folder) {
			f.object("lib", elftest.Letter('l', "lib"), func(o *elftest.Object) {
				var x annex
				str := append(bytes.Clone(o.Str), "V\x00"...)
				def := make([]elftest.Verdef, 32_766)
				for i := range def {
					def[i] = elftest.Verdef{Version: 1, Ndx: uint16(i + 2), Cnt: 1, Hash: uint32(i / (len(def) - 1)), Aux: 20, Next: 28, Name: uint32(len(str) - 2)}
				}
				o.Add(elf.DT_VERDEF, x.put(def))
				o.Add(elf.DT_VERDEFNUM, uint64(len(def)))
				o.Add(elf.DT_VERSYM, x.put(make([]uint16, 64)))
				o.Set(elf.DT_STRTAB, x.put(str))
				o.Set(elf.DT_STRSZ, uint64(len(str)))
				x.to(o)
			})
			f.object("prog", elftest.Main('M', "lib"), func(o *elftest.Object) {
				var x annex
				str := append(bytes.Clone(o.Str), "lib\x00V\x00"...)
				const tables = 1
				need := make([]elftest.Vernaux, tables+0xffff)
				for i := range need {
					need[i] = elftest.Vernaux{Hash: 1, Name: uint32(len(str) - 2), Next: 16}
					if i < tables { // a Verneed: version, count, file, where its entries begin
						need[i] = elftest.Vernaux{Hash: 1 | 0xfff0<<16, Flags: uint16(len(str) - 6), Name: uint32(16 * (tables - i)), Next: 16}
					}
				}
				o.Add(elf.DT_VERNEED, x.put(need))
				o.Add(elf.DT_VERNEEDNUM, tables)
				o.Add(elf.DT_VERSYM, x.put(make([]uint16, 64)))
				o.Set(elf.DT_STRTAB, x.put(str))
				o.Set(elf.DT_STRSZ, uint64(len(str)))
				x.to(o)
			})
		},
		"1,100 segments": func(f folder) {
			f.object("prog", elftest.Main('M'), func(o *elftest.Object) {
				const n = 1100
				o.Header.Phoff, o.Header.Phnum = uint64(len(o.Body)), n
				table := o.Progs
				for i := len(table); i < n; i++ {
					table = append(table, elf.Prog64{Type: 1, Flags: 6, Vaddr: uint64(1<<30 - i*8192), Memsz: 4096})
				}
				var b bytes.Buffer
				binary.Write(&b, binary.LittleEndian, table)
				o.Body = append(o.Body, b.Bytes()...)
			})
		},
		"COPY of 16 GB": func(f folder) {
			grow := func(o *elftest.Object) {
				o.Progs[elftest.SegRW].Memsz = 17 << 30
				o.Symbol("copied").Size = 16 << 30
			}
			writePair(f.t, f.dir, nil, grow)
			f.object("prog", elftest.User(), grow)
		},
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			prepare(f)
			cmd := exec.Command(loader(t), f.path("prog"))
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			from := time.Now()
			late := time.AfterFunc(4*patience, func() { cmd.Process.Kill() })
			defer late.Stop()
			cmd.Run()
			t.Logf("%v after %v: %.20q %.200q", cmd.ProcessState, time.Since(from), out.String(), errs.String())
			if d := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); d > patience || !cmd.ProcessState.Exited() {
				t.Errorf("it takes %v of the processor, %v", d, cmd.ProcessState)
			}
		})
	}
}

// crowdIn is crowd as the program of a folder.
func crowdIn(f folder, isSysv bool, symbols, relocations int, str []byte, name func(i int) uint32) {
	f.object("prog", elftest.Main('M'), func(o *elftest.Object) { crowd(o, isSysv, symbols, relocations, str, name) })
}
