package random

// The statements of the programs of refs.go.

import (
	"slices"
	"strings"
)

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
		a, b := g.shownExpr(), g.shownExpr()
		if g.fn.of != "" { // a class has no console
			g.assign()
			break
		}
		g.line("console.print \"{} {}\" %s %s", a, b)
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
}

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
