package stubgen

import (
	"errors"
	"fmt"

	"slul/asm"
	"slul/stubgen/amd64"
)

// Generate: target and loader path to a stub that has been proved.

// Stub is a start-up stub and what each byte of it is.
type Stub struct {
	Target *Target
	RTLD   string     // the loader's path in it
	Bytes  []byte     // the entry is the first byte
	Items  []asm.Item // instructions, then strings, in order and without a gap
}

// CodeSize is the size of the instructions; the strings follow.
func (s *Stub) CodeSize() int {
	n := 0
	for _, i := range s.Items {
		if i.Name == "" {
			n += i.Size
		}
	}
	return n
}

// pathMax is PATH_MAX of <linux/limits.h>: the longest path with its NUL that a
// system call takes.
const pathMax = 4096

// CheckPath says why path cannot be a loader's path in a stub. What lies there is
// not looked at.
func CheckPath(path string) error {
	switch {
	case path == "":
		return errors.New("the loader's path is empty")
	case len(path) > pathMax-1:
		return fmt.Errorf("the loader's path is %d bytes long, and Linux takes %d", len(path), pathMax-1)
	}
	for k := 0; k < len(path); k++ {
		if c := path[k]; c < ' ' || c == 0x7F {
			return fmt.Errorf("the loader's path %q has the control byte %#02x", path, c)
		}
	}
	if path[0] != '/' {
		return fmt.Errorf("the loader's path %q is not absolute", path)
	}
	if path[len(path)-1] == '/' {
		return fmt.Errorf("the loader's path %q is a directory's", path)
	}
	return nil
}

// Generate makes the stub that starts the loader at path rtld, and gives it out only
// when Verify has proved it.
func Generate(t *Target, rtld string) (*Stub, error) {
	if err := CheckPath(rtld); err != nil {
		return nil, err
	}
	code, err := t.stub(rtld)
	if err != nil {
		return nil, fmt.Errorf("stub for %s: %w", t.Name, err)
	}
	proved, err := Verify(t, code.Bytes)
	switch {
	case err != nil:
		return nil, fmt.Errorf("bug: the stub made for %s: %w", t.Name, err)
	case len(code.Fixups) != 0:
		return nil, fmt.Errorf("bug: the stub made for %s has open fixups", t.Name)
	case proved.RTLD != rtld:
		return nil, fmt.Errorf("bug: the stub made for %s runs %q instead of %q", t.Name, proved.RTLD, rtld)
	}
	return &Stub{Target: t, RTLD: rtld, Bytes: code.Bytes, Items: code.Items}, nil
}

// Message is what every stub writes to stderr, as one line, when it cannot start the loader
// at rtld: what is needed, and what to type.
func Message(rtld string) string { return amd64.Message(rtld) }
