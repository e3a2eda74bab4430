// Package parallel does independent pieces of work on all CPUs. The caller sees nothing of
// that: results go where an index says, and a panic arrives where it would have.
package parallel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// least is how many pieces are worth a goroutine.
const least = 8

// Each calls do for 0 to n-1, in any order and at once, and returns when all have ended.
// When some panic, it panics itself with what the lowest of them said and its stack.
func Each(n int, do func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n/least)
	if workers < 2 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	var lock sync.Mutex
	failed, why := n, any(nil)
	work := func(i int) {
		defer func() {
			if p := recover(); p != nil {
				lock.Lock()
				defer lock.Unlock()
				if i < failed {
					failed, why = i, Panic{p, debug.Stack()}
				}
			}
		}()
		do(i)
	}
	for range workers {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wait.Wait()
	if why != nil {
		panic(why)
	}
}

// Panic is the panic of a piece of work, with the stack that it had.
type Panic struct {
	Value any
	Stack []byte
}

func (p Panic) String() string { return fmt.Sprintf("%v\n%s", p.Value, p.Stack) }
