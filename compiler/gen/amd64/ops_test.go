package amd64

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"slul/compiler/gen/mach"
	"slul/compiler/ir"
)

// ops_test.go runs every op at every width, with registers and constants on either side,
// on numbers at the ends of their types, and compares with ir's machine.

var edges = map[string][]int64{
	"W": {0, 1, -1, 2, 7, 31, 100, 127, 128, -128, -129, 255, 256, 65535, 0xffff + 1, math.MaxInt32, math.MinInt32, 46341},
	"L": {0, 1, -1, 2, 7, 63, 127, 128, -128, 255, 65535, math.MaxInt32, math.MinInt32, math.MaxUint32, 1 << 32, math.MaxInt64, math.MinInt64, 3037000500},
}

var condNames = []string{"eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"}

// gathered collects functions into one module, and their inputs.
type gathered struct {
	text   strings.Builder
	names  []string
	inputs map[string][][]int64
}

// add takes a function's body; each of its parameters is of type t.
func (g *gathered) add(params, result, body string, inputs [][]int64) {
	name := fmt.Sprintf("f%d", len(g.names))
	g.names = append(g.names, name)
	if g.inputs == nil {
		g.inputs = map[string][][]int64{}
	}
	g.inputs[name] = inputs
	if result != "" {
		result = " -> " + result
	}
	fmt.Fprintf(&g.text, "func %s(%s)%s trap trap.random @0:1 {\nb0:\n%s\n}\n", name, params, result, body)
}

func (g *gathered) run(t *testing.T, cpu *mach.CPU) {
	t.Helper()
	m := parse(t, "file \"ops.slul\"\n"+g.text.String())
	var jobs []job
	for _, name := range g.names {
		if len(g.inputs[name]) > 0 {
			jobs = append(jobs, job{m, name, g.inputs[name]})
		}
	}
	compareJobs(t, cpu, jobs)
}

// pairs gives all pairs of edge values that ok accepts.
func pairs(typ string, ok func(x, y int64) bool) (list [][]int64) {
	for _, x := range edges[typ] {
		for _, y := range edges[typ] {
			if ok == nil || ok(x, y) {
				list = append(list, []int64{x, y})
			}
		}
	}
	return list
}

// column gives the inputs of one operand when the other is a constant.
func column(typ string, ok func(x int64) bool) (list [][]int64) {
	for _, x := range edges[typ] {
		if ok(x) {
			list = append(list, []int64{x})
		}
	}
	return list
}

// binary adds all forms of a two-operand op: registers, constants on either side, both
// operands the same, and with both operands needed afterwards.
func (g *gathered) binary(op, typ, result string, ok func(x, y int64) bool) {
	if ok == nil {
		ok = func(x, y int64) bool { return true }
	}
	two := fmt.Sprintf("v0 %s, v1 %s", typ, typ)
	g.add(two, result, fmt.Sprintf("v2 %s = %s v0 v1\nreturn v2", result, op), pairs(typ, ok))
	if result == typ {
		g.add(two, typ, fmt.Sprintf("v2 %s = %s v0 v1\nv3 %s = mul v2 v0\nv4 %s = xor v3 v1\nreturn v4", typ, op, typ, typ), pairs(typ, ok))
		g.add(two, typ, fmt.Sprintf("v2 %s = xor v0 v0\nv3 %s = add v2 v1\nv4 %s = %s v0 v3\nv5 %s = sub v4 v3\nreturn v5", typ, typ, typ, op, typ), pairs(typ, ok))
	}
	g.add("v0 "+typ, result, fmt.Sprintf("v1 %s = %s v0 v0\nreturn v1", result, op), column(typ, func(x int64) bool { return ok(x, x) }))
	for _, c := range edges[typ] {
		g.add("v0 "+typ, result, fmt.Sprintf("v1 %s = const %d\nv2 %s = %s v0 v1\nreturn v2", typ, c, result, op),
			column(typ, func(x int64) bool { return ok(x, c) }))
		g.add("v0 "+typ, result, fmt.Sprintf("v1 %s = const %d\nv2 %s = %s v1 v0\nreturn v2", typ, c, result, op),
			column(typ, func(x int64) bool { return ok(c, x) }))
	}
}

// both runs what fill gathers with all registers, and with three.
func both(t *testing.T, fill func(g *gathered)) {
	for name, cpu := range map[string]*mach.CPU{"all registers": &CPU, "three registers": few(3)} {
		t.Run(name, func(t *testing.T) {
			g := &gathered{}
			fill(g)
			g.run(t, cpu)
		})
	}
}

func TestArithmetic(t *testing.T) {
	both(t, func(g *gathered) {
		for _, typ := range []string{"W", "L"} {
			for _, op := range []string{"add", "sub", "mul", "and", "or", "xor"} {
				g.binary(op, typ, typ, nil)
			}
			for _, op := range []string{"neg", "not"} {
				g.add("v0 "+typ, typ, fmt.Sprintf("v1 %s = %s v0\nreturn v1", typ, op), column(typ, func(int64) bool { return true }))
			}
		}
	})
}

func TestDivision(t *testing.T) {
	both(t, func(g *gathered) {
		for _, typ := range []string{"W", "L"} {
			least := map[string]int64{"W": math.MinInt32, "L": math.MinInt64}[typ]
			for _, op := range []string{"div", "rem", "udiv", "urem"} {
				g.binary(op, typ, typ, func(x, y int64) bool { return y != 0 && !(y == -1 && x == least) })
			}
			g.add(fmt.Sprintf("v0 %s, v1 %s", typ, typ), typ,
				fmt.Sprintf("v2 %s = urem v0 v1\nv3 %s = udiv v0 v1\nv4 %s = mul v3 v2\nv5 %s = sub v4 v0\nreturn v5", typ, typ, typ, typ),
				pairs(typ, func(_, y int64) bool { return y != 0 }))
		}
	})
}

func TestShifts(t *testing.T) {
	both(t, func(g *gathered) {
		for typ, bits := range map[string]int64{"W": 32, "L": 64} {
			for _, op := range []string{"shl", "shr", "sar"} {
				var list [][]int64
				for _, x := range edges[typ] {
					for n := range bits {
						list = append(list, []int64{x, n})
					}
				}
				g.add("v0 "+typ+", v1 W", typ, fmt.Sprintf("v2 %s = %s v0 v1\nreturn v2", typ, op), list)
				g.add("v0 "+typ+", v1 W", typ, fmt.Sprintf("v2 %s = const 5\nv3 %s = %s v2 v1\nv4 %s = add v3 v0\nreturn v4", typ, typ, op, typ), list)
				for n := range bits {
					g.add("v0 "+typ, typ, fmt.Sprintf("v1 W = const %d\nv2 %s = %s v0 v1\nreturn v2", n, typ, op), column(typ, func(int64) bool { return true }))
				}
			}
		}
	})
}

func TestConditions(t *testing.T) {
	both(t, func(g *gathered) {
		for _, typ := range []string{"W", "L"} {
			for _, cond := range condNames {
				g.binary("cmp."+cond, typ, "W", nil)
				branch := "branch v9 b1 b2\nb1: from b0\nv10 W = const 10\nreturn v10\nb2: from b0\nv11 W = const 11\nreturn v11"
				g.add(fmt.Sprintf("v0 %s, v1 %s", typ, typ), "W", fmt.Sprintf("v9 W = cmp.%s v0 v1\n%s", cond, branch), pairs(typ, nil))
				g.add(fmt.Sprintf("v0 %s, v1 %s", typ, typ), "W",
					fmt.Sprintf("v2 %s = and v0 v1\nv3 %s = const 0\nv9 W = cmp.%s v2 v3\n%s", typ, typ, cond, branch), pairs(typ, nil))
				for _, mask := range edges[typ] {
					g.add("v0 "+typ, "W", fmt.Sprintf("v1 %s = const %d\nv2 %s = and v0 v1\nv3 %s = const 0\nv9 W = cmp.%s v2 v3\n%s",
						typ, mask, typ, typ, cond, branch), column(typ, func(int64) bool { return true }))
				}
				for _, op := range []string{"add", "sub", "and", "xor", "neg"} { // whose flags may serve
					args := "v0 v1"
					if op == "neg" {
						args = "v0"
					}
					g.add(fmt.Sprintf("v0 %s, v1 %s", typ, typ), typ,
						fmt.Sprintf("v2 %s = %s %s\nv3 %s = const 0\nv9 W = cmp.%s v2 v3\nbranch v9 b1 b2\nb1: from b0\nreturn v2\nb2: from b0\nreturn v1",
							typ, op, args, typ, cond), pairs(typ, nil))
				}
				for _, c := range edges[typ] {
					g.add("v0 "+typ, "", fmt.Sprintf("@0:3\nv1 %s = const %d\ntrapif.%s v0 v1 range\nreturn", typ, c, cond), column(typ, func(int64) bool { return true }))
					g.add("v0 "+typ, "W", fmt.Sprintf("v1 %s = const %d\nv2 %s = const 100\nv3 %s = add v0 v2\nv9 W = cmp.%s v3 v1\n%s",
						typ, c, typ, typ, cond, branch), column(typ, func(int64) bool { return true }))
				}
			}
		}
	})
}

func TestChecks(t *testing.T) {
	both(t, func(g *gathered) {
		natural := func(x, y int64) bool { return x >= 0 && y >= 0 }
		for _, typ := range []string{"W", "L"} {
			for _, op := range []string{"add", "sub", "mul"} {
				for check, ok := range map[string]func(x, y int64) bool{"signed": nil, "nonneg": natural} {
					if ok == nil {
						ok = func(x, y int64) bool { return true }
					}
					two := fmt.Sprintf("v0 %s, v1 %s", typ, typ)
					g.add(two, typ, fmt.Sprintf("@0:7\nv2 %s = %s.%s v0 v1 overflow\nreturn v2", typ, op, check), pairs(typ, ok))
					g.add(two, typ, fmt.Sprintf("@0:7\nv2 %s = %s.%s v0 v1 overflow\nv3 %s = sub v2 v0\nv4 %s = xor v3 v1\nreturn v4", typ, op, check, typ, typ), pairs(typ, ok))
					for _, c := range edges[typ] {
						g.add("v0 "+typ, typ, fmt.Sprintf("@0:7\nv1 %s = const %d\nv2 %s = %s.%s v0 v1 overflow\nreturn v2", typ, c, typ, op, check),
							column(typ, func(x int64) bool { return ok(x, c) }))
						g.add("v0 "+typ, typ, fmt.Sprintf("@0:7\nv1 %s = const %d\nv2 %s = %s.%s v1 v0 overflow\nreturn v2", typ, c, typ, op, check),
							column(typ, func(x int64) bool { return ok(c, x) }))
					}
				}
			}
			g.add("v0 "+typ, typ, fmt.Sprintf("@0:7\nv1 %s = neg.signed v0 overflow\nreturn v1", typ), column(typ, func(int64) bool { return true }))
		}
	})
}

func TestWidths(t *testing.T) {
	both(t, func(g *gathered) {
		all := func(typ string) [][]int64 { return column(typ, func(int64) bool { return true }) }
		// The upper half of a parameter is anything; of a trunc, what was there.
		g.add("v0 W", "L", "v1 L = zextw v0\nreturn v1", all("W"))
		g.add("v0 W", "L", "v1 L = sextw v0\nreturn v1", all("W"))
		g.add("v0 L", "L", "v1 W = trunc v0\nv2 L = zextw v1\nreturn v2", all("L"))
		g.add("v0 L", "L", "v1 W = trunc v0\nv2 L = sextw v1\nv3 L = xor v2 v0\nreturn v3", all("L"))
		g.add("v0 W", "L", "v1 W = const 3\nv2 W = add v0 v1\nv3 L = zextw v2\nreturn v3", all("W"))
		g.add("v0 W", "L", "v1 W = const 0\nv2 W = add v0 v1\nv3 L = zextw v2\nreturn v3", all("W"))
		g.add("v0 W, v1 W", "L", "v2 W = sub v0 v1\nv3 L = zextw v2\nv4 L = sextw v2\nv5 L = xor v3 v4\nreturn v5", pairs("W", nil))
		// Through a phi: clean from one side only, and from both.
		for _, right := range []string{"v1", "v3"} {
			g.add("v0 W, v1 W", "L", `v2 W = xor v0 v1
v3 W = not v1
branch v0 b1 b2
b1: from b0
jump b2
b2: from b0 b1
v4 W = phi `+right+` v2
v5 L = zextw v4
return v5`, pairs("W", nil))
		}
		g.add("v0 L, v1 L", "L", "v2 L = const 255\nv3 L = and v0 v2\nv4 L = const 65535\nv5 L = and v1 v4\nv6 L = const 4294967295\nv7 L = and v0 v6\nv8 L = add v3 v5\nv9 L = xor v8 v7\nreturn v9", pairs("L", nil))
		g.add("v0 L", "L", "v1 L = const 2147483648\nv2 L = and v0 v1\nv3 L = const 4294901760\nv4 L = and v0 v3\nv5 L = mul v2 v4\nreturn v5", all("L"))
	})
}

func TestMemory(t *testing.T) {
	both(t, func(g *gathered) {
		inputs := pairs("L", nil)
		for size, n := range map[string]int{"8": 1, "16": 2, "32": 4, "64": 8} {
			for _, typ := range []string{"W", "L"} {
				if size == "64" && typ == "W" {
					continue
				}
				g.add("v0 L, v1 L", typ, fmt.Sprintf("v2 L = slot 32\nstore64 v2 v0\nstore64 v2+8 v1\nstore%s v2+%d v1\nv6 %s = load%s v2+%d\nreturn v6", size, n, typ, size, n-1), inputs)
				if size == "64" {
					continue
				}
				g.add("v0 L", "L", fmt.Sprintf("v1 L = slot 16\nstore64 v1 v0\nv3 W = const -2\nstore%s v1+2 v3\nv5 L = load64 v1\nreturn v5", size), column("L", func(int64) bool { return true }))
			}
		}
		for _, op := range []string{"add", "sub", "and", "or", "xor"} {
			g.add("v0 L, v1 L", "L", fmt.Sprintf("v2 L = slot 16\nstore64 v2 v0\nv4 L = load64 v2\nv5 L = %s v4 v1\nstore64 v2 v5\nv7 L = load64 v2\nreturn v7", op), inputs)
			g.add("v0 L, v1 L", "L", fmt.Sprintf("v2 L = slot 16\nstore64 v2 v0\nv4 L = load64 v2\nv5 L = %s v1 v4\nstore64 v2 v5\nv7 L = load64 v2\nreturn v7", op), inputs)
			g.add("v0 L, v1 W", "L", fmt.Sprintf("v2 L = slot 16\nstore64 v2 v0\nv4 W = load32 v2+4\nv5 W = %s v4 v1\nstore32 v2+4 v5\nv7 L = load64 v2\nreturn v7", op), inputs)
			g.add("v0 L, v1 L", "L", fmt.Sprintf("v2 L = slot 16\nstore64 v2 v0\nv4 L = load64 v2\nv5 L = %s v1 v4\nreturn v5", op), inputs)
		}
		for _, cond := range condNames {
			for _, c := range []int64{0, 1, 127, 128, 200, 255} {
				g.add("v0 L", "W", fmt.Sprintf("v1 L = slot 16\nstore64 v1 v0\nv3 W = load8 v1\nv4 W = const %d\nv5 W = cmp.%s v3 v4\nreturn v5", c, cond), column("L", func(int64) bool { return true }))
			}
			g.add("v0 L, v1 L", "W", fmt.Sprintf("v2 L = slot 16\nstore64 v2 v0\nstore64 v2+8 v1\nv5 W = load8 v2\nv6 W = load8 v2+8\nv7 W = cmp.%s v5 v6\nreturn v7", cond), inputs)
			g.add("v0 L, v1 L", "W", fmt.Sprintf("v2 L = slot 16\nstore64 v2 v0\nv4 L = load64 v2\nv7 W = cmp.%s v4 v1\nreturn v7", cond), inputs)
		}
		for n := range 40 {
			g.add("v0 L, v1 L", "L", fmt.Sprintf(`v2 L = slot 64
v3 L = slot 64
v4 L = const 64
v5 W = const 165
fillmem v3 v5 v4
fillmem v2 v5 v4
store64 v2 v0
store64 v2+7 v1
v10 L = const %d
copymem v3 v2 v10
v12 L = add v3 v10
v13 L = load64 v12-1
v14 L = load64 v3
v15 L = load64 v12
v16 L = mul v13 v14
v17 L = xor v16 v15
return v17`, n), inputs[:7])
			g.add("v0 L, v1 W", "L", fmt.Sprintf("v2 L = slot 64\nv3 L = const 64\nfillmem v2 v1 v3\nv5 W = const 90\nv6 L = const %d\nfillmem v2 v5 v6\nv8 L = add v2 v6\nv9 L = load64 v8\nv10 L = load64 v2\nv11 L = xor v9 v10\nreturn v11", n), inputs[:7])
		}
	})
}

// TestCalls passes 0 to 10 parameters of mixed types in changed order, and calls again
// from a function that has many values alive.
func TestCalls(t *testing.T) {
	types := []string{"W", "L", "L", "W", "L", "W", "W", "L", "W", "L"}
	for name, cpu := range map[string]*mach.CPU{"all registers": &CPU, "three registers": few(3)} {
		t.Run(name, func(t *testing.T) {
			var s strings.Builder
			var jobs []string
			for n := range maxParams + 1 {
				var params, back []string
				body, sum := "", "v90"
				for k := range n {
					params = append(params, fmt.Sprintf("v%d %s", k, types[k]))
					wide := fmt.Sprintf("v%d", k)
					if types[k] == "W" {
						body += fmt.Sprintf("v%d L = sextw v%d\n", 20+k, k)
						wide = fmt.Sprintf("v%d", 20+k)
					}
					body += fmt.Sprintf("v%d L = mul %s v91\nv%d L = add v%d %s\n", 40+k, sum, 60+k, 40+k, wide)
					sum = fmt.Sprintf("v%d", 60+k)
				}
				fmt.Fprintf(&s, "func callee%d(%s) -> L W {\nb0:\nv90 L = const 1\nv91 L = const 31\n%sv92 W = trunc %s\nreturn %s v92\n}\n", n, strings.Join(params, ", "), body, sum, sum)
				// The caller hands its parameters on in the opposite order of each type.
				var w, l []string
				for k := range n {
					if types[k] == "W" {
						w = append([]string{fmt.Sprintf("v%d", k)}, w...)
					} else {
						l = append([]string{fmt.Sprintf("v%d", k)}, l...)
					}
				}
				body = ""
				keep := "v50"
				for k := range n {
					if types[k] == "W" {
						back, w = append(back, w[0]), w[1:]
						continue
					}
					back, l = append(back, l[0]), l[1:]
					body += fmt.Sprintf("v%d L = xor %s v%d\n", 60+k, keep, k)
					keep = fmt.Sprintf("v%d", 60+k)
				}
				args := strings.Join(back, " ")
				fmt.Fprintf(&s, "func caller%d(%s) -> L {\nb0:\nv50 L = call callee%d %s\nv51 W = result2 v50\nv52 L = zextw v51\n%sv54 L = add %s v52\nv55 L = call callee%d %s\nv56 L = mul v54 v55\nreturn v56\n}\n",
					n, strings.Join(params, ", "), n, args, body, keep, n, strings.Join(paramNames(n), " "))
				jobs = append(jobs, fmt.Sprintf("caller%d", n))
				fmt.Fprintf(&s, "func tail%d(%s) -> L W {\nb0:\nv50 L = call callee%d %s\nv51 W = result2 v50\nreturn v50 v51\n}\n", n, strings.Join(params, ", "), n, args)
				jobs = append(jobs, fmt.Sprintf("tail%d", n))
			}
			m := parse(t, s.String())
			var list []job
			for _, name := range jobs {
				list = append(list, job{m, name, [][]int64{
					{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {-1, -2, math.MinInt64, -4, math.MaxInt64, math.MinInt32, -7, 1 << 40, math.MaxInt32, -10}}})
			}
			compareJobs(t, cpu, list)
		})
	}
}

func paramNames(n int) (names []string) {
	for k := range n {
		names = append(names, fmt.Sprintf("v%d", k))
	}
	return names
}

// TestOpsHaveRules: every op of IR is either selected or known to need nothing. The ops
// that text can name are all in the tests above or in the random functions; here only a
// missing rule would show, as a panic.
func TestOpsHaveRules(t *testing.T) {
	for op := ir.OpConst; op <= ir.OpTrapIf; op++ {
		f := &ir.Func{Name: "f", Pos: ir.Pos{Line: 1}, TrapSym: "trap"}
		b := f.NewBlock()
		l, w := f.NewParam(ir.L), f.NewParam(ir.W)
		args := []*ir.Value{l, l, l}
		switch op {
		case ir.OpShl, ir.OpShr, ir.OpSar, ir.OpRotr:
			args = []*ir.Value{l, w}
		case ir.OpSextW, ir.OpZextW:
			args = []*ir.Value{w}
		case ir.OpFillMem:
			args = []*ir.Value{l, w, l}
		case ir.OpPhi, ir.OpConst, ir.OpSlot, ir.OpAddr, ir.OpArena, ir.OpStack, ir.OpParam:
			args = nil
		case ir.OpResult2:
			call := f.NewValue(b, ir.OpCall, ir.L)
			call.Sym = "s"
			args = []*ir.Value{call}
		}
		v := f.NewValue(b, op, ir.L, args...)
		v.Imm, v.Sym = 1, "s"
		f.NewValue(b, ir.OpStore64, ir.None, l, v)
		b.Term = ir.Return
		if op == ir.OpParam {
			f.Params = append(f.Params, v)
		}
		if op == ir.OpPhi { // has nothing to come from here
			continue
		}
		if _, err := Compile(f, nil); err != nil {
			t.Errorf("%v: %v", op, err)
		}
	}
}
