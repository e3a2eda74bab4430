package binfmt

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"

	"slul/elfimage"
	"slul/stubgen"
)

// Names of our entries.
const (
	MagicName     = "slul"
	ExtensionName = "slulb"
)

const (
	// MagicFlags: C keeps the ids of a set-user-ID program, which is safe because only our
	// own magic selects the entry and F has the loader opened when the entry is made.
	MagicFlags = "POCF"
	// ExtensionFlags: neither C nor O, because anyone can give any file that he may link to
	// this extension, a set-user-ID file or one that he may not read as well.
	ExtensionFlags = "PF"
)

// Extension is the file name extension of programs that have no way to start of their own.
const Extension = "slulb"

// Ours are the entries for the programs of a target, by the loader at the path rtld.
func Ours(t *stubgen.Target, rtld string) ([]Entry, error) {
	magic, mask := header(t)
	if err := stubgen.CheckPath(rtld); err != nil {
		return nil, err
	}
	if strings.Contains(rtld, ":") {
		return nil, fmt.Errorf("the loader's path %q has a colon, which ends it in an entry", rtld)
	}
	list := []Entry{
		{Name: MagicName, Magic: magic, Mask: mask, Interpreter: rtld, Flags: MagicFlags},
		{Name: ExtensionName, Extension: Extension, Interpreter: rtld, Flags: ExtensionFlags},
	}
	for i := range list {
		if _, err := Parse(list[i].Line()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// header is what tells a SLUL program of a target from every other file: ELF magic, class,
// byte order, ET_DYN, the machine, and PT_SLUL as the type of the first program header
// (docs/file-format.md).
func header(t *stubgen.Target) (magic, mask []byte) {
	const size = elfimage.EhdrSize + 4
	magic, mask = make([]byte, size), make([]byte, size)
	set := func(off int, b ...byte) {
		copy(magic[off:], b)
		for i := range b {
			mask[off+i] = 0xff
		}
	}
	le := binary.LittleEndian
	set(0, []byte(elf.ELFMAG)...)
	set(elf.EI_CLASS, byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB))
	set(16, le.AppendUint16(nil, uint16(elf.ET_DYN))...) // e_type, e_machine
	set(18, le.AppendUint16(nil, uint16(t.Machine))...)
	set(elfimage.EhdrSize, le.AppendUint32(nil, elfimage.PT_SLUL)...)
	return magic, mask
}

// ConfPath is where systemd-binfmt and binfmt-support-like services look for a package's
// entries, see binfmt.d(5).
const ConfPath = "/usr/lib/binfmt.d/slul.conf"

// Conf is the text of a file for binfmt.d(5).
func Conf(t *stubgen.Target, rtld string) (string, error) {
	list, err := Ours(t, rtld)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`# SLUL programs, started by the kernel through their loader at once.
# C lets set-user-ID programs keep their rights: only files with the SLUL mark get it.
%s
# Programs without a way to start of their own. No C, no O: anyone can use this extension.
%s
`, list[0].Line(), list[1].Line()), nil
}
