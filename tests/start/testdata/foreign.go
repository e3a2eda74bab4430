// A Go program that tells what it finds around itself.
package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	fmt.Printf("%q %q\n", os.Args, os.Environ())
	done := make(chan int)
	for i := range 10 {
		go func() { done <- i }()
	}
	sum := 0
	for range 10 {
		sum += <-done
	}
	runtime.GC()
	func() {
		defer func() { fmt.Println(recover()) }()
		var p *int
		*p = 1 // a signal
	}()
	fmt.Println(sum)
	os.Exit(len(os.Args))
}
