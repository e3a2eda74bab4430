package irtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// Exit is how a run ends when the program calls exit_group.
type Exit struct{ Status int64 }

func (e *Exit) Error() string { return fmt.Sprintf("exit %d", e.Status) }

// System call numbers of x86-64 (arch/x86/entry/syscalls/syscall_64.tbl) that Linux
// knows, and the errors that it gives.
const (
	sysWrite     = 1
	sysMmap      = 9
	sysMunmap    = 11
	sysPrlimit   = 302
	sysExitGroup = 231

	eBADF  = 9
	eNOMEM = 12
)

// mostMapped is how many bytes one mapping may have: programs of tests may ask for more than
// the machine has.
const mostMapped = 1 << 28

// Linux is the system calls of a program that only prints.
type Linux struct {
	x           *Machine
	Stdout      bytes.Buffer
	Stderr      bytes.Buffer
	MaxWrite    int64 // most bytes that one write takes; 0: all
	Writes      int
	nextMapping int64
}

// NewLinux gives the machine system calls.
func NewLinux(x *Machine) *Linux {
	l := &Linux{x: x, nextMapping: 0x6000_0000}
	x.Syscall = l.call
	return l
}

func (l *Linux) call(nr int64, args []int64) (int64, error) {
	args = append(args, make([]int64, 6)...)
	switch nr {
	case sysWrite:
		return l.write(args[0], args[1], args[2])
	case sysMmap:
		if args[1] > mostMapped {
			return -eNOMEM, nil
		}
		size := (args[1] + 4095) &^ 4095
		at := l.nextMapping
		l.x.Map(at, make([]byte, size), false)
		l.nextMapping += size + 4096
		return at, nil
	case sysMunmap:
		return 0, l.x.Unmap(args[0], args[1])
	case sysPrlimit: // no limit: the machine has its own
		return 0, l.x.Store(args[3], 8, math.MaxUint64)
	case sysExitGroup:
		return 0, &Exit{int64(int32(args[0]))}
	}
	return 0, fmt.Errorf("system call %d is not known here", nr)
}

func (l *Linux) write(fd, from, n int64) (int64, error) {
	out := map[int64]*bytes.Buffer{1: &l.Stdout, 2: &l.Stderr}[fd]
	if out == nil {
		return -eBADF, nil
	}
	if l.MaxWrite > 0 {
		n = min(n, l.MaxWrite)
	}
	b, err := l.x.Bytes(from, n, false)
	if err != nil {
		return 0, err
	}
	l.Writes++
	out.Write(b)
	return n, nil
}

// EntryStack makes what the kernel leaves at rsp: argc, the addresses of the arguments,
// 0, 0 (an empty environment), 0, 0 (an empty auxiliary vector); then the strings.
func EntryStack(x *Machine, args ...string) int64 {
	const base = stackBase + stackSize + 4096
	words := binary.LittleEndian.AppendUint64(nil, uint64(len(args)))
	text := []byte{}
	at := int64(base + 8*(len(args)+5))
	for _, a := range args {
		words = binary.LittleEndian.AppendUint64(words, uint64(at)+uint64(len(text)))
		text = append(append(text, a...), 0)
	}
	words = append(words, make([]byte, 32)...)
	x.Map(base, append(words, text...), false)
	return base
}
