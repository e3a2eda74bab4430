package binfmt

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseState reads an entry as the kernel shows it in the file of its name:
//
//	enabled
//	interpreter /lib/slulrtld-x86_64.so.1
//	flags: POCF
//	offset 0
//	magic 7f454c46
//	mask ffffffff
//
// or "extension .slulb" instead of the last three.
func ParseState(name, text string) (Entry, error) {
	e := Entry{Name: name}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if i == 0 {
			if line != "enabled" && line != "disabled" {
				return Entry{}, fmt.Errorf("%q, expected enabled or disabled", line)
			}
			e.Disabled = line == "disabled"
			continue
		}
		if err := e.stateLine(line); err != nil {
			return Entry{}, err
		}
	}
	switch {
	case e.Interpreter == "":
		return Entry{}, errors.New("no interpreter")
	case (e.Magic == nil) == (e.Extension == ""):
		return Entry{}, errors.New("neither magic nor extension, or both")
	case e.Mask != nil && len(e.Mask) != len(e.Magic):
		return Entry{}, fmt.Errorf("mask of %d bytes for magic of %d", len(e.Mask), len(e.Magic))
	}
	return e, nil
}

// stateLine reads one line. Words that it does not know are a newer kernel's.
func (e *Entry) stateLine(line string) (err error) {
	word, value, _ := strings.Cut(line, " ")
	switch word {
	case "interpreter":
		e.Interpreter = value
	case "flags:":
		e.Flags = value
	case "extension":
		e.Extension = strings.TrimPrefix(value, ".")
	case "offset":
		if e.Offset, err = strconv.Atoi(value); err == nil && e.Offset < 0 {
			err = errors.New("below 0")
		}
	case "magic":
		e.Magic, err = hex.DecodeString(value)
	case "mask":
		e.Mask, err = hex.DecodeString(value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	return nil
}
