// Hashes of interfaces, and names of symbols.

package module

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// HashSize is the characters of a hash: 256 bits as base64url without padding (RFC 4648).
const HashSize = 43

// tagSize is the characters of a hash that a symbol carries.
const tagSize = 8

// hashOf is the hash of a text.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// InterfaceHash is the hash of a module's interface that has these canonical lines.
func InterfaceHash(module string, lines []string) string {
	lines = slices.Clone(lines)
	slices.Sort(lines)
	var b strings.Builder
	b.WriteString("slul-api 1\nmodule " + module + "\n")
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	return hashOf(b.String())
}

// Mark stands before the tag in a symbol: the names of symbols that other modules define
// have it, those of a module's own do not.
const Mark = "$"

// Symbol is the name by which other modules know what name (words.split, text.Parser.next)
// is, with a tag that changes when its canonical line does.
func Symbol(module, name, line string) string {
	return name + Mark + hashOf("slul-sym 1\n" + module + "\n" + line)[:tagSize]
}

// isHash says whether s has the form of a hash.
func isHash(s string) bool {
	return len(s) == HashSize && strings.IndexFunc(s, func(r rune) bool {
		return !(r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}) < 0
}

// IsName says whether s can be the name of a module.
func IsName(s string) bool {
	if s == "" || len(s) > maxName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return !(r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}) < 0
}

// maxName bounds the characters of a module's name: it becomes that of a file.
const maxName = 100
