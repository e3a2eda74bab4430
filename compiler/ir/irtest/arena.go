package irtest

import "fmt"

// arena.go makes the machine strict about arenas: what lay in one that was given back may
// not be touched before its chunk is in use again. It knows core's funcs by name, and what
// compiler/core/arena.slunsafe says of the layout.

const (
	arenaClose = "core.arena_close" // arena
	takeChunk  = "core.take_chunk"  // gives a chunk

	chunkSize = 65536
	chunkHead = 16
	atChunk   = 32 // in an arena: the chunk at hand
)

// chunksOf lists the chunks of an arena that is about to be given back.
func (x *Machine) chunksOf(arena int64) (list []int64, err error) {
	chunk, err := x.Load(arena+atChunk, 8)
	for err == nil && chunk != 0 {
		var size uint64
		if size, err = x.Load(int64(chunk)+8, 8); err == nil && size == chunkSize {
			list = append(list, int64(chunk))
		}
		if err == nil {
			chunk, err = x.Load(int64(chunk), 8)
		}
	}
	return list, err
}

// around does what a call of one of those funcs means for the chunks.
func (x *Machine) around(name string, args []int64, call func() (int64, int64, error)) (int64, int64, error) {
	var closed []int64
	if name == arenaClose {
		var err error
		if closed, err = x.chunksOf(args[0]); err != nil {
			return 0, 0, err
		}
	}
	result, second, err := call()
	for _, chunk := range closed {
		x.freed[chunk] = true
	}
	if name == takeChunk {
		delete(x.freed, result)
	}
	return result, second, err
}

// isFreed refuses memory of an arena that was given back.
func (m *Memory) isFreed(at, n int64) error {
	for chunk := range m.freed {
		if at+n > chunk+chunkHead && at < chunk+chunkSize {
			return fmt.Errorf("%#x lies in an arena that was given back", at)
		}
	}
	return nil
}
