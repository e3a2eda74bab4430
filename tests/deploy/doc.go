// Package deploy proves the deployment on machines of its own: a root directory that has
// a shell, /proc and nothing else, no Go and no C. What is installed there is the Debian
// package, made from this tree, or what slul install writes.
//
//	kit_test.go      the package, roots, commands run in them
//	fresh_test.go    install, use in every way, uninstall: nothing is left behind
//	doctor_test.go   states of a machine and a process, and what slul doctor says
//	cure_test.go     what it says to type is typed, and helps; docs/failures.md
//	mistakes_test.go what new users do wrong, and what they are told to type
//	pages_test.go    manual pages and completions, read by the programs that read them
//
// It needs root, dpkg, and busybox as a static program.
package deploy
