package ir

import (
	"fmt"
	"slices"

	"slul/compiler/parallel"
)

// pass.go lists the passes in the order in which Optimize runs them on each function.
// Every pass takes and leaves a function that Verify accepts, keeps what the function
// does, and may be run alone (see RunPass) or left out.

// Pass is one step of Optimize.
type Pass struct {
	Name string
	Run  func(f *Func)
}

// passes is the road of a function. A name may come more than once: fold makes work
// for shareEqual and removeChecks, and these for fold.
var passes = []Pass{
	{"fold", fold},
	{"straighten", straighten},
	{"share", shareEqual},
	{"hoist", hoist},
	{"unroll", unroll},
	{"invert", invert},
	{"hoist", hoist},
	{"checks", removeChecks},
	{"fold", fold},
	{"strength", reduceStrength},
	{"straighten", straighten},
	{"hoist", hoist},
	{"share", shareEqual},
	{"dead", removeDead},
	{"straighten", straighten}, // blocks that only held dead values
	{"cold", markCold},
}

// last is the end of the road: what makes functions larger comes when nothing is put in
// place of a call any more.
var last = []Pass{
	{"version", version},
	{"straighten", straighten},
	{"walk", walk},
	{"fold", fold},
	{"hoist", hoist},
	{"share", shareEqual},
	{"arrange", arrange},
	{"dead", removeDead},
	{"sink", sink},
	{"cold", markCold},
}

// perLoop lists passes that look at the whole function again for each loop that they change. In
// functions of more than perLoopBlocks blocks, which only programs write, that would take longer
// than everything else: these are left as they are.
var perLoop = []string{"hoist", "unroll", "invert", "version", "walk", "arrange", "sink"}

const perLoopBlocks = 2000

// run does p on f, unless f is too large for it.
func (p *Pass) run(f *Func) {
	f.changed()
	if len(f.Blocks) <= perLoopBlocks || !slices.Contains(perLoop, p.Name) {
		p.Run(f)
	}
}

// alone lists passes that are no part of the road: lowering runs them.
var alone = []Pass{
	{"phis", simplifyPhis},
}

// precedes says which pass must have run before which, and why. A test checks it
// against passes.
var precedes = []struct{ first, then, why string }{
	{"fold", "share", "equal values are found in one form only"},
	{"fold", "unroll", "the first and the last number are constants"},
	{"straighten", "unroll", "a loop has one block in front"},
	{"hoist", "unroll", "what is the same on every turn is there once"},
	{"unroll", "invert", "a loop is tested in its head"},
	{"unroll", "checks", "what is known of one turn holds in the next"},
	{"straighten", "hoist", "a loop has one block in front"},
	{"hoist", "invert", "what the test of a loop computes anew is copied"},
	{"invert", "hoist", "the body's first block is the loop's"},
	{"hoist", "share", "what several loops of one place have in front is equal"},
	{"share", "checks", "knowledge is about values; equal ones must be one"},
	{"checks", "fold", "a check that is gone leaves plain arithmetic to fold"},
	{"checks", "straighten", "decided branches are still there"},
	{"checks", "strength", "division needs to know that its argument is not negative"},
	{"strength", "share", "quotient and remainder share the multiplication"},
	{"share", "dead", "what is shared leaves its arguments unused"},
	{"dead", "straighten", "dead values keep blocks from being empty"},
	{"invert", "version", "only loops that are tested at their ends are looked at"},
	{"checks", "version", "a check that is gone need not be asked for"},
	{"version", "straighten", "two turns in one are one run of values"},
	{"version", "walk", "what has no check left is exact"},
	{"walk", "fold", "steps of 1 times 1 are still there"},
	{"walk", "share", "what several addresses have in front of the loop is equal"},
	{"share", "arrange", "who shares a sum with others keeps it as it is"},
	{"arrange", "dead", "the old sums are left"},
	{"hoist", "sink", "what moves up would not come down again"},
	{"share", "sink", "one value for all that need it sinks to where they part"},
	{"straighten", "cold", "blocks have their final shape"},
}

// Optimize improves the module: every function by itself, then, with small functions
// put in place of their calls, those that this has changed once more.
func Optimize(m *Module) {
	work := m.Funcs
	m.callGraph() // so that all names have numbers
	for round := 0; len(work) > 0 && round < rounds; round++ {
		parallel.Each(len(work), func(i int) { m.runAll(work[i], passes) })
		work = inlineSmall(m)
	}
	parallel.Each(len(m.Funcs), func(i int) { m.runAll(m.Funcs[i], last) })
}

// runAll runs passes on f, and notes what it is then, as long as it is at hand.
func (m *Module) runAll(f *Func, list []Pass) {
	f.withRoom(func(f *Func) {
		for _, p := range list {
			p.run(f)
		}
		m.symbols.noteAgain(f)
		f.noteForm()
	})
}

// rounds bounds how often functions are put in place of calls in what that has changed.
const rounds = 4

// OptimizeChecked is Optimize, one function after the other, with the verifier behind
// every pass. after, if not nil, is shown the function as each pass leaves it.
func OptimizeChecked(m *Module, after func(pass string, f *Func)) error {
	look := func(pass string, f *Func) error {
		if err := VerifyFunc(f); err != nil {
			return fmt.Errorf("after %s: %w", pass, err)
		}
		if after != nil {
			after(pass, f)
		}
		return nil
	}
	run := func(list []Pass, funcs []*Func) error {
		for _, f := range funcs {
			for _, p := range list {
				p.run(f)
				if err := look(p.Name, f); err != nil {
					return err
				}
			}
		}
		return nil
	}
	work := m.Funcs
	for round := 0; len(work) > 0 && round < rounds; round++ {
		if err := run(passes, work); err != nil {
			return err
		}
		work = inlineSmall(m)
		for _, f := range work {
			if err := look("inline", f); err != nil {
				return err
			}
		}
	}
	return run(last, m.Funcs)
}

// RunPass runs the pass of that name on every function.
func RunPass(m *Module, name string) error {
	if name == "inline" {
		inlineSmall(m)
		return nil
	}
	for _, list := range [][]Pass{passes, last, alone} {
		for _, p := range list {
			if p.Name == name {
				for _, f := range m.Funcs {
					f.changed()
					p.Run(f)
				}
				return nil
			}
		}
	}
	return fmt.Errorf("no pass is called %s", name)
}

// PassNames gives each pass once, in order.
func PassNames() (names []string) {
	seen := map[string]bool{"inline": true}
	names = append(names, "inline")
	for _, list := range [][]Pass{passes, last, alone} {
		for _, p := range list {
			if !seen[p.Name] {
				seen[p.Name] = true
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// markCold marks the blocks that only lead to a place that never returns, as far as
// they end in a call: it ends the program.
func markCold(f *Func) {
	for _, b := range slices.Backward(f.order().order) {
		if b == f.Blocks[0] {
			continue
		}
		cold := b.Term == Stop
		if len(b.Succs) > 0 {
			cold = true
			for _, s := range b.Succs {
				cold = cold && s.Cold
			}
		}
		b.Cold = b.Cold || cold
	}
}
