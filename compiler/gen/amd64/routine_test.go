package amd64

import "testing"

// lined are the labels that begin a line of the cache, or nearly so: their code then fits into
// that line.
var lined = map[string][]string{
	"mem.move": {"below64", "above128", "sseup"},
	"mem.set":  {"below64", "below16", "above128"},
	"mem.seek": {"small"},
}

// inLine are pairs of labels: what is from the first to before the second is in one line.
var inLine = map[string][][2]string{
	"mem.move": {{"begin", "below64"}, {"below64", "above128"}, {"sseup", "ssedown"}},
	"mem.set":  {{"begin", "below64"}, {"below64", "below16"}, {"below16", "above128"}, {"sseround", "sseend"}},
	"mem.same": {{"small", "there"}, {"ssestep", "sselast"}},
	"mem.seek": {{"small", "there"}, {"ssestep", "sselast"}},
}

func TestLines(t *testing.T) {
	for name := range inLine {
		code, err := Routines[name]()
		if err != nil {
			t.Fatal(err)
		}
		for _, label := range lined[name] {
			at := code.Labels[label]
			if wrong := at % lineSize; at == 0 || wrong > 3 {
				t.Errorf("%s: %s is %d bytes behind the last line: its pad should be %d bytes more, or %d less", name, label, wrong, lineSize-wrong, wrong)
			}
		}
		for _, pair := range inLine[name] {
			start, okStart := code.Labels[pair[0]]
			end, okEnd := code.Labels[pair[1]]
			if !okStart || !okEnd {
				t.Errorf("%s: no label %s or %s", name, pair[0], pair[1])
			} else if end-1 >= start/lineSize*lineSize+lineSize {
				t.Errorf("%s: what is from %s to %s takes %d bytes from %d on: more than a line", name, pair[0], pair[1], end-start, start%lineSize)
			}
		}
	}
}
