package doctor

import (
	"os"
	"path/filepath"
	"strings"
)

// securePath is where sudo(8) looks for commands, as Debian has it.
var securePath = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// AsRoot makes a command line of this tool, "slul install", one that works as it stands for who types it: with
// sudo, and with the tool's path where sudo does not look.
func AsRoot(command string) string {
	self, err := os.Executable()
	if err != nil {
		return "sudo " + command
	}
	return "sudo " + selfName(self) + strings.TrimPrefix(command, "slul")
}

// selfName is what root calls the file of this tool. That of go run is gone when it ends.
func selfName(self string) string {
	if strings.Contains(self, "/go-build") || filepath.Base(self) != "slul" {
		return "slul"
	}
	info, err := os.Stat(self)
	if err != nil {
		return "slul"
	}
	for _, dir := range securePath {
		if there, err := os.Stat(filepath.Join(dir, "slul")); err == nil && os.SameFile(info, there) {
			return "slul"
		}
	}
	return Shell(self)
}

// withSelf is AsRoot for commands within a text.
func withSelf(text string) string { return strings.ReplaceAll(text, "sudo slul ", AsRoot("slul")+" ") }
