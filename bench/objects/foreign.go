package objects

// A program of ours becomes one for a loader that PT_INTERP names: no byte moves, and
// nothing that is loaded changes but a note that was made to be overwritten. The two
// programs therefore ask the same of their loaders.
//
//	before  e_entry = stub     headers  SLUL LOAD … RELRO                   note "room"  zeros
//	after   e_entry = entry    headers  in the room: PHDR INTERP LOAD …     the table, the path
//
// glibc and musl find the address of the program through PT_PHDR. Neither looks at the
// stub, which stays where it is.

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"

	"slul/elfimage"
)

const (
	roomOwner   = "room"
	roomHeaders = 12
	roomPath    = 200
	roomSize    = 8 + roomHeaders*elfimage.PhdrSize + roomPath // 8: the table is aligned, the note is not
)

func roomNote() elfimage.Note {
	return elfimage.Note{Section: ".note.room", Owner: roomOwner, Type: 1, Desc: make([]byte, roomSize)}
}

func foreign(file []byte, interp string) ([]byte, error) {
	f, err := elfimage.Parse(file)
	if err != nil {
		return nil, err
	}
	owner := bytes.Index(file, []byte(roomOwner+"\x00"))
	if f.Program == nil || owner < 0 {
		return nil, errors.New("not a program with room")
	}
	room := (owner + len(roomOwner) + 1 + 7) &^ 7 // offsets are addresses in the first segment
	path := room + roomHeaders*elfimage.PhdrSize

	header := func(typ elf.ProgType, at, size int) elf.Prog64 {
		return elf.Prog64{Type: uint32(typ), Flags: uint32(elf.PF_R), Align: 8,
			Off: uint64(at), Vaddr: uint64(at), Paddr: uint64(at), Filesz: uint64(size), Memsz: uint64(size)}
	}
	table := []elf.Prog64{{}, header(elf.PT_INTERP, path, len(interp)+1)}
	for _, s := range f.Segments {
		if s.Type != elfimage.PT_SLUL {
			table = append(table, elf.Prog64{Type: uint32(s.Type), Flags: uint32(s.Flags), Align: s.Align,
				Off: s.Off, Vaddr: s.Vaddr, Paddr: s.Vaddr, Filesz: s.Filesz, Memsz: s.Memsz})
		}
	}
	table[0] = header(elf.PT_PHDR, room, len(table)*elfimage.PhdrSize)
	if len(table) > roomHeaders || len(interp) >= roomPath {
		return nil, fmt.Errorf("no room for %d headers and %d bytes of path", len(table), len(interp))
	}

	file = bytes.Clone(file)
	copy(file[path:], interp)
	le := binary.LittleEndian
	if _, err := binary.Encode(file[room:], le, table); err != nil {
		return nil, err
	}
	le.PutUint64(file[24:], f.Program.Entry)
	le.PutUint64(file[32:], uint64(room)) // e_phoff
	le.PutUint16(file[56:], uint16(len(table)))
	return file, nil
}
