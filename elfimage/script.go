// Programs that are started by a "#!" line: text -> ELF file behind it, and back.
//
//	0      "#!" path "\n", zeros
//	4096   the ELF file, as if it began there
//
// Kernels of many systems start the path with the name of the file. The ELF file lies at
// one offset and no other, so that nobody has to search for it, and at a page bound, so
// that it can be mapped.

package elfimage

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"strings"
)

// ScriptSize is where the ELF file begins behind a "#!" line.
const ScriptSize = 4096

// maxScriptPath is the longest path of a "#!" line that every Linux takes: before 5.1 it
// read 127 bytes of the file (BINPRM_BUF_SIZE, uapi/linux/binfmts.h), "#!" among them.
const maxScriptPath = 125

// CheckScriptPath says why path cannot stand in a "#!" line.
func CheckScriptPath(path string) error {
	switch {
	case !strings.HasPrefix(path, "/"):
		return fmt.Errorf("the path %q of a #! line is not absolute", path)
	case len(path) > maxScriptPath:
		return fmt.Errorf("the path of a #! line is %d bytes long, and kernels take %d", len(path), maxScriptPath)
	case strings.ContainsAny(path, " \t\n\r\x00"):
		return fmt.Errorf("the path %q of a #! line has a blank: the kernel ends it there", path)
	}
	return nil
}

// Script puts a "#!" line with a path before an ELF file.
func Script(path string, file []byte) ([]byte, error) {
	if err := CheckScriptPath(path); err != nil {
		return nil, err
	}
	b := make([]byte, ScriptSize, ScriptSize+len(file))
	copy(b, "#!"+path+"\n")
	return append(b, file...), nil
}

// parseScript steps over a "#!" line with an ELF file behind it.
func (f *File) parseScript() error {
	if !bytes.HasPrefix(f.b, []byte("#!")) {
		return nil
	}
	line, _, ok := bytes.Cut(f.b[2:min(len(f.b), 256)], []byte("\n"))
	words := bytes.Fields(line)
	if !ok || len(words) == 0 || len(f.b) < ScriptSize || !bytes.HasPrefix(f.b[ScriptSize:], []byte(elf.ELFMAG)) {
		return errors.New("a script, not an ELF file")
	}
	f.Start, f.Interp, f.Offset, f.b = StartShebang, string(words[0]), ScriptSize, f.b[ScriptSize:]
	return nil
}

// ELF is the ELF file, without a "#!" line.
func (f *File) ELF() []byte { return f.b }
