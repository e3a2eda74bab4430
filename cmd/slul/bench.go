package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"slul/bench/code"
	"slul/bench/compile"
	"slul/bench/load"
	"slul/bench/measure"
	"slul/bench/picture"
	"slul/bench/result"
	"slul/bench/startup"
	"slul/bench/steps"
	"slul/elfimage"
)

// newBench is "slul bench": sizes and times, as text, data and pictures.
func newBench() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench COMMAND",
		Short: "Measure sizes and times",
		Long: `Measure what the tool chain makes: bytes of the stub, the loader and the examples,
times of starts, of loading, of compiled code and of the compiler. Times hold for
this machine only, so everything is set beside floors and other tools in one run.`,
		Example: `  slul bench stub --since HEAD~20
  slul bench startup -o today.json --plot startup.svg`,
		Args: cobra.ArbitraryArgs, // which words refuses
		RunE: words,
	}
	c.AddCommand(newBenchStub(), newBenchSizes(), newBenchStartup(), newBenchLoad(), newBenchSteps(), newBenchCode(), newBenchCompile(), newBenchShow(), newBenchCompare())
	return c
}

// benchFlags are those of every command that measures times.
type benchFlags struct {
	rounds int
	pin    bool
	json   bool
	plot   string
	out    string
	rtld   string
}

func (f *benchFlags) add(c *cobra.Command, rounds int) {
	c.Flags().IntVarP(&f.rounds, "rounds", "n", rounds, "start each program `N` times")
	c.Flags().BoolVar(&f.pin, "pin", true, "stay on one CPU")
	c.Flags().BoolVar(&f.json, "json", false, "for programs instead of people, and for slul bench compare")
	c.Flags().StringVarP(&f.out, "output", "o", "", "write the JSON to `FILE`, and the text to standard output all the same")
	c.Flags().StringVar(&f.plot, "plot", "", "draw `FILE`.svg or .png")
}

// addRtld is for commands that measure the loader.
func (f *benchFlags) addRtld(c *cobra.Command) {
	c.Flags().StringVar(&f.rtld, "rtld", "", "measure the loader in `FILE` instead of the embedded one")
}

func (f *benchFlags) options() measure.Options {
	return measure.Options{Rounds: f.rounds, Pin: f.pin}
}

// run measures in a folder of its own, and writes the result in all forms asked for.
func (f *benchFlags) run(w io.Writer, work func(dir string) (*result.Result, error)) error {
	o := f.options()
	if err := o.Check(); err != nil {
		return err
	}
	if f.plot != "" {
		if err := picture.Check(f.plot); err != nil {
			return err
		}
	}
	if f.rtld != "" {
		var err error
		if f.rtld, err = filepath.Abs(f.rtld); err != nil {
			return err
		}
	}
	dir, err := workDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r, err := work(dir)
	if err != nil {
		return err
	}
	r.Notes = append(r.Notes, "programs run "+o.Place())
	return f.write(w, r)
}

// write writes a result in all forms asked for.
func (f *benchFlags) write(w io.Writer, r *result.Result) error {
	if f.plot != "" {
		data, err := picture.Draw(r, f.plot)
		if err != nil {
			return err
		}
		if err := elfimage.WriteFile(f.plot, data, 0o644); err != nil {
			return err
		}
	}
	if f.out != "" {
		var data bytes.Buffer
		if err := r.WriteJSON(&data); err != nil {
			return err
		}
		if err := elfimage.WriteFile(f.out, data.Bytes(), 0o644); err != nil {
			return err
		}
	}
	if f.json {
		return r.WriteJSON(w)
	}
	return r.WriteText(w)
}

// workDir makes a folder whose path has the same length each time: programs have the
// path of their loader in them, and their sizes shall be those of the run before.
func workDir() (string, error) {
	for {
		dir := filepath.Join(os.TempDir(), fmt.Sprintf("slul-bench-%08x", rand.Uint32()))
		if err := os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// names splits a list that was given with commas.
func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func newBenchStartup() *cobra.Command {
	var f benchFlags
	var only []string
	var cold bool
	c := &cobra.Command{
		Use:   "startup [flags]",
		Short: "Measure what the start of a program costs",
		Long: `Start a hello of ours in every way that it can be started, what other tool chains
make of one, and the floors: a static file that only exits, and the same behind a
stub. All are started in turn, and everything is compared with the floors of the
same round. Tools that are not installed are named and left out.

With --cold, the kernel's caches of files, names and inodes are dropped before each
start. Only root can, and the whole machine is slow for a while.`,
		Example: `  slul bench startup
  slul bench startup -o today.json --plot startup.svg
  slul bench startup --only 'hello, stub' --only 'musl static'`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			if cold && !c.Flags().Changed("rounds") {
				f.rounds = 15
			}
			return f.run(c.OutOrStdout(), func(dir string) (*result.Result, error) {
				o := startup.Options{Options: f.options(), Version: version(), Only: only, Rtld: f.rtld}
				o.Cold = cold
				return startup.Run(dir, o)
			})
		},
	}
	f.add(c, 400)
	f.addRtld(c)
	c.Flags().StringArrayVar(&only, "only", nil, "only the `ROW` of this name, and the floors")
	complete(c, "only", startup.Names())
	c.Flags().BoolVar(&cold, "cold", false, "drop the kernel's caches before each start (root)")
	return c
}

func newBenchLoad() *cobra.Command {
	var f benchFlags
	var o load.Options
	var only string
	c := &cobra.Command{
		Use:   "load [flags]",
		Short: "Measure what libraries, symbols and relocations cost",
		Long: `Make libraries and programs that use them, and start them with our loader, glibc's
and musl's. Each series varies one number; what one more costs, and how that grows,
follows from its points. A loader that is not there, or that cannot do what a series
asks for, is named and left out.`,
		Example: `  slul bench load
  slul bench load --only libraries,symbols --max 1000
  slul bench load --only relr --keep /tmp/sets`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.run(c.OutOrStdout(), func(dir string) (*result.Result, error) {
				o.Options, o.Version, o.Only, o.Rtld = f.options(), version(), names(only), f.rtld
				return load.Run(dir, o)
			})
		},
	}
	f.add(c, 60)
	f.addRtld(c)
	c.Flags().StringVar(&only, "only", "", "only these `SERIES`, with commas between: "+strings.Join(load.Names(), ", "))
	c.Flags().IntVar(&o.Max, "max", 0, "leave out the points of more than `N`")
	c.Flags().StringVar(&o.Keep, "keep", "", "leave the files in the new folder `DIR`, for perf and strace")
	return c
}

func newBenchCompile() *cobra.Command {
	var f benchFlags
	var max int
	c := &cobra.Command{
		Use:   "compile [flags]",
		Short: "Measure how fast compilers are",
		Long: `Compile programs of a hundred to a hundred thousand lines, the same in SLUL, C and Go,
with this command, tcc, gcc -O1 and Go's compiler. Compilers that are not installed
are named and left out.`,
		Example: `  slul bench compile
  slul bench compile --max 10000 --plot compile.svg`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return err
			}
			return f.run(c.OutOrStdout(), func(dir string) (*result.Result, error) {
				return compile.Run(dir, compile.Options{Options: f.options(), Version: version(), Slul: self, Max: max})
			})
		},
	}
	f.add(c, 5)
	c.Flags().IntVar(&max, "max", 0, "leave out programs of more than `N` lines")
	return c
}

func newBenchShow() *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:     "show [--plot FILE] RESULT.json",
		Short:   "Print a result again, or draw it",
		Long:    "Print a result that was written with --json or -o as text, and draw its picture.",
		Example: `  slul bench show --plot today.svg today.json`,
		Args:    takes(false, "RESULT.json"),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := result.Read(args[0])
			if err != nil {
				return err
			}
			return f.write(c.OutOrStdout(), r)
		},
	}
	c.Flags().StringVar(&f.plot, "plot", "", "draw `FILE`.svg or .png")
	return c
}

func newBenchCompare() *cobra.Command {
	var fail bool
	threshold := 100 * result.Threshold
	c := &cobra.Command{
		Use:   "compare [flags] OLD.json NEW.json",
		Short: "Say what has changed between two results",
		Long: `Compare two results of the same benchmark, written with --json or -o. Times are
compared as ratios, within the run and the round, to the floor or other tool that takes
about as long; p is the probability, by Mann-Whitney's test, that both come from one distribution. A change
counts when p is below 0.05 and the medians differ by more than the threshold. Sizes,
system calls and page faults (the least of the rounds) are exact: one more is a change,
of page faults two. Rows of others are only said to have changed.`,
		Example: `  slul bench compare before.json after.json
  slul bench compare --fail --threshold 3 before.json after.json`,
		Args: takes(false, "OLD.json", "NEW.json"),
		RunE: func(c *cobra.Command, args []string) error {
			old, err := result.Read(args[0])
			if err != nil {
				return err
			}
			now, err := result.Read(args[1])
			if err != nil {
				return err
			}
			x, err := result.Compare(old, now, threshold/100)
			if err != nil {
				return err
			}
			if err := x.WriteText(c.OutOrStdout()); err != nil {
				return err
			}
			if n := len(x.Worse()); fail && n > 0 {
				return fmt.Errorf("%s: %d numbers of ours are worse than in %s", args[1], n, args[0])
			}
			return nil
		},
	}
	c.Flags().Float64Var(&threshold, "threshold", threshold, "ratios that differ by less than `PERCENT` are the same")
	c.Flags().BoolVar(&fail, "fail", false, "end with status 1 when a number of ours is worse")
	return c
}

func newBenchSteps() *cobra.Command {
	var f benchFlags
	c := &cobra.Command{
		Use:   "steps [flags]",
		Short: "Measure what single steps of a loader cost",
		Long: `Start programs by a stub and a loader that does one thing and exits, and tell what each
thing costs: a system call, a page, a mapping. That is how to find out where the time
of a start goes, which is too short to be looked at from inside.`,
		Example: `  slul bench steps -n 3000`,
		Args:    takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.run(c.OutOrStdout(), func(dir string) (*result.Result, error) {
				return steps.Run(dir, version(), f.options())
			})
		},
	}
	f.add(c, 1000)
	return c
}

func newBenchCode() *cobra.Command {
	var f benchFlags
	var o code.Options
	var only string
	c := &cobra.Command{
		Use:   "code [flags]",
		Short: "Measure what compiled code is worth",
		Long: `Run programs that compute, each in SLUL, C and Go, and tell their times as ratios to
those of gcc -O1; then copy, fill and compare memory of many sizes, beside the C
library, and call core's routines for that themselves, beside the C library's.
Compilers that are not installed are named and left out.`,
		Example: `  slul bench code
  slul bench code --only sieve,sort -n 20
  slul bench code --only memory --plot memory.svg`,
		Args: takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			return f.run(c.OutOrStdout(), func(dir string) (*result.Result, error) {
				o.Options, o.Version, o.Only = f.options(), version(), names(only)
				return code.Run(dir, o)
			})
		},
	}
	f.add(c, 9)
	c.Flags().StringVar(&only, "only", "", "only these `PROGRAMS`, with commas between: "+strings.Join(code.Names(), ", "))
	c.Flags().IntVar(&o.Max, "max", 0, "leave out sizes of memory of more than `N` bytes")
	return c
}
