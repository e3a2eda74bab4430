// Where interfaces are looked for.

package module

import (
	"os"
	"path/filepath"
	"strings"
)

// SystemDir is where installed interfaces are, each in a directory with its module's name.
const SystemDir = "/usr/share/slul"

// PathVariable names the environment variable with more directories, colons between.
const PathVariable = "SLUL_INTERFACE_PATH"

// Path is the directories in which interfaces are looked for, in order: those given, those
// of the environment, the system's.
func Path(given []string) []string {
	dirs := append([]string(nil), given...)
	for _, dir := range strings.Split(os.Getenv(PathVariable), ":") {
		if dir != "" { // it would be the current directory
			dirs = append(dirs, dir)
		}
	}
	return append(dirs, SystemDir)
}

// Find is the first directory in which the interface of a module lies, "" without one.
func Find(path []string, name string) string {
	for _, dir := range path {
		at := filepath.Join(dir, name)
		if info, err := os.Stat(filepath.Join(at, FileName)); err == nil && !info.IsDir() {
			return at
		}
	}
	return ""
}
