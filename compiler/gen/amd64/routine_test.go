package amd64

import "testing"

// lined are the labels that begin a line of the cache, or nearly so: their code then fits into
// that line.
var lined = map[string][]string{
	"mem.move": {"small", "avxabove2"}, "mem.set": {"small", "avxabove2"}, "mem.same": {"small"}, "mem.seek": {"small"},
}

func TestLines(t *testing.T) {
	for name, labels := range lined {
		code, err := Routines[name]()
		if err != nil {
			t.Fatal(err)
		}
		for _, label := range labels {
			at := code.Labels[label]
			if wrong := at % lineSize; at == 0 || wrong > 3 {
				t.Errorf("%s: %s is %d bytes behind the last line: its pad should be %d bytes more, or %d less", name, label, wrong, lineSize-wrong, wrong)
			}
		}
		if end, ok := code.Labels["there"]; ok && end > code.Labels["small"]+lineSize {
			t.Errorf("%s: small takes %d bytes, more than a line", name, end-code.Labels["small"])
		}
	}
}
