package parallel

import (
	"runtime"
	"strings"
	"testing"
)

func TestEach(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, n := range []int{0, 1, 7, 16, 1000} {
		done := make([]int, n)
		Each(n, func(i int) { done[i]++ })
		for i, times := range done {
			if times != 1 {
				t.Errorf("%d of %d was done %d times", i, n, times)
			}
		}
	}
}

func TestPanic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	defer func() {
		p, ok := recover().(Panic)
		if !ok || p.Value != "at 17" || !strings.Contains(string(p.Stack), "TestPanic") {
			t.Errorf("%v\n%s", p.Value, p.Stack)
		}
	}()
	Each(100, func(i int) {
		switch i {
		case 17:
			panic("at 17")
		case 99:
			panic("at 99")
		}
	})
	t.Error("no panic")
}
