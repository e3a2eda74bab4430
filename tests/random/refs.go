package random

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// refs.go makes programs about references: records that hold records and lists, a class,
// aliases, values that may be none, arenas, failures. What such a program does is not known
// to the generator; an interpreter of the typed tree says it (tests/interp).

// refsHead declares what the funcs of these programs work on.
const refsHead = `service CommandMain "refs"
` + shared + `record Spot
    int x = 0
    long y = 0
    wuint32 w = 7
    byte b in 0..=200 = 3
end
record Node
    int n
    ?!Node next = none
    !List of int items
    ?string label = none
    !Spot spot
    Colour c = .green
end
const Array of int primes = [2 3 5 7 11 13]
func number int i returns int
code
    return args[i].parse_int else i
end
func total ?Node from int most returns int
code
    int !sum = 0
    int !left = most
    ?Node !at = from
    while left > 0
        ?Node here = at
        break if here == none
        sum = (sum + here.n + here.items.length) mod 1009
        at = here.next
        left -= 1
    end
    return sum
end
`

// Types of these programs, as they are written. Those of `flat` may be changed inside an
// arena that they were made outside of.
var (
	refTypes = []string{"int", "long", "wuint32", "bool", "string", "Colour", "!Spot", "!Node", "!Bag", "!Bytes",
		"!List of int", "!List of string", "!List of !Node", "!Array of int", "!Map of int to int", "!Map of string to !Node"}
	refScalars = refTypes[:6]
	flat       = []string{"!Spot", "!Bytes", "!List of int", "!Array of int", "!Map of int to int"}
)

type refVar struct {
	typ, name string
	mutable   bool
	depth     int  // arenas that were open where it was declared
	field     bool // of the class around: only read inside an arena
}

type refFunc struct {
	name   string
	params []refVar
	result string // "": nothing
	fails  bool
	of     string // "Bag", or ""
}

// refs is the generator.
type refs struct {
	*writer
	r     *rand.Rand
	funcs []refFunc // that may be called here
	vars  []refVar
	names int
	depth int // blocks
	loops int
	arena int
	fn    refFunc
	calm  bool
}

// NewRefs makes the program of this seed, which is the file Refs.slul. Its first argument
// says which of entries funcs to call, the others are numbers for it.
func NewRefs(seed uint64, entries int) string {
	g := &refs{writer: &writer{}, r: rand.New(rand.NewPCG(seed, 2))}
	g.line("# seed %d", seed)
	g.copy(refsHead)
	g.bag()
	for i := range entries {
		g.function(fmt.Sprintf("f%d", i), "")
	}
	g.line("entry main returns nothing or Trouble")
	g.line("code")
	g.line("    !Spot spot = new x=(number 1) y=(number 2)")
	g.line("    !List of int items = [(number 3) 4]")
	g.line("    !Node node = new n=(number 1) items=items spot=spot")
	g.line("    !Bag bag = new \"first\"")
	g.line("    match args[0].parse_int else 0")
	for i, fn := range g.funcs[len(g.funcs)-entries:] {
		g.line("    case %d", i)
		call := fn.name
		for k, p := range fn.params {
			call += " " + g.start(p.typ, k+1)
		}
		g.indent = 2
		if fn.fails {
			call = "try " + call
		}
		g.line("%s", call)
		g.indent = 0
	}
	g.line("    else")
	g.line("    end")
	g.line("    console.print \"node {} {} {} {}\" node.n (total node 9) node.spot.x node.c")
	g.line("    console.print \"bag {}\" bag.shown")
	g.line("    for i in items")
	g.line("        console.write \" {}\" i")
	g.line("    end")
	g.line("    console.print \" items\"")
	g.line("end")
	return g.text.String()
}

// start is a value of type t for a call from main.
func (g *refs) start(t string, i int) string {
	switch t {
	case "int":
		return fmt.Sprintf("(number %d)", i)
	case "string":
		return fmt.Sprintf("(format \"t{}\" (number %d))", i)
	case "!Spot":
		return "spot"
	case "!Node":
		return "node"
	case "!Bag":
		return "bag"
	case "!List of int":
		return "items"
	}
	return g.fresh(t)
}

// bag is the class Bag: two funcs of random content besides those that are written here.
func (g *refs) bag() {
	g.copy(`class Bag
    fields
        !List of !Node nodes
        !Map of string to !Node by
        int count in 0..=900 = 0
        string last = "none"
        !Spot corner
    end
    ctor string first
    code
        nodes = new
        by = new
        corner = new x=first.length
        last = first
    end
    func shown returns string
    code
        return format "{} {} {} {} {}" nodes.length by.length count last corner.x
    end
    func !keep string key !Node n returns int
    code
        nodes.push n
        by.set key n
        count = nodes.length
        return by.length
    end
`)
	node := refVar{typ: "!Node", name: "n"}
	g.funcs = append(g.funcs,
		refFunc{name: "shown", result: "string", of: "Bag"},
		refFunc{name: "keep", params: []refVar{{typ: "string", name: "key"}, node}, result: "int", of: "Bag"},
		refFunc{name: "total", params: []refVar{{typ: "!Node", name: "from"}, {typ: "small", name: "most"}}, result: "int"})
	g.indent = 1
	for i := range 2 {
		g.function(fmt.Sprintf("m%d", i), "Bag")
	}
	g.indent = 0
	g.line("end")
}

func (g *refs) fresh_(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}

func (g *refs) wild() bool { return !g.calm || g.r.IntN(50) == 0 }

func (g *refs) function(name, of string) {
	fn := refFunc{name: name, fails: g.r.IntN(4) == 0, of: of}
	g.calm = g.r.IntN(5) > 0
	g.vars, g.loops, g.arena = nil, 0, 0
	sigil := "@"
	if of != "" {
		sigil = "!"
		g.vars = append(g.vars, refVar{"!List of !Node", "nodes", false, 0, true}, refVar{"!Map of string to !Node", "by", false, 0, true},
			refVar{"int", "count", true, 0, true}, refVar{"string", "last", true, 0, true}, refVar{"!Spot", "corner", true, 0, true})
	}
	head := fmt.Sprintf("func %s%s", sigil, name)
	for range 1 + g.r.IntN(4) {
		p := refVar{pick(g.r, refTypes), g.fresh_("p"), false, 0, false}
		fn.params = append(fn.params, p)
		head += " " + p.typ + " " + p.name
	}
	g.vars = append(g.vars, fn.params...)
	fn.result = pick(g.r, append([]string{"nothing"}, refTypes...))
	head += " returns " + fn.result
	if fn.fails {
		head += " or Trouble"
	}
	g.line("%s", head)
	g.line("code")
	g.fn = fn
	g.indent++
	for _, t := range []string{"int", "int", "string", "!Node", "!List of int"} {
		v := refVar{t, g.fresh_("k"), g.r.IntN(2) == 0, 0, false}
		g.declare(v, g.fresh(t))
	}
	g.indent--
	g.block(2 + g.r.IntN(7))
	g.indent++
	g.leave()
	g.indent--
	g.line("end")
	g.funcs = append(g.funcs, fn)
}

func (g *refs) declare(v refVar, value string) {
	mark := ""
	if v.mutable {
		mark = "!"
	}
	g.line("%s %s%s = %s", v.typ, mark, v.name, value)
	v.depth = g.arena
	g.vars = append(g.vars, v)
}

// leave ends the func.
func (g *refs) leave() {
	switch {
	case g.fn.fails && g.r.IntN(4) == 0:
		g.line("error .%s", pick(g.r, troubles))
	case g.fn.result == "nothing":
		g.line("return")
	case g.arena > 0 && slices.Contains([]string{"string", "!List of int", "!Bytes", "!Array of int", "!Spot"}, g.fn.result):
		g.line("return copy %s", g.expr(g.fn.result, 1))
	case g.arena > 0 && !slices.Contains(refScalars, g.fn.result):
		g.line("assert false")
	default:
		g.line("return %s", g.expr(g.fn.result, 2))
	}
}

func (g *refs) block(n int) {
	vars := g.vars
	g.depth++
	g.indent++
	for range n {
		g.statement()
	}
	g.indent--
	g.depth--
	g.vars = vars[:len(vars):len(vars)]
}

// visible are the variables of type t that can be used here; with change those that may
// be changed through or, being scalars or strings, assigned.
func (g *refs) visible(t string) (list []refVar) {
	for _, v := range g.vars {
		if v.typ == t && (v.depth == g.arena || slices.Contains(refScalars, t) || !v.field && slices.Contains(flat, t)) {
			list = append(list, v)
		}
	}
	return list
}

// variable is one of type t, "" without one.
func (g *refs) variable(t string) string {
	if list := g.visible(t); len(list) > 0 {
		return pick(g.r, list).name
	}
	return ""
}
