package ir

import "slul/compiler/syntax"

// lower_arena.go lowers `arena`. The register of the current arena holds the innermost
// one that is open; on every way out it is given back and the one outside is current.

const (
	coreArenaOpen  = "core.arena_open"  // arena inside the current one
	coreArenaClose = "core.arena_close" // arena
)

func (g *fn) arenaStmt(s *syntax.ArenaStmt) {
	outer := g.arenas
	if len(outer) == 0 {
		g.arenas = append(g.arenas, g.value(OpArena, L))
	}
	inner := g.call(coreArenaOpen, L)
	g.value(OpSetArena, None, inner)
	g.arenas = append(g.arenas[:len(g.arenas):len(g.arenas)], inner)
	g.stmts(s.Body)
	if !g.isDead() {
		g.at(s.Body.EndPos)
		g.closeArenas(len(g.arenas) - 1)
	}
	g.arenas = outer
}

// closeArenas gives back all but the first n arenas; those of the func count with its
// own, which is never given back. None is current while it is given back: core keeps what it
// knows of the CPU in the current one.
func (g *fn) closeArenas(n int) {
	for i := len(g.arenas) - 1; i >= max(n, 1); i-- {
		g.value(OpSetArena, None, g.arenas[i-1])
		g.call(coreArenaClose, None, g.arenas[i])
	}
}
