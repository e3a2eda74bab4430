package ir

// room.go has the memory that a function's values and their arguments are made in: pieces of
// many, as each thing by itself would cost the allocator and the collector more than all the
// work on it. A piece lives as long as anything in it, which is about as long as the function.

// Sizes of the pieces, in values and in arguments: the first is small, as most functions are.
const (
	roomFirst = 16
	roomMost  = 256
)

type room struct {
	values []Value
	args   []*Value
	next   int // size of the next piece
}

func (r *room) grow() int {
	n := max(r.next, roomFirst)
	r.next = min(2*n, roomMost)
	return n
}

// value gives an empty value.
func (r *room) value() *Value {
	if len(r.values) == 0 {
		r.values = make([]Value, r.grow())
	}
	v := &r.values[0]
	r.values = r.values[1:]
	return v
}

// list gives a copy of args that has no room behind it: appending to it makes another copy.
func (r *room) list(args []*Value) []*Value {
	n := len(args)
	if n == 0 {
		return nil
	}
	if n > len(r.args) {
		if n > roomFirst {
			return append(make([]*Value, 0, n), args...)
		}
		r.args = make([]*Value, 2*max(r.next, roomFirst))
	}
	list := r.args[:n:n]
	r.args = r.args[n:]
	copy(list, args)
	return list
}
