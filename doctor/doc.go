// Package doctor finds out why a SLUL program would not start on this machine, as this
// user, in this process's state. It is given the path of a loader or a program, and
// leaves findings: what is, what happens because of it, and the command that mends it.
//
// The files in reading order:
//
//	finding.go   findings, and how they are shown
//	exam.go      the two lists of checks: of the system, of a program
//	kernel.go    kernel, CPU, execveat, system calls, /proc, binfmt_misc
//	loader.go    the loader, and where libraries are looked for
//	process.go   limits, environment, filters, debuggers
//	program.go   a program: what it is, who may run it
//	failures.go  what the loader says, why, and what mends it
//	explain.go   a line of the loader, and this machine: what to type
//	setid.go     what matters when a program has rights that its caller lacks
//	self.go      how root calls this tool
//	path.go      who else can write a path; what file system it is on
//
// A check looks at the thing itself and not at a version where that can be done, and
// never runs the program that it is asked about.
package doctor
