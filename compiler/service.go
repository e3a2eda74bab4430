package compiler

import (
	"slul/compiler/check"
	"slul/compiler/syntax"
	"slul/elfimage"
)

// givemeWord is the size of one field of the service object, in bytes.
const givemeWord = 8

// serviceNote tells launchers, people and policies what the program is and what it
// asks for. Its entry is what the program's start function calls.
func serviceNote(s *check.Service) elfimage.Note {
	service := elfimage.Service{
		Type:       s.Type,
		Command:    s.Command,
		ObjectSize: uint32(givemeWord * len(s.Givemes)),
		Entries:    []elfimage.Entry{mainEntry(s.Main)},
	}
	for _, v := range s.Givemes {
		service.Givemes = append(service.Givemes, elfimage.Giveme{
			Type:   v.Type.Class,
			Offset: uint32(givemeWord * v.Index),
			Rights: allRights,
			Sigils: noteSigils(v.Type.Sigil),
			Kind:   elfimage.Capability,
		})
	}
	return elfimage.ServiceNote([]elfimage.Service{service})
}

// allRights is the rights mask of a giveme without "only".
const allRights = ^uint32(0)

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
