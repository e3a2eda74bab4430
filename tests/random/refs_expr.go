package random

// The expressions of the programs of refs.go, and calls.

import (
	"fmt"
	"slices"
	"strings"
)

// shownExpr is what a format takes.
func (g *refs) shownExpr() string { return g.expr(pick(g.r, refScalars[:6]), 2) }

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
