// Package mach is the form between IR and bytes that all CPUs share: instructions of
// one CPU over virtual registers, and the work on them that knows no CPU.
//
// A CPU's folder (gen/amd64) makes a Func by instruction selection, calls Allocate, and
// then writes the instructions out. What it tells about its instructions is in each
// operand: whether the register is read, written or both, whether a stack slot may stand
// in its place, and which fixed registers are named or destroyed.
//
// Files in reading order: mach.go (the form), room.go (its memory), print.go (its text), copy.go (parallel
// copies made into a sequence), layout.go (critical edges, loops, the order of blocks),
// live.go (numbering and live spans), alloc.go (registers), coalesce.go (copies that
// vanish), split.go (what happens when registers run out), rewrite.go (the result).
//
// Positions: instruction number i stands at 16·i. It reads at 16·i and writes at 16·i+2;
// instructions that are put in before it stand at 16·i−4, behind it at 16·i+4. A block
// reaches from 16·first−8 to 16·last+8.
//
// Single letters: b block, i instruction, v virtual register, r physical register.
package mach
