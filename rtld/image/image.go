// Package image holds the finished loaders. They are made from package rtld by
//
//	go run ./rtld/image/build
//
// and committed beside this file, each with a ledger of what is in it (.map), so that
// nobody needs the way they are made to use them. A test makes them again and
// compares every byte.
package image

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"slul/rtld"
)

// Version is the version of these loaders, which a program may ask a minimum of.
const Version = rtld.Version

//go:embed slulrtld-x86_64
var x86_64 []byte

// loaders has the loader of each architecture, by the kernel's name for it.
var loaders = map[string][]byte{
	"x86_64": x86_64,
}

// Arches lists the architectures that have a loader, sorted.
func Arches() []string {
	var list []string
	for arch := range loaders {
		list = append(list, arch)
	}
	sort.Strings(list)
	return list
}

// For returns a copy of the loader for an architecture in the kernel's spelling, such
// as "x86_64": the bytes of an executable file.
func For(arch string) ([]byte, error) {
	b, ok := loaders[arch]
	if !ok {
		return nil, fmt.Errorf("no loader for %q: there is one for %s", arch, strings.Join(Arches(), ", "))
	}
	return append([]byte(nil), b...), nil
}

// Hash returns the SHA-256 of the loader for an architecture in hex, "" when there is
// none: a name for a cached copy.
func Hash(arch string) string {
	b, ok := loaders[arch]
	if !ok {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
