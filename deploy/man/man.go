// Package man has the manual pages, in mdoc(7). Those about files and start-up are
// written by hand. slul(1) is a template: the commands, their texts and flags come from
// the command line itself, so that they say the same as slul help.
package man

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"sort"
	"strings"
	"text/template"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

//go:embed *.1 *.7 *.8
var sources embed.FS

// Page is a finished manual page.
type Page struct {
	Name string // slul.1
	Text []byte // mdoc
}

// Path is where a page goes, below the prefix.
func (p Page) Path() string {
	section := p.Name[strings.LastIndexByte(p.Name, '.')+1:]
	return "share/man/man" + section + "/" + p.Name + ".gz"
}

// Gzip is the page as man(1) also reads it: the same bytes each time.
func (p Page) Gzip() ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(p.Text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Pages makes all pages, those of root's commands among them.
func Pages(root *cobra.Command) ([]Page, error) {
	files, err := sources.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var pages []Page
	for _, f := range files {
		src, err := sources.ReadFile(f.Name())
		if err != nil {
			return nil, err
		}
		t, err := template.New(f.Name()).Funcs(template.FuncMap{"text": roff, "flags": flags}).Parse(string(src))
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, commands(root)); err != nil {
			return nil, err
		}
		pages = append(pages, Page{f.Name(), b.Bytes()})
	}
	return pages, nil
}

// commands are all that can be called, the subcommands behind their parents.
func commands(c *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			list = append(list, sub)
			list = append(list, commands(sub)...)
		}
	}
	return list
}

// flags are the lines of a command's flags, as arguments of ".It".
func flags(c *cobra.Command) []string {
	var list []string
	c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name, usage := pflag.UnquoteUsage(f)
		item := ""
		if f.Shorthand != "" {
			item = "Fl " + f.Shorthand + " , "
		}
		item += "Fl \\-" + f.Name
		if name != "" {
			item += " Ar " + name
		}
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
			usage += " (default: " + f.DefValue + ")"
		}
		list = append(list, fmt.Sprintf(".It %s\n%s", item, roff(usage)))
	})
	sort.Strings(list)
	return list
}

// roff keeps plain text from being taken for requests and escapes.
func roff(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), "-", `\-`)
}
