package amd64

import (
	"testing"

	"slul/compiler/gen/mach"
	"slul/compiler/ir"
	"slul/compiler/ir/irtest"
)

// benchModule is a module of the size of a real program, optimized.
func benchModule() (m *ir.Module, values int) {
	m = &ir.Module{}
	for seed := range uint64(10) {
		x := irtest.Random(seed, 200)
		ir.Optimize(x)
		m.Funcs = append(m.Funcs, x.Funcs...)
	}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			values += len(b.Values)
		}
	}
	return m, values
}

// BenchmarkCompile counts values as bytes: MB/s are millions of values a second.
func BenchmarkCompile(b *testing.B) {
	m, values := benchModule()
	b.SetBytes(int64(values))
	size := 0
	for b.Loop() {
		size = 0
		for _, f := range m.Funcs {
			code, err := Compile(f, nil)
			if err != nil {
				b.Fatal(err)
			}
			size += len(code.Bytes)
		}
	}
	b.ReportMetric(float64(size)/float64(values), "B/value")
}

// BenchmarkSelectAllocate is the same without the assembler.
func BenchmarkSelectAllocate(b *testing.B) {
	m, values := benchModule()
	b.SetBytes(int64(values))
	for b.Loop() {
		for _, f := range m.Funcs {
			if err := mach.Allocate(isel(f, &CPU)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkLarge is one function of many values, which must not take a square of time.
func BenchmarkLarge(b *testing.B) {
	f := irtest.Random(3, 8000).FindFunc(irtest.RandomName)
	values := 0
	for _, x := range f.Blocks {
		values += len(x.Values)
	}
	b.SetBytes(int64(values))
	for b.Loop() {
		if _, err := Compile(f, nil); err != nil {
			b.Fatal(err)
		}
	}
}
