// Versions: numbers with dots between.

package module

import (
	"cmp"
	"strings"
)

// compareVersions orders two versions number by number; one that is left out is 0.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
	}
	return 0
}

// maxVersion bounds the characters of a version. The loader shows no more of a name.
const maxVersion = 40

// isVersion says whether s is digits, with dots between, and at least one of these.
func isVersion(s string) bool {
	parts := strings.Split(s, ".")
	for _, part := range parts {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return len(parts) > 1 && len(s) <= maxVersion
}
