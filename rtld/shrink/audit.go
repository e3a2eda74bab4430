package shrink

import (
	"debug/elf"
	"fmt"
	"sort"
	"strings"
)

// The audit: what freestanding code may reach, and what is said when it reaches more.

// checkInit refuses init code of the packages: nobody would run it.
func checkInit(o *object, packages []string) error {
	for _, name := range o.names {
		for _, p := range append([]string{"main"}, packages...) {
			rest, ok := strings.CutPrefix(name, p+".")
			if ok && (rest == "init" || strings.HasPrefix(rest, "init.") || rest == ".inittask") {
				return fmt.Errorf("%s is linked: package %s has init code, which would never run", name, p)
			}
		}
	}
	return nil
}

// isOurs tells whether a symbol belongs to the packages. A symbol is called
// importpath.name, possibly with "go:" or "type:" before it when the compiler made it.
func (w *walk) isOurs(name string) bool {
	for _, p := range w.opt.Packages {
		if strings.HasPrefix(name, p+".") {
			return true
		}
	}
	return false
}

// replacement returns the stand-in for a routine of the runtime.
func (w *walk) replacement(name string) (string, bool) {
	name = strings.TrimSuffix(name, ".abi0")
	if to, ok := w.opt.Replace[name]; ok {
		return to, true
	}
	keys := make([]string, 0, len(w.opt.Replace))
	for k := range w.opt.Replace {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		if prefix, ok := strings.CutSuffix(k, "*"); ok && strings.HasPrefix(name, prefix) {
			return w.opt.Replace[k], true
		}
	}
	return "", false
}

// returnsNot tells whether the function at addr never comes back.
func (w *walk) returnsNot(addr uint64) bool {
	s, ok := w.symbolAt(addr)
	if !ok {
		return false
	}
	name := s.Name
	if to, ok := w.replacement(name); ok {
		name = to
	}
	return contains(w.opt.NoReturn, name)
}

// isFunc tells whether p was a function in the linked file.
func (w *walk) isFunc(p *piece) bool {
	s, ok := w.sectionAt(p.old)
	return ok && s.Flags&elf.SHF_EXECINSTR != 0
}

// hints say in Go's terms what a routine of the runtime is called for. The first
// prefix that fits counts.
var hints = []struct{ prefix, what string }{
	{"runtime.newobject", "an allocation: something escapes, or new"},
	{"runtime.makeslice", "an allocation: make"},
	{"runtime.growslice", "an allocation: append"},
	{"runtime.makemap", "a map"},
	{"runtime.map", "a map"},
	{"runtime.rand", "a map"},
	{"internal/runtime/maps", "a map"},
	{"runtime.deferproc", "defer"},
	{"runtime.deferreturn", "defer"},
	{"runtime.newproc", "a goroutine"},
	{"runtime.makechan", "a channel"},
	{"runtime.chan", "a channel"},
	{"runtime.concatstring", "string concatenation"},
	{"runtime.slicebytetostring", "conversion of bytes to a string"},
	{"runtime.stringtoslice", "conversion of a string to bytes"},
	{"runtime.intstring", "conversion of a number to a string"},
	{"runtime.conv", "conversion to an interface"},
	{"runtime.typeAssert", "a type assertion"},
	{"runtime.assert", "a type assertion"},
	{"runtime.gopanic", "panic"},
	{"runtime.print", "print"},
	{"runtime.gcWriteBarrier", "a pointer stored where the garbage collector looks"},
	{"runtime.wbZero", "a pointer stored where the garbage collector looks"},
	{"type:", "a type descriptor: an interface or an allocation"},
	{"go:itab.", "an interface"},
	{"runtime.", "the Go runtime"},
}

func hint(name string) string {
	for _, h := range hints {
		if strings.HasPrefix(name, h.prefix) {
			return " (" + h.what + ")"
		}
	}
	return ""
}

// blame is the error about something that p does, with the chain of calls to p.
func (w *walk) blame(p *piece, what string) error {
	if p == nil {
		return fmt.Errorf("freestanding code: %s", what)
	}
	var chain []string
	for q := p; q != nil; q = q.from {
		if name := short(q.name); len(chain) == 0 || chain[0] != name { // the ABI wrapper of a function has its name
			chain = append([]string{name}, chain...)
		}
	}
	return &auditError{chain: chain, what: what}
}

// auditError is a broken rule.
type auditError struct {
	chain []string
	what  string
}

func (e *auditError) Error() string {
	return fmt.Sprintf("freestanding code: %s %s\n\tby %s", e.chain[len(e.chain)-1], e.what, strings.Join(e.chain, " -> "))
}

// short cuts the directories off a symbol's import path.
func short(name string) string {
	name = strings.TrimSuffix(name, ".abi0")
	return name[strings.LastIndexByte(name, '/')+1:]
}
