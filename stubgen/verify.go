package stubgen

import "fmt"

// Verify: bytes of unknown origin to a proof that they are a stub.

// Verify proves that b, all of it, is a start-up stub for t that obeys the rules of
// this package's comment. It gives what it found: the loader's path and each byte's
// meaning. The error names the offset and the instruction that cannot be shown to
// obey.
func Verify(t *Target, b []byte) (*Stub, error) {
	if len(b) > maxSize {
		return nil, fmt.Errorf("no stub is as large as %d bytes", len(b))
	}
	rtld, items, err := t.verify(b)
	if err != nil {
		return nil, err
	}
	if err := CheckPath(rtld); err != nil {
		return nil, err
	}
	return &Stub{Target: t, RTLD: rtld, Bytes: b, Items: items}, nil
}

// maxSize bounds the work on a hostile file: the longest path and a page of code.
const maxSize = pathMax + 4096
