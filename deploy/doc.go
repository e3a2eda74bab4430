// Package deploy puts a list of files on a machine and takes them away again. It is
// given what is to be installed (File) and where (Place), and leaves whole files with
// the modes and owners that the list asks for, and a manifest beside them that says
// what was put there. What the files are is the caller's business.
//
// The files in reading order:
//
//	place.go      a list and a place: which paths
//	install.go    list + what is there -> steps -> files
//	uninstall.go  manifest + what is there -> nothing left behind
//	manifest.go   what was installed, in the format of mtree(5)
//	disk.go       one file at a time: what it is, how it is replaced
//
// Every file that is in the way of an install, or that is not as it was installed, is
// named before anything is changed.
package deploy
