package ir

import "slul/compiler/slab"

// room.go has the memory that a function's values and their arguments are made in. It lives about
// as long as the function.

type room struct {
	values slab.Of[Value]
	args   slab.Of[*Value]
}
