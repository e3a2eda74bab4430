package check_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"slul/compiler/check"
	"slul/compiler/ir"
	"slul/compiler/module"
	"slul/compiler/syntax"
)

// modulesScript has a library that offers one of everything, and a program that uses it.
const modulesScript = "../../tests/testdata/script/modules_values.txtar"

// TestInterfaceMutations: an interface that others have changed, token by token, is refused
// or used, as the program's or as the library's own; nothing panics, and what is accepted
// can be lowered.
func TestInterfaceMutations(t *testing.T) {
	archive, err := txtar.ParseFile(modulesScript)
	if err != nil {
		t.Fatal(err)
	}
	var iface string
	var library, program []*syntax.File
	for _, f := range archive.Files {
		switch dir, name, _ := strings.Cut(f.Name, "/"); {
		case name == module.FileName:
			iface = string(f.Data)
		case dir == "kit":
			library = append(library, parse(t, f.Name, string(f.Data)))
		case dir == "program":
			program = append(program, parse(t, f.Name, string(f.Data)))
		}
	}
	core := coreFiles(t)
	words := strings.SplitAfter(iface, " ")
	r := rand.New(rand.NewPCG(1, 2))
	accepted, refused := 0, 0
	for range 250 {
		list := append([]string(nil), words...)
		for range r.IntN(3) {
			i, j := r.IntN(len(list)), r.IntN(len(list))
			switch r.IntN(4) {
			case 0:
				list[i] = ""
			case 1:
				list[i] += list[j]
			case 2:
				list[i], list[j] = list[j], list[i]
			case 3:
				list[i] = list[j]
			}
		}
		tree, errs := syntax.Parse(module.FileName, []byte(strings.Join(list, "")))
		if len(errs) > 0 {
			refused++
			continue
		}
		x, errs := module.New("kit", tree)
		if _, _, locked := x.Lock(); len(errs)+len(locked) > 0 {
			refused++
			continue
		}
		for _, m := range []check.Modules{{Imports: []*module.Interface{x}}, {Own: x}} {
			files := program
			if m.Own != nil {
				files = library
			}
			info, errs := check.CheckModule(core, files, m)
			if len(errs) > 0 {
				refused++
				continue
			}
			accepted++
			if _, err := ir.Build(info, "x86_64"); err != nil {
				t.Errorf("accepted, but not lowered: %v\n%s", err, strings.Join(list, ""))
			}
		}
	}
	if accepted < 20 || refused < 50 {
		t.Errorf("%d accepted, %d refused: too little was tried", accepted, refused)
	}
}
