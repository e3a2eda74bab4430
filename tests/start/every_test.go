package start

// One test for every way in which a program with rights can be started.

import (
	"cmp"
	"testing"

	"slul/elfimage"
	"slul/tests/launch"
	"slul/tests/probe"
)

// startMode is a way to start the programs of a place.
type startMode struct {
	name  string
	start elfimage.Start // "": by a stub
	magic bool           // our entries are in binfmt_misc
}

func (m startMode) file() elfimage.Start { return cmp.Or(m.start, elfimage.StartRt0) }

// setIDModes are those in which set-user-ID bits count. (The others: TestSetIDWays.)
var setIDModes = []startMode{
	{name: "stub"},
	{name: "PT_INTERP", start: elfimage.StartInterp},
	{name: "magic entry", start: elfimage.StartNone, magic: true},
}

// everyStart runs a test in a place for each of them.
func everyStart(t *testing.T, test func(t *testing.T, p place)) {
	for _, m := range setIDModes {
		t.Run(m.name, func(t *testing.T) {
			p := newPlace(t)
			p.how = m
			test(t, p)
		})
	}
}

// via is a start as this place has them.
func (p place) via(t testing.TB, s launch.Spec) launch.Spec {
	t.Helper()
	if p.how.magic {
		p.binfmt(t, &s, "")
	}
	return s
}

func (p place) launch(t testing.TB, s launch.Spec) launch.Result {
	t.Helper()
	return launch.Run(t, p.via(t, s))
}

func (p place) run(t testing.TB, s launch.Spec) *probe.Dump {
	t.Helper()
	return run(t, p.via(t, s))
}
