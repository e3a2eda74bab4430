package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"slul/binfmt"
	"slul/stubgen"
	"slul/tests/need"
)

// inNamespace runs a shell script as root of a new user and mount namespace, in dir, with
// the built command along PATH. It has a binfmt_misc of its own.
func inNamespace(t *testing.T, dir, script string) (stdout, stderr string) {
	t.Helper()
	need.That(t, binfmt.HasNamespaces(), "binfmt_misc of a user namespace is of Linux 6.7")
	cmd := exec.Command("sh", "-eu", "-c", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + slulDir + ":" + os.Getenv("PATH"), "HOME=" + dir, "BINFMT=" + binfmt.DefaultDir}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Start()
	need.That(t, err == nil, fmt.Sprintf("a user namespace: %v", err))
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\nfd 1: %s\nfd 2: %s", err, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

// The whole life of the entries, and what the kernel makes of them.
func TestBinfmtCommand(t *testing.T) {
	args, err := filepath.Abs("../examples/args")
	if err != nil {
		t.Fatal(err)
	}
	out, errs := inNamespace(t, t.TempDir(), `
slul rtld -o loader
slul build --rtld /no/such/loader -o stub `+args+` 2>warned
slul build --start=none -o bare.slulb `+args+`
cp bare.slulb bare
alone() { "$@" 2>&1 || echo "status $?"; }
echo "== before"
slul binfmt status
alone ./stub a
alone ./bare.slulb a
slul binfmt unregister
echo "== registered"
slul binfmt register --rtld $PWD/loader
slul binfmt register --rtld $PWD/loader >/dev/null
slul binfmt status --rtld $PWD/loader
alone ./stub a 'b c'
alone ./bare a 'b c'
alone ./bare.slulb a 'b c'
alone /bin/echo other
echo "== the loader is held, whatever happens to its name"
rm loader
alone ./bare a
echo "== others"
echo ':elf:M:0:\x7fELF\x02\x01\x01XXX::/bin/false:C' >$BINFMT/register
echo ':mine:E::slulb::/bin/false:' >$BINFMT/register
echo ':other:E::other::/bin/false:' >$BINFMT/register
echo 0 >$BINFMT/slulb
slul binfmt status --json
echo 0 >$BINFMT/status
slul binfmt status
alone ./bare a
echo 1 >$BINFMT/status
echo "== warned of"
slul binfmt status --rtld $PWD/loader | grep warning
echo "== mended as it says"
slul binfmt status --rtld $PWD/loader | sed -n 's/^warning .*: echo 0 | sudo tee /echo 0 >/p' | sh
slul binfmt status --rtld $PWD/loader | grep -c warning || true
alone ./bare a
echo "== removed"
slul binfmt unregister
slul binfmt unregister
alone ./stub a
alone slul binfmt register --rtld /no/such/loader
ls $BINFMT
`)
	if errs != "" {
		t.Errorf("fd 2: %s", errs)
	}
	part := map[string]string{}
	for p := range strings.SplitSeq(out, "== ") {
		name, text, _ := strings.Cut(p, "\n")
		part[name] = text
	}
	const signpost = "slul: this file needs a loader: runslul FILE, or slul binfmt register\nstatus 127\n"
	const two = "  1 a\n  2 b c\n"
	for name, want := range map[string][]string{
		"before": {"not mounted at " + binfmt.DefaultDir, "slul         not registered", stubgen.Message("/no/such/loader") + "status 127\n", signpost},
		"registered": {"registered slul: a SLUL program runs /", "registered slulb: a file with extension .slulb runs /", "/loader, flags POCF\n",
			"\nF            yes: ", "namespaces   yes: ", two + two + two + "other\n"},
		"the loader is held, whatever happens to its name": {"  1 a\n"},
		"others": {binfmt.DefaultDir + ", switched off (echo 1 | sudo tee ", signpost},
		"removed": {"removed slul\nremoved slulb\n" + stubgen.Message("/no/such/loader") + "status 127\n",
			"slul: entry slul: the kernel cannot open its interpreter /no/such/loader: no such file or directory: sudo ", "slul rtld -o /no/such/loader\nstatus 1\n",
			"elf\nmine\nother\nregister\nstatus\n"},
		"warned of":         {": echo 0 | sudo tee " + binfmt.DefaultDir + "/elf\n", ": echo 0 | sudo tee " + binfmt.DefaultDir + "/mine\n"},
		"mended as it says": {"0\n  1 a\n"},
	} {
		for _, w := range want {
			if !strings.Contains(part[name], w) {
				t.Errorf("%s: no %q in:\n%s", name, w, part[name])
			}
		}
	}
	if strings.Contains(part["before"]+part["registered"], "warning") {
		t.Errorf("warned without a reason:\n%s", out)
	}
	var status binfmt.Status
	object, _, _ := strings.Cut(part["others"], "\nbinfmt_misc ")
	if err := json.Unmarshal([]byte(object), &status); err != nil {
		t.Fatalf("%v:\n%s", err, object)
	}
	warned := fmt.Sprint(status.Warnings)
	if !status.Enabled || len(status.Entries) != 2 || status.Entries[0].Disabled || !status.Entries[1].Disabled ||
		!strings.Contains(warned, `"mine" of somebody else catches files with extension .slulb`) || strings.Contains(warned, `"other"`) {
		t.Errorf("%+v", status)
	}
}

// A user without rights is told what he lacks.
func TestBinfmtForbidden(t *testing.T) {
	out, _ := inNamespace(t, t.TempDir(), `
slul rtld -o loader
slul binfmt register --rtld $PWD/loader >/dev/null
mount -o remount,bind,ro $BINFMT
slul binfmt register --rtld $PWD/loader 2>&1 || echo "status $?"
slul binfmt unregister 2>&1 || echo "status $?"
slul binfmt status | grep '^T '
`)
	if strings.Count(out, "is mounted read-only, as containers do: do it outside: read-only file system\nstatus 1\n") != 2 ||
		!strings.Contains(out, "only root can find out") {
		t.Error(out)
	}
}
