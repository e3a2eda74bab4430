package doctor

import (
	"fmt"

	"slul/stubgen"
)

// Patient is what is looked at.
type Patient struct {
	Target  *stubgen.Target // what programs are made for
	Rtld    string          // path of the loader; a program's own counts more
	Loader  []byte          // the loader that this tool has, to compare with
	Version int             // and its version
	Program string          // path of a program, or ""

	// Trial makes a program that starts through a loader, prints TrialText and ends with
	// status 0; nil: none is tried.
	Trial func(rtld string) ([]byte, error)
}

// TrialText is what the program of Trial prints.
const TrialText = "well\n"

// exam is an examination in progress.
type exam struct {
	Patient
	report Report
	prog   *subject // the program, once it was read
}

// check is a row of a list of checks.
type check struct {
	name string
	run  func(*exam)
}

// systemChecks are about this machine and this process.
var systemChecks = []check{
	{"kernel", (*exam).kernel},
	{"execveat", (*exam).execveat},
	{"filter", (*exam).filter},
	{"proc", (*exam).proc},
	{"null", (*exam).null},
	{"loader", (*exam).loader},
	{"libraries", (*exam).searchDirs},
	{"limits", (*exam).limits},
	{"mounts", (*exam).mounts},
	{"environment", (*exam).environment},
	{"binfmt_misc", (*exam).binfmt},
	{"rights", (*exam).rights},
	{"debuggers", (*exam).debuggers},
	{"trial", (*exam).trial},
}

// programChecks are about one program; they come first, and the loader that the others
// look at is its own.
var programChecks = []check{
	{"program", (*exam).identify},
	{"machine", (*exam).machine},
	{"permission", (*exam).permission},
	{"mount", (*exam).mount},
	{"set-id", (*exam).setID},
	{"contents", (*exam).contents},
}

// notForProgram are checks of the system that say nothing about one program.
var notForProgram = map[string]bool{"mounts": true, "trial": true, "libraries": true}

// Examine makes all checks.
func Examine(p Patient) *Report {
	if p.Rtld == "" {
		p.Rtld = p.Target.RTLD
	}
	e := &exam{Patient: p}
	if p.Program != "" {
		e.report.Program = p.Program
		for _, c := range programChecks {
			c.run(e)
			if e.prog == nil {
				break // there is nothing to look at
			}
		}
	}
	if p.Program == "" || e.prog != nil && e.isBound(e.prog.file) {
		e.report.Loader = e.Rtld
		for _, c := range systemChecks {
			if p.Program == "" || !notForProgram[c.name] {
				c.run(e)
			}
		}
	}
	e.report.Well = e.report.Failures() == 0
	return &e.report
}

func (e *exam) add(f Finding) {
	f.Mend = withSelf(f.Mend)
	e.report.Findings = append(e.report.Findings, f)
}

func (e *exam) ok(check, format string, args ...any) {
	e.add(Finding{Check: check, Level: OK, Text: fmt.Sprintf(format, args...)})
}
