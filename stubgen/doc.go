// Package stubgen makes, proves and shows the start-up stub: the code at the entry
// of a SLUL program. Given a target and the path of the loader, it leaves some 160
// bytes that open the program and the loader, note the program's descriptor in the
// file offset of the loader's, and execute the loader by descriptor:
//
//	P = open("/proc/self/exe", O_RDONLY)
//	R = open(rtld, O_RDONLY)
//	lseek(R, 0x534C5500 + P, SEEK_SET)
//	execveat(R, "", argv, envp, AT_EMPTY_PATH)
//	write(2, "no " rtld ": slul install\n"); exit_group(127)
//
// # Rules of a stub, all proved by Verify from the bytes alone
//
//   - It writes no memory: argv, the environment and the stack reach the loader as
//     the kernel made them. No instruction of it has a memory operand that is
//     written, pushes, calls, is a string operation or has a prefix. The one pop
//     that it may have reads argc.
//   - Each byte is an instruction that is executed, or belongs to a string that is
//     passed to a system call.
//   - It relies on nothing at entry but rsp, reads nothing but argc, and may lie at
//     any address.
//   - It makes the system calls above, in that order, with these arguments, and no
//     other; then nothing of it is reachable any more.
//   - Neither descriptor is closed on exec.
//
// It checks no error: a failed first open gives the loader -errno instead of a
// descriptor, after a failed second open execveat fails with EBADF, and whatever
// made execveat fail, the message names the file and the cure.
//
// Files in reading order: target.go (the table of targets), stub.go (Generate),
// verify.go (Verify), start.go (the other ways to start), wrap.go (Wrap), format.go
// (listings); one folder per CPU holds the stub's text and the proof for that CPU. testdata/*.ledger lists every byte of each
// target's stub, compared by a test.
//
// A CPU is added with a folder that has Stub and Verify, and a line in target.go.
package stubgen
