// The service: its header, its givemes, its entry.

package check

import (
	"strings"

	"slul/compiler/syntax"
)

// service checks that the program is one service of type CommandMain.
func (c *checker) service(program []*syntax.File) {
	f := program[0]
	c.enter(f, false)
	for _, other := range program[1:] {
		c.errs.Add(other, syntax.Pos{Line: 1, Col: 1}, "programs of several files are not in this version of the compiler")
	}
	h := f.Header
	if h == nil || h.Service == nil {
		c.errorf(syntax.Pos{Line: 1, Col: 1}, "expected `service CommandMain \"name\"` before all else: a program is a service")
		return
	}
	s := &Service{File: f, Type: h.Service.Name, Command: h.Command.Value, Class: className(f)}
	c.info.Service = s
	if s.Type != "CommandMain" {
		c.errorf(h.Service.Pos(), "no such service type: `%s`%s", s.Type, didYouMean(s.Type, []string{"CommandMain"}))
	}
	if s.Command == "" || strings.ContainsAny(s.Command, "/\x00\n") {
		c.errorf(h.Command.Pos(), "a command's name is a file name: not empty, without `/`, NUL and line ends")
	}
	c.givemeList(s)
	c.entries(s)
}

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
				s.Givemes = append(s.Givemes, v)
			}
		}
	}
}

// giveme is one of them; nil when its name is taken.
func (c *checker) giveme(g *syntax.Giveme) *Var {
	v := &Var{Name: g.Name.Name, Kind: GivemeVar, Ident: g.Name, Giveme: g, Type: InvalidType}
	switch {
	case g.Option != nil || g.Default != nil:
		c.later(g.Pos(), "givemes with `param` or `defval` are")
	case g.Only != nil:
		c.later(g.Only[0].Pos(), "rights behind `only` are")
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

func (c *checker) givemeType(g *syntax.Giveme) *Type {
	t := c.typeOf(g.Type)
	switch {
	case t.Kind == Invalid:
	case t.Kind != ObjectKind:
		return c.refuse(g.Pos(), "a giveme of type %s needs `= param` or `= defval`, which are not in this version of the compiler", t)
	case t.Class == "Console" && t.Sigil != syntax.DoIO:
		return c.refuse(g.Type.Pos(), "the console does I/O: write `@Console`")
	case t.Class == "Args" && t.Sigil != 0:
		return c.refuse(g.Type.Pos(), "the arguments are only read: write `Args`")
	}
	return t
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
		if fn.Result != NothingType && fn.Result.Kind != Invalid && fn.Result != c.enums["ExitStatus"] {
			c.errorf(d.Result.Pos(), "`entry main` returns ExitStatus or nothing, not %s", fn.Result)
		}
	}
	if s.Main == nil {
		c.errorf(s.File.Header.Pos(), "the service has no `entry main`")
	}
}
