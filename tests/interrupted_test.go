package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"slul/tests/need"
)

// busy makes one call of everything in core that a signal may interrupt.
const busy = `service CommandMain "test"
giveme
    Args args
    @Console console
    @FileSystem fs
    @Process process
    @Network net
    @Clock clock
    @Random random
end
func @duplicate string from string to returns long or IoError
code
    own @Stream source = try fs.open from .read
    own @Stream out = fs.open to .write
    on error e
        close source
        error e
    end
    long n = pour source out
    on error e
        close source
        close out
        error e
    end
    close source
    close out
    return n
end
func @pour @Stream source @Stream out returns long or IoError
code
    !Bytes part = new 5000
    long !n = 0
    while (try source.read part) > 0
        try out.write part
        n += part.length
    end
    return n
end
func @talk returns string or IoError
code
    own @Listener server = try net.listen_tcp "127.0.0.1" 0
    own @Stream there = net.connect_tcp "127.0.0.1" server.port
    on error e
        close server
        error e
    end
    own @Stream here = server.accept
    on error e
        close there
        close server
        error e
    end
    there.write_string "over the wire"
    on error e
        console.error "{}" e
    end
    close there
    !Bytes got = new 100
    here.read got
    on error e
        console.error "{}" e
    end
    close here
    close server
    return got.text
end
entry main returns nothing or IoError
code
    console.print "copied {}" (try duplicate args[0] args[1])
    @LineReader lines = new console.stdin
    long !count = 0
    while true
        arena
            ?string line = try lines.next
            break if line == none
            count += line.length
        end
    end
    console.print "read {}" count
    console.print "{}" (try talk)
    console.print "true: {}" (try process.run "/bin/true" (new List of string))
    !Bytes dice = new 100
    random.fill dice
    console.print "dice {}" dice.length
    long before = clock.now_nanos
    clock.sleep_millis 30
    console.print "slept {}" (clock.now_nanos - before >= 30000000)
    for i in 0..2000
        console.print "line {}" i
    end
end
`

// TestInterrupted: a program whose system calls are interrupted, each kind every other
// time, does the same as one that is left alone.
func TestInterrupted(t *testing.T) {
	strace := need.Tool(t, "strace")
	prog := build(t, busy)
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	if err := os.WriteFile(source, bytes.Repeat([]byte("0123456789abcdef"), 4000), 0o644); err != nil {
		t.Fatal(err)
	}
	input := strings.Repeat(strings.Repeat("x", 99)+"\n", 2000)
	run := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Stdin = strings.NewReader(input)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		return out.String() + errs.String(), err
	}
	want, err := run(prog, source, filepath.Join(dir, "whole"))
	if err != nil || !strings.Contains(want, "copied 64000\nread 198000\nover the wire\ntrue: 0\ndice 100\nslept true\nline 0\n") {
		t.Fatalf("%v\n%.400s", err, want)
	}
	log := filepath.Join(dir, "log")
	for _, call := range []string{"read", "write", "accept4", "connect", "sendto", "wait4", "getrandom", "nanosleep", "poll", "openat"} {
		to := filepath.Join(dir, call)
		got, err := run(strace, "-o", log, "-e", "trace="+call, "-e", "inject="+call+":error=EINTR:when=1+2", prog, source, to)
		traced, _ := os.ReadFile(log)
		if err != nil || got != want {
			t.Errorf("%s: %v\n%.400s\n%.2000s", call, err, got, traced)
		}
		if call != "poll" && !strings.Contains(string(traced), "(INJECTED)") {
			t.Errorf("%s was not called", call)
		}
		a, _ := os.ReadFile(filepath.Join(dir, "whole"))
		if b, err := os.ReadFile(to); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s: another file was written (%v)", call, err)
		}
	}
}

const farAway = `service CommandMain "test"
giveme
    Args args
    @Console console
    @FileSystem fs
end
entry main returns nothing or IoError
code
    own @Stream f = try fs.open args[0] .read
    long size = f.size else 0
    console.print "{} {}" size ((fs.stat args[0] else (new size=0 modified=0 mode=0 is_directory=false)).size)
    !Bytes tail = new 10
    f.seek (size - 7)
    on error e
        console.print "seek: {}" e
    end
    int n = f.read tail else 0
    console.print "{} {}" n tail.text
    f.seek 4_900_000_000
    on error e
        console.print "seek: {}" e
    end
    !Bytes part = new 1048576
    long !total = 4_900_000_000
    while (f.read part else 0) > 0
        total += part.length
    end
    console.print "{}" total
    close f
end
`

// TestLargeFile: a file of 5 GB, nearly all of it a hole.
func TestLargeFile(t *testing.T) {
	const size = 5_000_000_000
	prog, dir := build(t, farAway), t.TempDir()
	path := filepath.Join(dir, "large")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = f.WriteAt([]byte("the end"), size-7)
	need.That(t, err == nil, "no file of 5 GB can be made here")
	if err := unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		t.Log(err)
	}
	out, err := exec.Command(prog, path).CombinedOutput()
	if want := fmt.Sprintf("%d %d\n7 the end\n%d\n", size, size, size); err != nil || string(out) != want {
		t.Errorf("%v: %s, expected %s", err, out, want)
	}
}
