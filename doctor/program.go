package doctor

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"slul/elfimage"
	"slul/stubgen"
)

// subject is a program that was read.
type subject struct {
	file *elfimage.File
	info fs.FileInfo
	caps bool // it has file capabilities
}

const setIDBits = fs.ModeSetuid | fs.ModeSetgid

// privileged: it is meant to have rights that its caller lacks.
func (s *subject) privileged() bool { return s.info.Mode()&setIDBits != 0 || s.caps }

// arch is the kernel's name for what programs are made for.
func (e *exam) arch() string {
	arch, _, _ := strings.Cut(e.Target.Name, "-")
	return arch
}

func (e *exam) programFails(text, effect, mend string) {
	e.add(Finding{"program", Fail, e.Program + " " + text, effect, mend})
}

// identify reads the program and finds its loader.
func (e *exam) identify() {
	path := Shell(e.Program)
	info, err := os.Stat(e.Program)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.programFails("is not there", "the shell says: not found", build(e.Program))
		return
	case err != nil:
		mend := ""
		if dir := closedDir(e.Program); dir != "" {
			mend = asOwner(dir, "chmod a+x "+Shell(dir))
		}
		e.programFails("cannot be reached: "+cause(err).Error(), "the shell says the same", mend)
		return
	case info.IsDir():
		e.programFails("is a directory", "the shell says: Is a directory, or Permission denied", "slul run "+path)
		return
	case !info.Mode().IsRegular():
		e.programFails("is no regular file", "it is not executed", "slul build -o FILE SRC")
		return
	}
	b, err := os.ReadFile(e.Program)
	if err != nil {
		effect := "it cannot be looked at; who may run it but not read it cannot start it: must be readable"
		if info.Mode()&fs.ModeSetuid != 0 {
			effect = "it cannot be looked at by this user; as a set-user-ID program it starts, as its owner reads it"
		}
		e.programFails("may not be read: "+cause(err).Error(), effect, asOwner(e.Program, "chmod a+r "+path))
		return
	}
	f, err := elfimage.Parse(b)
	if err != nil {
		e.notELF(b, err)
		return
	}
	e.prog = &subject{file: f, info: info, caps: HasCaps(e.Program)}
	e.startOf(f)
}

func (e *exam) notELF(b []byte, err error) {
	const effect = "the kernel says: Exec format error"
	anew := build(e.Program)
	switch {
	case len(b) == 0:
		e.programFails("is empty", effect, anew)
	case bytes.HasPrefix(b, []byte("#!")):
		e.script(b)
	case strings.HasSuffix(e.Program, ".slul"):
		e.programFails("is a source file", effect, "slul run "+Shell(e.Program))
	case bytes.HasPrefix(b, []byte(elf.ELFMAG)):
		e.programFails("is a damaged ELF file, or of another kind of system: "+err.Error(), effect+", or the loader refuses it with one line", anew)
		if f := e.verify(); f != nil {
			e.add(*f)
		}
	default:
		e.programFails("is no program", effect, "slul build SRC, which makes one, and name that")
	}
}

// startOf says how the file is started, and takes its loader for the other checks.
func (e *exam) startOf(f *elfimage.File) {
	switch {
	case f.Program == nil && f.Start == elfimage.StartNone && f.Interp == "":
		if f.Type == elf.ET_DYN {
			e.programFails("is a library", "it has no start-up stub: it is not started", "slul wrap "+Shell(e.Program)+" -o FILE, or: runslul "+Shell(e.Program))
			return
		}
		e.ok("program", "%s is a static program, and no SLUL program: the kernel alone starts it", e.Program)
	case f.Program == nil && !isUsual(e.Target, f.Interp):
		e.foreign("no SLUL program", f.Interp)
	case f.Start == elfimage.StartRt0:
		e.stub(f)
	case f.Start == elfimage.StartNone:
		e.add(Finding{"program", Note, e.Program + " has no start-up stub", "./" + filepath.Base(e.Program) + " does not start it, unless binfmt_misc does", "runslul " + Shell(e.Program)})
	default:
		e.Rtld = f.Interp
		e.ok("program", "%s starts by %s: the kernel runs %s", e.Program, f.Start, f.Interp)
	}
}

// script: a text for another interpreter, which its first line names.
func (e *exam) script(b []byte) {
	line, _, ended := bytes.Cut(b[2:], []byte("\n"))
	words := strings.Fields(string(line))
	switch {
	case len(words) == 0 || !ended:
		e.programFails("has a #! line without a path, or without an end", "the kernel says: Exec format error", build(e.Program))
	case bytes.HasSuffix(line, []byte("\r")):
		e.programFails(fmt.Sprintf("has a #! line that ends in a carriage return: its interpreter is %q", words[0]+"\r"), "the shell says: not found",
			asOwner(e.Program, "sed -i 's/\\r$//' "+Shell(e.Program)))
	default:
		e.foreign("a script", words[0])
	}
}

// foreign: a program of another kind needs its own interpreter.
func (e *exam) foreign(kind, interp string) {
	f := Finding{"program", Fail, e.Program + " is " + kind + ", and its interpreter " + interp + " is not there",
		"the kernel does not start it; the shell says: not found", bringInterp(interp)}
	switch info, err := os.Stat(interp); {
	case err == nil && info.Mode().IsRegular() && may(interp, unix.R_OK|unix.X_OK):
		e.ok("program", "%s is %s: the kernel starts it by %s", e.Program, kind, interp)
		return
	case err == nil:
		f.Text = fmt.Sprintf("%s is %s, and its interpreter %s may not be executed (mode %04o)", e.Program, kind, interp, info.Mode().Perm())
		f.Effect, f.Mend = "the shell says: Permission denied", "sudo chmod 755 "+Shell(interp)
	}
	e.add(f)
}

func (e *exam) stub(f *elfimage.File) {
	t, err := stubgen.ForMachine(f.Machine)
	if err != nil {
		return // exam.machine says it
	}
	s, err := stubgen.Verify(t, bytes.Clone(f.Stub))
	if err != nil {
		e.programFails("has a start-up stub that is not ours: "+err.Error(), "what it does is not known", build(e.Program))
		return
	}
	e.Rtld = s.RTLD
	if min := int(f.Program.MinRtld); min > e.Version {
		e.programFails(fmt.Sprintf("needs loader version %d, this slul has %d", min, e.Version), "the loader refuses it: needs loader version", "install a newer slul")
		return
	}
	e.ok("program", "%s starts by a stub of %d bytes, which runs %s", e.Program, len(f.Stub), s.RTLD)
}

// machine: whether the CPU is this one.
func (e *exam) machine() {
	f := e.prog.file
	if f.Machine == e.Target.Machine {
		return // exam.kernel says which
	}
	e.add(Finding{"machine", Fail, fmt.Sprintf("%s is for %s, this machine is %s", e.Program, strings.TrimPrefix(f.Machine.String(), "EM_"), e.arch()),
		"the kernel refuses it: Exec format error", build(e.Program, "--target", e.Target.Name)})
}

// permission: who may execute the program, and who can start it.
func (e *exam) permission() {
	s, path := e.prog, Shell(e.Program)
	mode := s.info.Mode()
	if f := s.file; f.Start == elfimage.StartNone && f.Program != nil {
		return // runslul asks for no permission to execute
	}
	if !may(e.Program, unix.X_OK) && !mountedWith(e.Program, unix.ST_NOEXEC) { // exam.mount is about that
		e.add(Finding{"permission", Fail, fmt.Sprintf("%s may not be executed by this user (mode %04o)", e.Program, mode.Perm()),
			"the shell says: Permission denied", asOwner(e.Program, "chmod a+x "+path)})
		return
	}
	if f := unreadable(e.Program, s.file.Start, mode); f != nil {
		e.add(*f)
	}
	e.ok("permission", "mode %s, and this user may execute it", mode)
}

// mount: flags of the program's file system.
func (e *exam) mount() {
	if mountedWith(e.Program, unix.ST_NOEXEC) {
		e.add(Finding{"mount", Fail, e.Program + " is on a file system that is mounted noexec",
			"the shell says: Permission denied; runslul: cannot map a segment: EPERM", remount(e.Program, "exec")})
	}
	if e.prog.privileged() && mountedWith(e.Program, unix.ST_NOSUID) {
		e.add(Finding{"mount", Fail, e.Program + " is on a file system that is mounted nosuid",
			"it runs without the rights that it should have", remount(e.Program, "suid")})
	}
}

// contents: the loader makes all its checks, finds all libraries and binds all symbols; it
// runs nothing of the program.
func (e *exam) contents() {
	s := e.prog
	if !e.isBound(s.file) || s.file.Machine != e.Target.Machine {
		return
	}
	if f := e.verify(); f != nil {
		e.add(*f)
		return
	}
	e.ok("contents", "the loader accepts it, and finds all libraries and symbols")
}

// verify is what the loader says against the program; nil when it would start it.
func (e *exam) verify() *Finding {
	abs, err := filepath.Abs(e.Program)
	if err != nil {
		return nil
	}
	out, err := e.askLoader("--verify", abs)
	switch {
	case errors.Is(err, errMemfd):
		return &Finding{"contents", Note, "the loader could not be asked: " + err.Error(), "what is in the file, its libraries and symbols were not looked at", "sudo sysctl vm.memfd_noexec=0"}
	case err != nil:
		f := e.explain(out, err)
		return &f
	}
	return nil
}

// HasCaps reports file capabilities: setcap(8) keeps them in this attribute.
func HasCaps(path string) bool {
	n, err := unix.Getxattr(path, "security.capability", nil)
	return err == nil && n > 0
}
