// Command bench measures what the start of a program costs, from vfork to the end of
// wait4. It makes all programs itself, runs them in turn, round after round, and prints
// medians. The times hold for this machine, and only side by side.
//
//	go run ./tests/bench [-n ROUNDS] [-json] [-pin=false] [SOURCE…]
//
// sets programs of ours against the floors that no chain of two execs can go below:
//
//	floor1   a static file that only exits
//	floor2   a stub that starts floor1 as if it were the loader: two execs
//	exit     a program that only exits, through stub and loader, of one segment
//	exit2    the same with .bss: two segments
//	others   what the compiler makes of each SOURCE; by default examples/hello
//
//	go run ./tests/bench load [-n ROUNDS] [-json] [-pin=false] [-only SERIES,…] [-max N] [-keep DIR]
//
// sets our loader against glibc's and musl's on the same libraries. Each series
// (series.go) varies one number; a loader that is not there, or that cannot do what a
// series asks for, is left out with a line that says so. -max leaves out the larger
// points, -keep leaves the files in DIR, for perf and strace.
//
//	start.go    programs without libraries, and the floors
//	series.go   what is varied: libraries, symbols, relocations, size
//	loaders.go  who is measured, and what each of them can do
//	load.go     from series and loaders to rows
//	report.go   the rows as text
//	measure.go  from programs to numbers
//	spawn.go    the program that starts the programs
//	objects     the folder that makes libraries and their programs
package main

import (
	"flag"
	"fmt"
	"os"
)

// options are the flags of both commands.
type options struct {
	rounds    int
	json, pin bool
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	flags.BoolVar(&o.json, "json", false, "print JSON")
	flags.BoolVar(&o.pin, "pin", true, "stay on one CPU")
	rounds := func(n int) { flags.IntVar(&o.rounds, "n", n, "how often each program is started") }
	var c choice
	loads := len(args) > 0 && args[0] == "load"
	if loads {
		args = args[1:]
		rounds(60)
		flags.StringVar(&c.only, "only", "", "series, with commas between; all when empty")
		flags.IntVar(&c.max, "max", 0, "the largest number of a series; no limit when 0")
		flags.StringVar(&c.keep, "keep", "", "leave the files in this new folder")
	} else {
		rounds(400)
	}
	flags.Parse(args) // ends the process when it fails

	dir, err := os.MkdirTemp("", "slul-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if loads {
		return load(dir, o, c)
	}
	return start(dir, o, flags.Args())
}

// program is a file to be measured.
type program struct {
	name, path string
	size       int
}
