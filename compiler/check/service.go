// The service: its header, its givemes, its entry.

package check

import (
	"slices"
	"strings"

	"slul/compiler/module"
	"slul/compiler/syntax"
)

// findService finds the one file of the program that is a service.
func (c *checker) findService(program []*syntax.File) {
	for _, f := range program {
		switch h := f.Header; {
		case h == nil || h.Service == nil:
		case c.service == nil:
			c.service = f
		default:
			c.errs.Add(f, h.Pos(), "the program is a service already, in %s", c.service.Name)
		}
	}
}

// serviceDecl checks that the program is one service of type CommandMain.
func (c *checker) serviceDecl(program []*syntax.File) {
	f := c.service
	if f == nil {
		c.errs.Add(program[0], syntax.Pos{Line: 1, Col: 1}, "expected `service CommandMain \"name\"` before all else: a program is a service (and a library has an %s)", module.FileName)
		return
	}
	c.enter(f, false)
	h := f.Header
	s := &Service{File: f, Type: h.Service.Name, Command: h.Command.Value, Class: className(f)}
	c.info.Service = s
	if s.Type != "CommandMain" {
		c.errorf(h.Service.Pos(), "no such service type: `%s`%s", s.Type, didYouMean(s.Type, []string{"CommandMain"}))
	}
	if s.Command == "" || strings.ContainsAny(s.Command, "/\x00\n") {
		c.errorf(h.Command.Pos(), "a command's name is a file name: not empty, without `/`, NUL and line ends")
	}
	c.givemeList(s)
	c.serviceFields(s)
	c.entries(s)
}

// serviceObject is the class of the service: nobody else can name it.
func (c *checker) serviceObject() *Class {
	if c.object == nil {
		c.object = &Class{Name: className(c.service), file: c.service, Funcs: map[string]*Func{}}
	}
	return c.object
}

// GivemeWord is the size of what a giveme takes of the service object, in bytes.
const GivemeWord = 8

// serviceFields lays out the service's own fields, behind what it is given.
func (c *checker) serviceFields(s *Service) {
	s.Size = GivemeWord * len(s.Givemes)
	if c.object == nil {
		return
	}
	c.object.Size = s.Size
	c.layout(c.object)
	s.Fields, s.Ctor = c.object.Fields, c.object.Ctor
	s.Size = (c.object.Size + GivemeWord - 1) / GivemeWord * GivemeWord
	if s.Ctor != nil && len(s.Ctor.Params) > 0 {
		c.errorf(s.Ctor.Params[0].Ident.Pos(), "the ctor of a service takes no parameters: what it needs comes by a giveme")
	}
}

// allRights is Var.Rights of a giveme without `only`.
const allRights = ^uint32(0)

// maxGivemes is the most that a service is given: core keeps a bit for each.
const maxGivemes = 64

// givemeList makes the words of the service object.
func (c *checker) givemeList(s *Service) {
	for _, d := range s.File.Decls {
		d, ok := d.(*syntax.GivemeDecl)
		if !ok {
			continue
		}
		for _, g := range d.Items {
			if v := c.giveme(g); v != nil {
				v.Index = len(s.Givemes)
				if v.Index == maxGivemes {
					c.errorf(g.Pos(), "too much is asked for: a service is given at most %d things", maxGivemes)
				}
				s.Givemes = append(s.Givemes, v)
			}
		}
	}
}

// giveme is one of them; nil when its name is taken.
func (c *checker) giveme(g *syntax.Giveme) *Var {
	v := &Var{Name: g.Name.Name, Kind: GivemeVar, Ident: g.Name, Giveme: g, Type: InvalidType}
	if g.Only == nil {
		v.Rights = allRights
	}
	switch {
	case g.Option != nil || g.Default != nil:
		c.optionType(g, v)
	case g.Only != nil:
		v.Type = c.givemeType(g)
		c.only(g, v)
	default:
		v.Type = c.givemeType(g)
	}
	if what := c.taken(v.Name); what != "" {
		c.errorf(g.Name.Pos(), "`%s` is already %s", v.Name, what)
		return nil
	}
	c.givemes[v.Name] = v
	return v
}

// capabilities are the classes that a program is given, and whether they do I/O.
var capabilities = map[string]bool{
	"Console": true, "FileSystem": true, "Process": true, "Network": true, "Clock": true, "Random": true, "Env": false,
	"UnrestrictedSystemAccess": true,
}

func (c *checker) givemeType(g *syntax.Giveme) *Type {
	t := c.typeOf(g.Type)
	if t.Kind == Invalid {
		return t
	}
	if t.is("List") && g.Type.Kind == syntax.TypeNamed { // Args
		if t.Sigil != 0 {
			return c.refuse(g.Type.Pos(), "the arguments are only read: write `Args`")
		}
		return t
	}
	if t.Kind != ObjectKind || !t.Class.Core || t.Elem != nil {
		return c.refuse(g.Pos(), "a giveme of type %s needs `= param` or `= defval`", t)
	}
	switch does, known := capabilities[t.Class.Name]; {
	case !known:
		return c.refuse(g.Type.Pos(), "%s is not given to programs", article(t))
	case does && t.Sigil != syntax.DoIO:
		return c.refuse(g.Type.Pos(), "a %s does I/O: write `@%s`", t.Class.Name, t.Class.Name)
	case !does && t.Sigil != 0:
		return c.refuse(g.Type.Pos(), "a %s is only read: write `%s`", t.Class.Name, t.Class.Name)
	}
	return t
}

// optionType is a giveme with `param` or `defval`.
func (c *checker) optionType(g *syntax.Giveme, v *Var) {
	t := c.typeOf(g.Type)
	base := t
	if t.Kind == MaybeKind {
		base = t.Elem
	}
	switch {
	case t.Kind == Invalid:
		return
	case base != BoolType && base != IntType && base != LongType && base != SintType && base != SlongType && base != StringType,
		t.IsPair(), t.Kind == MaybeKind && g.Option == nil:
		c.errorf(g.Type.Pos(), "an option is a bool, int, long, signed int, signed long, string or ?string, not %s", t)
		return
	}
	v.Type = t
	if g.Option != nil {
		if name := g.Option.Value; len(name) < 2 || len(name) > 60 || name[0] != '-' || name == "--" || strings.ContainsAny(name, "\x00\n= ") {
			c.errorf(g.Option.Pos(), "an option's name begins with `-`, as \"-n\" or \"--number\", and has no blank or `=`")
		} else if old := c.options[name]; old != nil {
			c.errorf(g.Option.Pos(), "`%s` has this option already%s", old.Name, lineOf(old.Ident))
		}
		c.options[g.Option.Value] = v
	}
	switch {
	case g.Default == nil:
	case t.Kind == MaybeKind:
		c.errorf(g.Default.Pos(), "a ?string is none when it is not given: leave `defval` out")
	default:
		v.Default = g.Default
		if k := c.constantExpr(g.Default, t, role{"the default of", v.Name}); k != nil {
			v.DefaultValue = k.value()
		}
	}
}

// rights are what `only` can leave of a capability, as bits.
var rights = map[string][]string{
	"Console": {"out", "in", "err"}, "FileSystem": {"read", "write"},
	"Process": {"ids", "drop", "run"}, "Network": {"listen", "connect"},
}

// rightOf is what some members need where the compiler sees to it: nothing of these
// objects says at run time what they may do.
var rightOf = map[string]string{
	"Console.print": "out", "Console.write": "out", "Console.stdout": "out", "Console.stdin": "in", "Console.error": "err",
	"Process.real_user": "ids", "Process.effective_user": "ids", "Process.real_group": "ids",
	"Process.effective_group": "ids", "Process.id": "ids", "Process.is_elevated": "ids",
}

// checkedHere is the rights of a type that the compiler sees to, as bits.
func checkedHere(t *Type) (bits uint32) {
	for member, right := range rightOf {
		if class, _, _ := strings.Cut(member, "."); class == memberClass(t) {
			bits |= 1 << slices.Index(rights[class], right)
		}
	}
	return bits
}

// hasRight refuses a member of a giveme whose `only` has taken the right away.
func (c *checker) hasRight(m *syntax.Member) {
	v, ok := c.info.Use(asName(m.X)).(*Var)
	if !ok || v.Kind != GivemeVar {
		return
	}
	class := memberClass(v.Type)
	right := rightOf[class+"."+m.Name.Name]
	if at := slices.Index(rights[class], right); at >= 0 && v.Rights&(1<<at) == 0 {
		c.errorf(m.Name.Pos(), "`%s` needs the right `.%s`, which `only` does not leave to `%s`", m.Name.Name, right, v.Name)
	}
}

// only narrows what a giveme may do.
func (c *checker) only(g *syntax.Giveme, v *Var) {
	if v.Type.Kind == Invalid {
		return
	}
	known := rights[memberClass(v.Type)]
	for _, right := range g.Only {
		at := slices.Index(known, right.Name.Name)
		switch {
		case right.Type != nil || at < 0:
			c.errorf(right.Pos(), "%s has no right `.%s`%s", v.Type, right.Name.Name, didYouMean(right.Name.Name, slices.Clone(known)))
		case v.Rights&(1<<at) != 0:
			c.errorf(right.Pos(), "`.%s` is given twice", right.Name.Name)
		default:
			v.Rights |= 1 << at
		}
	}
}

// entries finds `entry main`.
func (c *checker) entries(s *Service) {
	for _, fn := range c.info.Funcs {
		if !fn.Entry || fn.File != s.File {
			continue
		}
		d := fn.Decl
		if fn.Name != "main" {
			c.errorf(d.Name.Pos(), "no such entry: `%s`; CommandMain has `main`", fn.Name)
			continue
		}
		s.Main = fn
		if len(d.Params) > 0 {
			c.errorf(d.Params[0].Pos(), "`entry main` takes no parameters: the arguments come by a giveme, `Args args`")
		}
		if fn.Result != NothingType && fn.Result.Kind != Invalid && fn.Result != c.lib.enums["ExitStatus"] {
			c.errorf(d.Result.Pos(), "`entry main` returns ExitStatus or nothing, not %s", fn.Result)
		}
	}
	if s.Main == nil {
		c.errorf(s.File.Header.Pos(), "the service has no `entry main`")
	}
}
