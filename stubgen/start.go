package stubgen

import (
	"errors"
	"fmt"
	"slices"

	"slul/elfimage"
)

// How a program is started: the choice that the user names with --start, and what it
// puts into the file (docs/start-modes.md).

// ParseStart finds a way to start by its name; "" is the usual one.
func ParseStart(name string) (elfimage.Start, error) {
	start := elfimage.Start(name)
	switch {
	case name == "":
		return elfimage.Starts[0], nil
	case !slices.Contains(elfimage.Starts, start):
		return "", fmt.Errorf("--start %s: there are %s", name, StartNames())
	}
	return start, nil
}

// StartNames are the names of all ways, for people.
func StartNames() string {
	text := ""
	for i, s := range elfimage.Starts {
		switch {
		case i == len(elfimage.Starts)-1:
			text += " and "
		case i > 0:
			text += ", "
		}
		text += string(s)
	}
	return text
}

// LoaderPath is the path that a program started in this way has in it: rtld, or the
// usual one when that is ""; none at all when nothing of the file starts it.
func LoaderPath(t *Target, start elfimage.Start, rtld string) (string, error) {
	if start == elfimage.StartNone {
		if rtld != "" {
			return "", errors.New("--rtld: a file with --start=none names no loader")
		}
		return "", nil
	}
	usual, check := t.RTLD, CheckPath
	if start == elfimage.StartShebang {
		usual, check = t.Runslul, elfimage.CheckScriptPath
	}
	if rtld == "" {
		rtld = usual
	}
	return rtld, check(rtld)
}

// Begin puts into an image what starts it in this way, by the loader at the path that
// LoaderPath gave.
func Begin(im *elfimage.Image, t *Target, start elfimage.Start, rtld string) error {
	first, err := firstCode(t, start, rtld)
	if err != nil {
		return err
	}
	switch start {
	case elfimage.StartRt0:
		im.Stub, im.Loader = first, rtld
	case elfimage.StartInterp:
		im.Interp = rtld
	case elfimage.StartShebang:
		im.Signpost, im.Script = first, rtld
	case elfimage.StartNone:
		im.Signpost = first
	}
	return nil
}

// firstCode is where the kernel begins when it starts the file by itself: the stub, or
// what says that it cannot be done.
func firstCode(t *Target, start elfimage.Start, rtld string) ([]byte, error) {
	if start == elfimage.StartRt0 {
		stub, err := Generate(t, rtld)
		if err != nil {
			return nil, err
		}
		return stub.Bytes, nil
	}
	code, err := t.signpost()
	if err != nil {
		return nil, fmt.Errorf("signpost for %s: %w", t.Name, err)
	}
	return code.Bytes, nil
}
