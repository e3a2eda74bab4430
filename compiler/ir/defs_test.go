package ir

import "testing"

// TestDefs: the table has what was put into it last, however large it becomes, and nothing after it
// was emptied.
func TestDefs(t *testing.T) {
	var defs defTable
	for _, blocks := range []int32{5, 300, 5} {
		defs.empty()
		values := map[def]*Value{}
		for round := range 2 {
			for b := range blocks {
				for v := range varID(7) {
					if d := (def{b, v * 1000}); round == 0 || v%2 == 0 {
						values[d] = &Value{ID: int32(len(values))}
						defs.set(d, values[d])
					}
				}
			}
		}
		for b := range blocks + 50 {
			for v := range varID(7000) {
				if d := (def{b, v}); defs.get(d) != values[d] {
					t.Fatalf("%d blocks: %v is %v, want %v", blocks, d, defs.get(d), values[d])
				}
			}
		}
	}
}
