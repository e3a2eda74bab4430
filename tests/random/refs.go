package random

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// refs.go makes programs about references: records that hold records and lists, a class,
// aliases, values that may be none, arenas, failures. What such a program does is not known
// to the generator; an interpreter of the typed tree says it (tests/interp).

// refsHead declares what the funcs of these programs work on.
const refsHead = `service CommandMain "refs"
giveme
    Args args
    @Console console
end
enum Colour
    red
    green
    blue
end
enum Trouble
    odd
    big
    late
end
record Spot
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
	from  int // first of vars that belong to the func's own arena
}

// NewRefs makes the program of this seed, which is the file Refs.slul. Its first argument
// says which of entries funcs to call, the others are numbers for it.
func NewRefs(seed uint64, entries int) string {
	g := &refs{writer: &writer{}, r: rand.New(rand.NewPCG(seed, 2))}
	g.line("# seed %d", seed)
	for line := range strings.Lines(refsHead) {
		g.line("%s", strings.TrimSuffix(line, "\n"))
	}
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
	for line := range strings.Lines(`class Bag
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
`) {
		g.line("%s", strings.TrimSuffix(line, "\n"))
	}
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

func (g *refs) statement() {
	deep := g.depth > 3
	switch n := g.r.IntN(30); {
	case n < 5:
		t := pick(g.r, refTypes)
		value := g.expr(t, 2)
		g.declare(refVar{t, g.fresh_("v"), g.r.IntN(2) == 0, 0, false}, value)
	case n < 9:
		g.assign()
	case n < 15:
		g.change()
	case n < 17:
		g.line("console.print \"{} {}\" %s %s", g.shownExpr(), g.shownExpr())
		if g.fn.of != "" { // a class has no console
			lines := g.text.String()
			lines = lines[:strings.LastIndex(strings.TrimSuffix(lines, "\n"), "\n")+1]
			g.text.Reset()
			g.text.WriteString(lines)
			g.lines--
			g.assign()
		}
	case n < 19 && !deep:
		g.line("if %s", g.expr("bool", 2))
		g.block(2)
		if g.r.IntN(2) == 0 {
			g.line("else")
			g.block(2)
		}
		g.line("end")
	case n < 21 && !deep:
		g.loop()
	case n < 24 && !deep:
		g.perhaps()
	case n == 24 && !deep && g.arena < 2:
		g.line("arena")
		g.arena++
		g.block(4)
		g.arena--
		g.line("end")
	case n == 25 && g.loops > 0:
		g.line("%s if %s", pick(g.r, []string{"skip", "break"}), g.expr("bool", 1))
	case n == 26 && !deep:
		g.match()
	case n == 27 && !deep:
		g.line("if %s", g.expr("bool", 1))
		g.indent++
		g.leave()
		g.indent--
		g.line("end")
	case n == 28 && g.wild():
		g.line("assert %s", g.expr("bool", 2))
	default:
		g.callStatement()
	}
}

// shownExpr is what a format takes.
func (g *refs) shownExpr() string { return g.expr(pick(g.r, refScalars[:6]), 2) }

// assign gives a variable, a field or an element another value.
func (g *refs) assign() {
	var fit []refVar
	for _, v := range g.vars {
		if v.mutable && (v.depth == g.arena || !v.field && slices.Contains(refScalars, v.typ)) {
			fit = append(fit, v)
		}
	}
	if len(fit) > 0 && g.r.IntN(2) == 0 {
		v := pick(g.r, fit)
		switch {
		case v.typ == "string" && v.depth < g.arena:
			g.line("%s = copy %s", v.name, g.expr("string", 1))
		case v.typ == "int" && g.r.IntN(3) == 0:
			g.line("%s = (%s + %s) mod 900", v.name, v.name, g.expr("int", 1))
		case (v.typ == "long" || v.typ == "wuint32" || v.typ == "int") && g.r.IntN(3) == 0 && g.wild():
			g.line("%s %s= %s", v.name, pick(g.r, []string{"+", "-", "*", "/"}), g.expr(v.typ, 1))
		default:
			g.line("%s = %s", v.name, g.expr(v.typ, 2))
		}
		return
	}
	if x := g.variable("!Spot"); x != "" && g.r.IntN(2) == 0 {
		f := pick(g.r, []string{"x int", "y long", "w wuint32"})
		name, t, _ := strings.Cut(f, " ")
		op := "="
		if g.r.IntN(3) == 0 && g.wild() {
			op = pick(g.r, []string{"+=", "-=", "*="})
		}
		g.line("%s.%s %s %s", x, name, op, g.expr(t, 2))
		return
	}
	if x := g.variable("!Node"); x != "" {
		switch g.r.IntN(5) {
		case 0:
			g.line("%s.n = %s", x, g.expr("int", 2))
		case 1:
			g.line("%s.next = %s", x, pick(g.r, []string{"none", g.expr("!Node", 1)}))
		case 2:
			g.line("%s.label = %s", x, pick(g.r, []string{"none", g.expr("string", 1)}))
		case 3:
			g.line("%s.spot = %s", x, g.expr("!Spot", 1))
		case 4:
			g.line("%s.items = %s", x, g.expr("!List of int", 1))
		}
	}
}

// change does something with an object that a variable refers to.
func (g *refs) change() {
	t := pick(g.r, refTypes[9:])
	x := g.variable(t)
	if x == "" {
		return
	}
	i := g.expr("small", 1)
	switch t {
	case "!Bytes":
		g.line("%s", pick(g.r, []string{
			x + ".push " + g.expr("byte", 1), x + ".push_string " + g.expr("string", 1), x + ".push_be32 " + g.expr("wuint32", 1),
			x + ".clear", x + ".truncate (min " + i + " " + x + ".length)", "if " + x + ".length < 3000\n" + x + ".push_bytes " + x + "\nend",
			x + ".push_format \"{x4}|{}\" " + g.expr("int", 1) + " " + g.expr("bool", 1)}))
	case "!List of int", "!List of string", "!List of !Node":
		elem := strings.TrimPrefix(t, "!List of ")
		list := []string{x + ".push " + g.expr(elem, 1), x + ".push " + g.expr(elem, 1), x + ".insert (min " + i + " " + x + ".length) " + g.expr(elem, 1),
			x + ".reverse", "if " + x + ".length > 5\n" + x + ".remove " + i + "\n" + x + "[" + i + "] = " + g.expr(elem, 1) + "\nend"}
		if elem != "!Node" {
			list = append(list, x+".sort")
		}
		if g.wild() {
			list = append(list, x+".remove "+i, x+".clear", x+"["+i+"] = "+g.expr(elem, 1))
		}
		g.line("%s", pick(g.r, list))
	case "!Array of int":
		g.line("%s[%s] %s %s", x, i, pick(g.r, []string{"=", "="}), g.expr("int", 1))
	case "!Map of int to int":
		g.line("%s", pick(g.r, []string{x + ".set " + i + " " + g.expr("int", 1), x + ".set " + i + " " + g.expr("int", 1), x + ".remove " + i}))
	case "!Map of string to !Node":
		k := g.expr("string", 1)
		g.line("%s", pick(g.r, []string{x + ".set " + k + " " + g.expr("!Node", 1), x + ".remove " + k}))
	}
	g.recount()
}

// recount counts the lines that a statement of several lines has brought.
func (g *refs) recount() { g.lines = strings.Count(g.text.String(), "\n") }

func (g *refs) loop() {
	v := refVar{name: g.fresh_("i")}
	switch g.r.IntN(4) {
	case 0:
		v.typ = "int"
		g.line("for %s in 0..%s", v.name, g.expr("small", 1))
	case 1:
		if x := g.variable("!List of int"); x != "" {
			v.typ = "int"
			g.line("for %s in %s", v.name, x)
			break
		}
		fallthrough
	case 2:
		v.typ = "string"
		g.line("for %s in %s.words", v.name, g.expr("string", 1))
	case 3:
		if x := g.variable("!List of !Node"); x != "" {
			v.typ = "!Node"
			g.line("for %s in %s", v.name, x)
			break
		}
		v.typ = "int"
		g.line("for %s in primes", v.name)
	}
	v.depth = g.arena
	vars := g.vars
	g.vars = append(vars[:len(vars):len(vars)], v)
	g.loops++
	g.block(3)
	g.loops--
	g.vars = vars
	g.line("end")
}

// perhaps looks at a value that may be none.
func (g *refs) perhaps() {
	v := refVar{name: g.fresh_("q"), depth: g.arena}
	node, m, l := g.variable("!Node"), g.variable("!Map of string to !Node"), g.variable("!List of int")
	value := ""
	switch n := g.r.IntN(5); {
	case n == 0 && node != "":
		v.typ, value = "!Node", node+".next"
	case n == 1 && node != "":
		v.typ, value = "string", node+".label"
	case n == 2 && m != "":
		v.typ, value = "!Node", m+".get "+g.expr("string", 1)
	case n == 3 && l != "":
		v.typ, value = "int", l+".pop"
	default:
		v.typ, value = "int", g.expr("string", 1)+".find "+g.expr("string", 0)
	}
	g.line("?%s %s = %s", v.typ, v.name, value)
	vars := g.vars
	known := func() {
		g.vars = append(vars[:len(vars):len(vars)], v)
		g.block(3)
		g.vars = vars
	}
	if g.r.IntN(2) == 0 {
		g.line("if %s <> none", v.name)
		known()
		g.line("else")
		g.block(2)
	} else {
		g.line("if %s == none", v.name)
		g.block(2)
		g.line("else")
		known()
	}
	g.line("end")
}

func (g *refs) match() {
	switch g.r.IntN(3) {
	case 0:
		g.line("match %s", g.expr("Colour", 1))
		for _, c := range colours {
			g.line("case .%s", c)
			g.block(2)
		}
	case 1:
		g.line("match %s", g.expr("string", 1))
		g.line("case \"\", \"a\"")
		g.block(2)
		g.line("case \"first\"")
		g.block(1)
		g.line("else")
		g.block(2)
	case 2:
		g.line("match %s", g.expr("int", 1))
		g.line("case 0, 7..=99")
		g.block(2)
		g.line("case 50..=600, 3")
		g.block(1)
		g.line("else")
		g.block(2)
	}
	g.line("end")
}

// callStatement calls a func, and does something when it fails.
func (g *refs) callStatement() {
	call, fn := g.call(func(fn refFunc) bool { return true })
	if call == "" {
		return
	}
	switch {
	case fn.fails && g.fn.fails && g.r.IntN(2) == 0:
		g.line("try %s", call)
	case fn.fails:
		g.line("%s", call)
		name := g.fresh_("e")
		g.line("on error %s", name)
		g.block(1)
		g.line("end")
	default:
		g.line("%s", call)
	}
}

// call is a call of one of the funcs that can be called here.
func (g *refs) call(fits func(refFunc) bool) (string, refFunc) {
	var list []refFunc
	for _, fn := range g.funcs {
		if g.fn.of == "Bag" && fn.of == "" && fn.name != "total" { // those print
			continue
		}
		if fits(fn) && (fn.of == "" || g.variable("!Bag") != "") {
			list = append(list, fn)
		}
	}
	if len(list) == 0 || g.r.IntN(3) == 0 {
		return "", refFunc{}
	}
	fn := pick(g.r, list)
	text := fn.name
	if fn.of != "" {
		text = g.variable("!Bag") + "." + text
	}
	for _, p := range fn.params {
		text += " " + g.expr(p.typ, 0)
	}
	return text, fn
}

// fresh is a new value of type t.
func (g *refs) fresh(t string) string {
	n := g.r.IntN(12)
	switch t {
	case "int", "long", "wuint32", "byte", "small":
		return fmt.Sprint(n)
	case "bool":
		return pick(g.r, []string{"true", "false"})
	case "string":
		return pick(g.r, []string{`""`, `"a"`, `"first"`, `"a b  c"`, `"x,y,a"`, `"\xff\n"`})
	case "Colour":
		return "Colour." + pick(g.r, colours)
	case "!Spot":
		return fmt.Sprintf("(new Spot x=%d y=%d)", n, g.r.IntN(99))
	case "!Node":
		return fmt.Sprintf("(new Node n=%d items=(new List of int) spot=(new Spot b=%d))", n, n)
	case "!Bag":
		return `(new Bag "b")`
	case "!Array of int":
		return fmt.Sprintf("(new Array of int %d)", 6)
	}
	return "(new " + t[1:] + ")"
}

// expr is an atom of type t. "small" is an int below 6, as an index.
func (g *refs) expr(t string, depth int) string {
	if g.r.IntN(3) > 0 {
		if x := g.variable(t); x != "" && (depth == 0 || g.r.IntN(2) == 0) {
			return x
		}
	}
	if depth > 0 {
		if call, fn := g.call(func(fn refFunc) bool { return fn.result == t }); call != "" && g.r.IntN(4) == 0 {
			switch {
			case fn.fails && g.fn.fails && g.r.IntN(2) == 0:
				return "(try " + call + ")"
			case fn.fails:
				return "(" + call + " else " + g.expr(t, 0) + ")"
			}
			return "(" + call + ")"
		}
		if x := g.compound(t, depth-1); x != "" {
			return x
		}
	}
	if x := g.variable(t); x != "" {
		return x
	}
	if t == "small" {
		return "(" + g.expr("int", 0) + " mod 6)"
	}
	return g.fresh(t)
}

// compound is an expression with parts, "" when there is nothing for it.
func (g *refs) compound(t string, d int) string {
	e := func(t string) string { return g.expr(t, d) }
	of := func(format string, t string) string {
		if x := g.variable(t); x != "" {
			return strings.ReplaceAll(format, "$", x)
		}
		return ""
	}
	k := g.variable("int") // there always is one
	var list []string
	switch t {
	case "int":
		list = []string{"((" + e("int") + " + " + k + ") mod 1009)", "(" + k + " mod " + fmt.Sprint(2+g.r.IntN(9)) + ")", e("string") + ".length",
			of("$.x", "!Spot"), of("$.n", "!Node"), of("$.items.length", "!Node"), of("$.length", "!List of string"),
			of("($.get "+e("int")+" else "+e("int")+")", "!Map of int to int"), of("$.spot.x", "!Node"), of("$.length", "!Bytes"),
			"(" + e("string") + ".find " + e("string") + " else " + e("int") + ")", of("($.pop else "+e("int")+")", "!List of int"),
			"(min " + e("int") + " " + k + ")", "primes[" + e("small") + "]", "(to_int (low_byte " + e("wuint32") + "))",
			of("($.find "+e("byte")+" else "+k+")", "!Bytes"), of("(total $ "+e("small")+")", "!Node"), of("$[5]", "!Array of int")}
		if g.wild() {
			list = append(list, of("$["+e("small")+"]", "!List of int"), "("+k+" - "+e("int")+")", "("+e("int")+" * "+k+")", "("+e("int")+" / "+k+")")
		}
	case "small":
		list = []string{"(" + k + " mod 6)", "(" + e("string") + ".length mod 6)"}
	case "byte":
		list = []string{"(to_byte (" + e("int") + " mod 256))"}
		if g.wild() {
			list = append(list, of("$[0]", "string"), of("$[1]", "!Bytes"), of("$.b", "!Spot"))
		}
	case "long":
		list = []string{"(" + k + " * " + e("long") + " mod 1000)", of("$.y", "!Spot"), "(to_long " + k + ")"}
	case "wuint32":
		list = []string{"((to_wuint32 " + k + ") * " + e("wuint32") + ")", of("$.w", "!Spot"), "(rotl32 " + e("wuint32") + " " + e("int") + ")"}
	case "bool":
		list = []string{"(" + k + " " + pick(g.r, []string{"<", "<=", "==", "<>", ">"}) + " " + e("int") + ")",
			"(" + e("string") + " == " + e("string") + ")", "(" + e("string") + " < " + e("string") + ")",
			of("($.has "+e("int")+")", "!Map of int to int"), "(" + e("string") + ".contains " + e("string") + ")",
			"(not " + e("bool") + ")", "(" + e("bool") + " and " + e("bool") + ")", "(" + e("bool") + " or " + e("bool") + ")",
			of("($.next == none)", "!Node"), of("($.label <> none)", "!Node"), of("($.c == .red)", "!Node")}
	case "string":
		s := e("string")
		list = []string{"(format \"{}:{3}\" " + e("int") + " " + e("int") + ")", s + ".upper", s + ".trim", "(" + s + ".replace \"a\" \"bc\")",
			"(copy " + s + ")", of("$.text", "!Bytes"), of("($.join \"-\")", "!List of string"), of("($.label else \"no\")", "!Node"),
			"(format \"{}{}\" " + e("bool") + " " + e("Colour") + ")", of("$.shown", "!Bag")}
		if v := g.variable("string"); v != "" {
			list = append(list, "("+v+".slice 0 (min 7 "+v+".length))")
		}
		return "(" + pick(g.r, slices.DeleteFunc(list, func(x string) bool { return x == "" })) + ")"
	case "!Spot":
		list = []string{of("$.spot", "!Node"), of("(copy $)", "!Spot"), "(new Spot x=" + e("int") + " w=" + e("wuint32") + ")"}
	case "!Node":
		list = []string{"(new Node n=" + e("int") + " items=" + e("!List of int") + " spot=" + e("!Spot") + " next=" + pick(g.r, []string{"none", e("!Node")}) + ")",
			of("(copy $)", "!Node"), of("($.next else "+e("!Node")+")", "!Node"), of("($.get "+e("string")+" else "+e("!Node")+")", "!Map of string to !Node")}
	case "!List of int":
		list = []string{"[" + k + " " + e("int") + " " + e("int") + "]", of("$.items", "!Node"), of("(copy $)", "!List of int")}
	case "!List of string":
		list = []string{"(" + e("string") + ".split \",\")", e("string") + ".words", "[" + e("string") + " " + e("string") + "]", of("(copy $)", "!List of string")}
	case "!List of !Node":
		list = []string{"[" + e("!Node") + "]", of("(copy $)", "!List of !Node")}
	case "!Bytes":
		list = []string{of("(copy $)", "!Bytes"), of("($.slice 0 (min 3 $.length))", "!Bytes")}
	case "!Array of int":
		list = []string{of("(copy $)", "!Array of int")}
	}
	list = slices.DeleteFunc(list, func(x string) bool { return x == "" })
	if len(list) == 0 {
		return ""
	}
	return pick(g.r, list)
}
