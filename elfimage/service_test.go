package elfimage

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// sampleService is what "hello" has.
var sampleService = Service{
	Type: "CommandMain", Command: "hello", ObjectSize: 8,
	Givemes: []Giveme{{Type: "Console", Rights: ^uint32(0), Sigils: IO}},
	Entries: []Entry{{Name: "main", Sym: "entry", Result: ResultStatus}},
}

// fullServices has every kind of row.
var fullServices = []Service{
	{
		Type: "CommandMain", Command: "wc", ObjectSize: 40,
		Givemes: []Giveme{
			{Type: "Args"},
			{Type: "FileSystem", Offset: 8, Rights: 5, Sigils: IO | Modifiable},
			{Type: "int", Offset: 16, Kind: Param, Value: Int, Option: "-n", Default: 10},
			{Type: "long", Offset: 24, Kind: Defval, Value: Long, Default: 1 << 40},
			{Type: "string", Offset: 32, Kind: Param, Value: String, Option: "-o", DefaultText: "räksmörgås", Sigils: Optional},
			{Type: "bool", Offset: 36, Kind: Param, Value: Bool, Option: "-v"},
		},
		Entries: []Entry{
			{Name: "main", Sym: "entry", Result: ResultOrError, Errors: []string{"not_found", "busy"}},
			{Name: "exception", Sym: "entry", Result: ResultStatus | ResultOrError},
		},
	},
	{Type: "Empty"},
}

func TestServiceNote(t *testing.T) {
	n := ServiceNote([]Service{sampleService})
	// Head, service, giveme and entry, then CommandMain, hello, Console, main.
	if want := 8 + 28 + 28 + 16 + 12 + 6 + 8 + 5; len(n.Desc) != want {
		t.Errorf("%d bytes, expected %d", len(n.Desc), want)
	}
	full := ServiceNote(fullServices)
	if strings.Count(string(full.Desc), "main\x00") != 1 {
		t.Error("a string is there twice")
	}
	got, err := ParseServices(full.Desc)
	if err != nil {
		t.Fatal(err)
	}
	// The symbol is gone, and its place is known: here still the field itself.
	var want []Service
	for _, s := range fullServices {
		s.Entries = slices.Clone(s.Entries)
		for i := range s.Entries {
			s.Entries[i].Sym = ""
			s.Entries[i].Code = int64(full.Fixups[i].Off)
		}
		want = append(want, s)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("decoded\n%+v, expected\n%+v", got, want)
	}
}

// TestServiceCode: in a file the entry's field reaches the entry's code.
func TestServiceCode(t *testing.T) {
	im := examples()[3].image
	im.Notes = []Note{{Section: ".note.first", Owner: "X", Desc: []byte("odd")}, ServiceNote(fullServices)}
	f, err := Parse(mustBytes(t, &im))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Services[0].Entries {
		if got := f.codeAddress(e); got != f.Program.Entry {
			t.Errorf("entry %s at %#x, expected %#x", e.Name, got, f.Program.Entry)
		}
	}
}

func TestParseServicesRefuses(t *testing.T) {
	good := ServiceNote(fullServices).Desc
	for n := range good {
		if s, err := ParseServices(good[:n]); err == nil && n < len(good)-1 {
			// Only an unused tail may be missing, and there is none.
			t.Errorf("%d of %d bytes give %d services", n, len(good), len(s))
		}
	}
	for _, change := range []func(b []byte){
		func(b []byte) { b[0] = 2 },                        // format
		func(b []byte) { b[7] = 0xff },                     // number of services
		func(b []byte) { b[8+3] = 0xff },                   // offset of a string
		func(b []byte) { b[8+12+3] = 0x7f },                // number of givemes
		func(b []byte) { b[8+12], b[8+12+1] = 0xff, 0xff }, // more givemes than rows are allowed
		func(b []byte) { b[len(b)-1] = 'x' },               // end of the last string
	} {
		b := slices.Clone(good)
		change(b)
		if _, err := ParseServices(b); err == nil || !strings.HasPrefix(err.Error(), ServiceSection) {
			t.Errorf("error %v", err)
		}
	}
}
