package objects

// Names of symbols and libraries. The lengths are those of 105,000 names that C
// libraries of a Debian system export: a tenth has up to 11 bytes, half up to 21, nine
// tenths up to 33. The names of a library begin alike, as there; that is what makes
// comparing them slow.

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

const (
	minName = 8
	maxName = 40
)

var prefixes = strings.Fields("gtk g av png xml cairo ssl curl sqlite3 pango snd xcb jpeg hb ft gst sdl vk zmq uv git ncurses pulse dbus")

var words = strings.Fields(`get set new free init add find read write open close next copy list size name type data
	file node state value index array table frame color event input output buffer stream string object window
	context default version position property callback attribute parameter iterator connection certificate
	is has by to from for with at`)

// namer gives names that are all different, and different from those of namers with
// other numbers.
type namer struct {
	prefix string
	random *rand.Rand
	given  map[string]bool
}

func newNamer(number int) *namer {
	prefix := prefixes[number%len(prefixes)]
	if round := number / len(prefixes); round > 0 {
		prefix = fmt.Sprint(prefix, round)
	}
	return &namer{prefix, rand.New(rand.NewPCG(uint64(number), 1)), map[string]bool{}}
}

func (n *namer) next() string {
	size := minName + n.random.IntN(15) + n.random.IntN(14)
	for {
		name := n.prefix
		for len(name) < size {
			name += "_" + words[n.random.IntN(len(words))]
		}
		if len(name) <= maxName && !n.given[name] {
			n.given[name] = true
			return name
		}
		size = min(size+1, maxName-4) // the short ones are soon used up
	}
}

// names gives so many.
func (n *namer) names(count int) []string {
	list := make([]string, count)
	for i := range list {
		list[i] = n.next()
	}
	return list
}
