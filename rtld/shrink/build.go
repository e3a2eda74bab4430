package shrink

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"slul/asm/amd64"
	"slul/rtld"
)

// Build links the command pkg, seen from folder dir, with its own entry point, and
// returns the file that the Go linker leaves. The environment's wishes about how to
// build do not count: the result depends on the sources and the Go version alone.
func Build(dir, pkg, entry string, tags []string, freestanding []string) ([]byte, error) {
	tmp, err := os.MkdirTemp("", "shrink")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	out := filepath.Join(tmp, "linked")
	args := []string{"build", "-trimpath", "-buildvcs=false", "-buildmode=pie", "-mod=readonly", "-pgo=off",
		"-tags=" + strings.Join(tags, ","), "-ldflags=-E " + entry, "-o", out}
	for _, p := range freestanding {
		// No garbage collector, so no write barriers; and two passes that make code larger for
		// the sake of branch prediction.
		args = append(args, "-gcflags="+p+"=-wb=false -d=ssa/loop_rotate/off,ssa/branchelim/off")
	}
	cmd := exec.Command("go", append(args, pkg)...)
	cmd.Dir = dir
	cmd.Env = environment(os.Environ())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return nil, errors.New(strings.TrimSpace("go build: " + err.Error() + "\n" + stderr.String()))
	}
	return os.ReadFile(out)
}

// fixed are the variables that choose what go build makes.
var fixed = []string{
	"CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64", "GOAMD64=v1", "GOFLAGS=", "GOEXPERIMENT=", "GOFIPS140=off", "GODEBUG=",
	"GOWORK=off", "GOTOOLCHAIN=local", "GOENV=off",
}

// environment returns env with the fixed variables in the place of the caller's.
func environment(env []string) []string {
	var out []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if !isFixed(name) {
			out = append(out, e)
		}
	}
	return append(out, fixed...)
}

func isFixed(name string) bool {
	for _, f := range fixed {
		if strings.HasPrefix(f, name+"=") {
			return true
		}
	}
	return false
}

// standIns are the stand-ins for the routines of the runtime that compiled code calls by itself, and
// for what the assembly of the loader is linked with. What reports a mistake ends in trap;
// stack growth is among that, since recursion is refused and the stack's depth is known.
func standIns(pkg string) map[string]string {
	trap := pkg + ".trap.abi0"
	list := map[string]string{
		"runtime.panic*":               trap,
		"runtime.goPanic*":             trap,
		"runtime.morestack*":           trap,
		"runtime.memmove":              pkg + ".moveBytes.abi0",
		"runtime.memclrNoHeapPointers": pkg + ".clearBytes.abi0",
		"runtime.memequal":             pkg + ".equalBytes.abi0",
		pkg + ".sys":                   pkg + ".sysRegs.abi0",
		pkg + ".sys3":                  pkg + ".sysRegs.abi0",
	}
	for _, name := range slices.Concat(messages, []string{"prepare", "find", "run", "service", "busCaught", "internalError"}) {
		list[pkg+"."+name] = pkg + "." + name // for its wrapper: entry_amd64.s passes arguments in registers
	}
	return list
}

// Loader builds the project's loader for an architecture in the kernel's spelling;
// dir is any folder of the module.
func Loader(dir, arch string) (*Result, error) {
	if arch != "x86_64" {
		return nil, fmt.Errorf("no loader for %s", arch)
	}
	const pkg = "slul/rtld"
	linked, err := Build(dir, pkg+"/slulrtld", pkg+".entry0", []string{"slulrtld"}, []string{pkg})
	if err != nil {
		return nil, err
	}
	return Link(linked, Options{
		Entry:    pkg + ".entry0.abi0",
		Packages: []string{pkg},
		Replace:  standIns(pkg),
		Indirect: []string{pkg + ".callC.abi0"},
		Inline:   map[string][]byte{pkg + ".prefetch": {0x0f, 0x18, 0x08}}, // prefetcht0 [rax]
		NoReturn: noReturn(pkg),
		At:       textAt(pkg),
		Say:      say(pkg),
		Words:    rtld.Words,
		Trap:     pkg + ".trap.abi0",
		Base:     pkg + ".process",
		Offset:   int(rtld.BaseOffset),
		Fixed:    []string{pkg + ".fixed"},
		Fast: []string{
			pkg + ".(*module).offers", pkg + ".(*module).find", pkg + ".(*index).find",
			pkg + ".isSame", pkg + ".resolve", pkg + ".relocateOne", pkg + ".lookup", pkg + ".(*module).ask", pkg + ".(*module).name", pkg + ".(*module).isVersion", pkg + ".(*module).target", pkg + ".(*module).word", pkg + ".gnuHashOf",
		},
		Soname:  "slulrtld-" + arch + ".so.1",
		Version: "SLULRTLD_1",
		Exports: []Export{
			{"_r_debug", pkg + ".fixed"},
			{"_dl_debug_state", pkg + ".debugState.abi0"},
			{"__tls_get_addr", pkg + ".tlsGetAddr.abi0"},
			{"slulrtld_load", pkg + ".apiLoad.abi0"},
			{"slulrtld_symbol", pkg + ".apiSymbol.abi0"},
			{"slulrtld_error", pkg + ".apiError.abi0"},
			{"slulrtld_is_secure", pkg + ".apiSecure.abi0"},
			{"slulrtld_program", pkg + ".apiProgram.abi0"},
		},
		Size:     32 * 1024,
		MaxStack: rtld.MaxStack,
	})
}

// messages are the functions that print the text in their first argument and never come back.
var messages = []string{"bad", "badName", "refused", "die"}

// textAt lists what may take its first argument, a text, from behind the call.
func textAt(pkg string) map[string]string {
	list := map[string]string{}
	for _, name := range messages {
		list[pkg+"."+name] = pkg + "." + name + "At.abi0"
	}
	return list
}

// say lists what prints an argument by way of say, and the register of that.
func say(pkg string) map[string]amd64.Reg {
	list := map[string]amd64.Reg{pkg + ".(*module).complain": amd64.RBX}
	for _, name := range slices.Concat(messages, []string{"say", "tracing", "check"}) {
		list[pkg+"."+name] = amd64.RAX
	}
	return list
}

// noReturn lists what ends the process or leaves for the program.
func noReturn(pkg string) []string {
	return []string{
		pkg + ".trap.abi0", pkg + ".run", pkg + ".enter.abi0", pkg + ".die", pkg + ".exit",
		pkg + ".bad", pkg + ".badName", pkg + ".refused", pkg + ".stubFailure", pkg + ".endComplaint", pkg + ".complainInterface",
		pkg + ".(*module).complain", pkg + ".(*module).changed", pkg + ".complainMissing",
		pkg + ".complainAbsent", pkg + ".startForeign", pkg + ".answer", pkg + ".print",
		pkg + ".goBack.abi0", pkg + ".leave.abi0", pkg + ".busCaught", pkg + ".internalError",
	}
}
