package compiler

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
	"slul/elfimage"
)

// serviceNote tells launchers, people and policies what the program is and what it
// asks for. Its entry is what the program's start function calls.
func serviceNote(s *check.Service) elfimage.Note {
	service := elfimage.Service{
		Type:       s.Type,
		Command:    s.Command,
		ObjectSize: uint32(s.Size),
		Entries:    []elfimage.Entry{mainEntry(s.Main)},
	}
	for _, v := range s.Givemes {
		service.Givemes = append(service.Givemes, giveme(v))
	}
	return elfimage.ServiceNote([]elfimage.Service{service})
}

// optionValues are the types of options as the note has them; it knows no signs.
var optionValues = map[check.TypeKind]elfimage.Value{
	check.Bool: elfimage.Bool, check.Int: elfimage.Int, check.SignedInt: elfimage.Int,
	check.Long: elfimage.Long, check.SignedLong: elfimage.Long,
	check.String: elfimage.String, check.MaybeKind: elfimage.String,
}

// giveme is one row of the note.
func giveme(v *check.Var) elfimage.Giveme {
	g := elfimage.Giveme{Type: v.Type.Name, Offset: uint32(check.GivemeWord * v.Index), Rights: v.Rights}
	switch {
	case v.Giveme.Option != nil:
		g.Kind, g.Option = elfimage.Param, v.Giveme.Option.Value
	case v.Giveme.Default != nil:
		g.Kind = elfimage.Defval
	default:
		g.Kind, g.Type, g.Sigils = elfimage.Capability, v.Giveme.Type.Name.Name, noteSigils(v.Type.Sigil)
		return g
	}
	g.Value = optionValues[v.Type.Kind]
	g.Default, g.DefaultText = uint64(v.DefaultValue.Bits), v.DefaultValue.Str
	return g
}

func mainEntry(f *check.Func) elfimage.Entry {
	e := elfimage.Entry{Name: f.Name, Sym: f.Symbol}
	if f.Result != nil && f.Result.Kind == check.EnumKind {
		e.Result = elfimage.ResultStatus
	}
	if f.Fails != nil {
		e.Result += elfimage.ResultOrError
		for _, v := range f.Fails.Enum.Values {
			e.Errors = append(e.Errors, v.Name)
		}
	}
	return e
}

func noteSigils(s syntax.Sigils) elfimage.Sigils {
	var out elfimage.Sigils
	for _, pair := range []struct {
		in  syntax.Sigils
		out elfimage.Sigils
	}{
		{syntax.Maybe, elfimage.Optional},
		{syntax.Change, elfimage.Modifiable},
		{syntax.DoIO, elfimage.IO},
	} {
		if s&pair.in != 0 {
			out |= pair.out
		}
	}
	return out
}
