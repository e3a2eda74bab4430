package start

// The table of docs/start-modes.md: every cell but the last column is what a program, or the
// kernel, says here. "go test ./tests/start -run TestStartTable -update" writes it anew; the
// costs are those of "-run '^$' -bench StartModes", on one machine.

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slul/elfimage"
	"slul/rtld/elftest"
	"slul/tests/golden"
	"slul/tests/launch"
	"slul/tests/need"
	"slul/tests/probe"
	"slul/tests/tiny"

	"golang.org/x/sys/unix"
)

// row is a line of the table.
type row struct {
	name string
	file elfimage.Start
	ext  string // of the file's name
	via  func(*testing.T, place, *launch.Spec)

	isExplicit bool
}

var rows = []row{
	{name: "`rt0`", file: elfimage.StartRt0},
	{name: "`interp`", file: elfimage.StartInterp},
	{name: "`shebang`", file: elfimage.StartShebang},
	{name: "`none`, `runslul FILE`", file: elfimage.StartNone, ext: ".slulb", via: explicitly(), isExplicit: true},
	{name: "`none`, by extension", file: elfimage.StartNone, ext: ".slulb", via: byExtension},
	{name: "any, by magic", file: elfimage.StartRt0, via: byMagic},
}

// column is a question to each row.
type column struct {
	name string
	ask  func(t *testing.T, p place, r row) string
}

var columns = []column{
	{"argv", askArgv},
	{"comm", func(t *testing.T, p place, r row) string {
		d, link, prog := r.called(t, p)
		return which(t, d.Comm, map[string]string{filepath.Base(link): "name it was called by", filepath.Base(prog): "name of the file"})
	}},
	{"`/proc/self/exe`", func(t *testing.T, p place, r row) string {
		d, _, prog := r.called(t, p)
		return which(t, d.Exe, map[string]string{prog: "program", p.rtld: "loader"})
	}},
	{"AT_EXECFN", func(t *testing.T, p place, r row) string {
		d, link, prog := r.called(t, p)
		return which(t, d.ExecFn, map[string]string{link: "path it was called by", prog: "path of the file"})
	}},
	{"cmdline", func(t *testing.T, p place, r row) string {
		d, _, _ := r.called(t, p)
		same := string(d.Files["cmdline"]) == strings.Join(append(slices.Clone(d.Args), ""), "\x00")
		return which(t, fmt.Sprint(same), map[string]string{"true": "as argv", "false": "other"})
	}},
	{"set-user-ID", func(t *testing.T, p place, r row) string {
		d := run(t, r.spec(t, p, launch.Spec{Path: p.write(t, "prog"+r.ext, r.probe(t, p), setUID), Args: []string{"x"}, User: nobody}))
		euid, _ := d.Aux(atEUID)
		return secured(t, d, euid == 0)
	}},
	{"file capabilities", func(t *testing.T, p place, r row) string {
		prog := p.write(t, "prog"+r.ext, r.probe(t, p), 0o755)
		if err := unix.Setxattr(prog, "security.capability", netRaw, 0); err != nil {
			need.That(t, false, fmt.Sprintf("file capabilities on %s: %v", p.dir, err))
		}
		d := run(t, r.spec(t, p, launch.Spec{Path: prog, Args: []string{"x"}, User: nobody}))
		secure, _ := d.Aux(atSecure) // the files of a privileged process in /proc are root's
		return secured(t, d, secure != 0 || strings.Trim(d.Status("CapEff"), "0") != "")
	}},
	{"not readable", func(t *testing.T, p place, r row) string {
		prog := p.write(t, "prog"+r.ext, r.exit(t, p), 0o711)
		return r.outcome(t, p, launch.Spec{Path: prog, Args: []string{prog}, User: nobody})
	}},
	{"mounted noexec", func(t *testing.T, p place, r row) string {
		prog := p.write(t, "no/prog"+r.ext, r.exit(t, p), 0o755)
		s := launch.Spec{Path: prog, Args: []string{prog}}
		s.Bind(filepath.Join(p.dir, "no"), unix.MS_NOEXEC)
		return r.outcome(t, p, s)
	}},
	{"no `/proc`", func(t *testing.T, p place, r row) string {
		prog := p.write(t, "prog"+r.ext, r.exit(t, p), 0o755)
		proc := []launch.Mount{{Source: "tmpfs", Target: "/proc", Type: "tmpfs"}}
		named := r.outcome(t, p, launch.Spec{Path: prog, Args: []string{prog}, Mounts: proc})
		if other := r.outcome(t, p, launch.Spec{Path: prog, Args: []string{"/nowhere"}, Mounts: proc}); other != named {
			return named + " if argv[0] leads there, else " + other
		}
		return named
	}},
	{"gdb", askDebugger},
}

// spec is a start of this row.
func (r row) spec(t *testing.T, p place, s launch.Spec) launch.Spec {
	if r.via != nil {
		r.via(t, p, &s)
	}
	return s
}

func (r row) probe(t *testing.T, p place) []byte { return r.build(t, p, tiny.Image(probe.Code())) }
func (r row) exit(t *testing.T, p place) []byte  { return r.build(t, p, tiny.Image(tiny.Exit(5))) }

func (r row) build(t *testing.T, p place, im *elfimage.Image) []byte {
	t.Helper()
	file, err := tiny.BuildStart(im, r.file, p.rtld)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// called starts the probe through a symbolic link, by whose path it is called.
func (r row) called(t *testing.T, p place) (d *probe.Dump, link, prog string) {
	t.Helper()
	prog = p.write(t, "prog"+r.ext, r.probe(t, p), 0o755)
	link = filepath.Join(p.dir, "link"+r.ext)
	if err := os.Symlink(prog, link); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	return run(t, r.spec(t, p, launch.Spec{Path: link, Args: []string{link, "x"}})), link, prog
}

// which finds the words for what was seen.
func which(t *testing.T, seen string, words map[string]string) string {
	t.Helper()
	word, ok := words[seen]
	if !ok {
		t.Errorf("saw %q, expected one of %q", seen, words)
	}
	return word
}

// secured is yes or no, and sees to it that rights and secure mode go together.
func secured(t *testing.T, d *probe.Dump, rights bool) string {
	t.Helper()
	if secure, _ := d.Aux(atSecure); secure != 0 != rights {
		t.Errorf("rights %v, AT_SECURE %d", rights, secure)
	}
	return map[bool]string{true: "yes", false: "no"}[rights]
}

func askArgv(t *testing.T, p place, r row) string {
	prog := p.write(t, "prog"+r.ext, r.probe(t, p), 0o755)
	d := run(t, r.spec(t, p, launch.Spec{Path: prog, Args: []string{"given", "x", ""}}))
	if len(d.Args) != 3 || d.Args[1] != "x" || d.Args[2] != "" {
		t.Errorf("argv is %q", d.Args)
	}
	return which(t, d.Args[0], map[string]string{"given": "as given", prog: "argv[0] is the path"})
}

// outcome starts a program that ends with 5.
func (r row) outcome(t *testing.T, p place, s launch.Spec) string {
	t.Helper()
	cmd := launch.Command(t, r.spec(t, p, s))
	var errs bytes.Buffer
	cmd.Stderr = &errs
	err := cmd.Run()
	status := cmd.ProcessState.ExitCode()
	line := strings.TrimSuffix(errs.String(), "\n")
	switch {
	case status == 5 && line == "":
		return "runs"
	case strings.HasPrefix(line, "helper: exec ") && strings.HasSuffix(line, ": permission denied"):
		return "not executed: EACCES"
	case (status == 126 || status == 127) && strings.HasPrefix(line, "slulrtld: ") && !strings.Contains(line, "\n"):
		reason, _, _ := strings.Cut(line, elftest.CureWords)
		reason = reason[strings.LastIndex(reason, ": ")+2:]
		return fmt.Sprintf("%d, %s", status, strings.ReplaceAll(reason, "/proc", "`/proc`"))
	}
	t.Errorf("%v, %q", err, line)
	return ""
}

// askDebugger tries the command lines from the simplest on.
func askDebugger(t *testing.T, p place, r row) string {
	gdb := need.Tool(t, "gdb")
	w := place{dir: p.dir, rtld: p.rtld, how: startMode{start: r.file}}
	prog := w.c(t, "debugged"+r.ext, `
__attribute__((noinline)) int inner(int x) { __asm__ volatile("" ::: "memory"); return x + 1; }
static int program(long argc, char **argv, char **envp, word *auxv) { return inner(argc) + 1; }`, 0o755, "-g")
	try := func(args ...string) bool {
		words := slices.Concat([]string{"gdb", "-nx", "-batch", "-ex", "set auto-load off", "-ex", "set breakpoint pending on", "-ex", "break inner", "-ex", "run",
			"-ex", "info source", "-ex", "bt"}, args)
		s := launch.Spec{Path: gdb, Args: words, Env: []string{"HOME=" + p.dir, "DEBUGINFOD_URLS=", "LC_ALL=C", "SHELL=/bin/sh", "PATH=/usr/bin:/bin"}}
		if r.via != nil && !r.isExplicit {
			w.binfmt(t, &s, "")
		}
		r := launch.Run(t, s)
		out := string(r.Stdout)
		t.Logf("gdb %q:\n%s%s", args, out, r.Stderr)
		return strings.Contains(out, "Breakpoint 1, inner (x=1)") && strings.Contains(out, "Current source file is ") && strings.Contains(out, "in program (")
	}
	raw, err := os.ReadFile(prog)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elfimage.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	bare := p.write(t, "bare", f.ELF(), 0o755)
	switch {
	case try(prog):
		return "`gdb FILE`"
	case try("--args", p.rtld, prog):
		return "`gdb --args runslul FILE`"
	case try("--args", p.rtld, bare):
		return "`slul unwrap`, then `gdb --args runslul`"
	}
	t.Error("no way")
	return ""
}

const tableFile = "../../docs/start-modes.md"

// tableLines are the lines of the table in the document, without the two of its head.
func tableLines(t *testing.T) (text string, lines []string) {
	t.Helper()
	raw, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(raw), tableHead())
	if !ok {
		t.Fatalf("%s has no table that begins with\n%s", tableFile, tableHead())
	}
	for line := range strings.Lines(after) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return string(raw), lines
}

// tableHead is the head of the table: a column for each row here, as there are fewer.
func tableHead() string {
	head, rule := "| |", "|---|"
	for _, r := range rows {
		head += " " + r.name + " |"
		rule += "---|"
	}
	return head + "\n" + rule + "\n"
}

func TestStartTable(t *testing.T) {
	p := newPlace(t)
	need.SetID(t, p.dir)
	text, lines := tableLines(t)
	var made []string
	for _, c := range columns {
		line := "| " + c.name + " |"
		for _, r := range rows {
			t.Run(c.name+"/"+r.name, func(t *testing.T) { line += " " + c.ask(t, p, r) + " |" })
		}
		made = append(made, line)
	}
	if t.Failed() {
		return
	}
	if len(lines) > len(columns) { // what is measured stays
		made = append(made, lines[len(columns):]...)
	}
	if *golden.Update {
		old, now := strings.Join(lines, "\n"), strings.Join(made, "\n")
		if err := os.WriteFile(tableFile, []byte(strings.Replace(text, tableHead()+old, tableHead()+now, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i, line := range made {
		if i >= len(lines) || line != lines[i] {
			t.Errorf("%s does not have this line, look at it and then run the test with -update:\n%s", tableFile, line)
		}
	}
	if cost := lines[len(lines)-1]; len(lines) != len(columns)+1 || !strings.HasPrefix(cost, "| cost") || strings.Count(cost, "µs") != len(rows) {
		t.Errorf("%s: the last line is to be the cost of each, measured", tableFile)
	}
}

// BenchmarkStartModes is the time that CPUs spend on the whole life of a program that only exits: fork,
// exec, wait. All rows take turns; the figure is the median of the turns.
func BenchmarkStartModes(b *testing.B) {
	p := newPlace(b)
	const turn = 500
	spent := make([][]float64, len(rows)) // µs for one start
	progs := make([]string, len(rows))
	for i, r := range rows {
		file, err := tiny.BuildStart(tiny.Image(tiny.Exit(0)), r.file, p.rtld)
		if err != nil {
			b.Fatal(err)
		}
		progs[i] = p.write(b, fmt.Sprint("prog", i, r.ext), file, 0o755)
	}
	for b.Loop() {
		for i, r := range rows {
			args := []string{progs[i], progs[i]}
			q := p
			switch {
			case r.isExplicit:
				args = []string{p.rtld, "runslul", progs[i]}
			case r.via != nil:
				q.how.magic = true
			}
			took := func(count int) float64 {
				cmd := q.driver(b, count, 0, noLimit, 0, 0, nil, args[0], args[1:]...)
				if out, err := cmd.Output(); err != nil || count > 0 && string(out) != fmt.Sprintf("0 %d\n", count) {
					b.Fatalf("%s: %v, %q", r.name, err, out)
				}
				return float64((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Microseconds())
			}
			spent[i] = append(spent[i], (took(turn)-took(0))/turn)
		}
	}
	for i, r := range rows {
		slices.Sort(spent[i])
		b.ReportMetric(spent[i][len(spent[i])/2], "µs/"+strings.NewReplacer("`", "", " ", "-", ",", "").Replace(r.name))
	}
}
