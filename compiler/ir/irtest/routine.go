package irtest

import "bytes"

// routine.go does what the routines of code generators do (ir.Routines).

var routines = map[string]func(x *Machine, args []int64) (int64, error){
	"mem.move": func(x *Machine, args []int64) (int64, error) {
		from, _, err := x.two(args[1], args[0], args[2])
		if err != nil || from == nil {
			return 0, err
		}
		to, err := x.Bytes(args[0], args[2], true)
		copy(to, from)
		return 0, err
	},
	"mem.set": func(x *Machine, args []int64) (int64, error) {
		if args[2] == 0 {
			return 0, nil
		}
		to, err := x.Bytes(args[0], args[2], true)
		for i := range to {
			to[i] = byte(args[1])
		}
		return 0, err
	},
	"mem.same": func(x *Machine, args []int64) (int64, error) {
		a, b, err := x.two(args[0], args[1], args[2])
		for i := range a {
			if a[i] != b[i] {
				return int64(i), err
			}
		}
		return int64(len(a)), err
	},
	"mem.seek": func(x *Machine, args []int64) (int64, error) {
		if args[1] == 0 {
			return 0, nil
		}
		from, err := x.Bytes(args[0], args[1], false)
		if i := bytes.IndexByte(from, byte(args[2])); i >= 0 {
			return int64(i), err
		}
		return args[1], err
	},
}

// two gives the blocks of n bytes at a, which is read, and b, which may be written. Of no
// bytes there are none, wherever they are.
func (x *Machine) two(a, b, n int64) (from, to []byte, err error) {
	if n == 0 {
		return nil, nil, nil
	}
	if from, err = x.Bytes(a, n, false); err != nil {
		return nil, nil, err
	}
	to, err = x.Bytes(b, n, false)
	return from, to, err
}
