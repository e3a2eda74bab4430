// Package volume makes programs of any number of lines, the same in SLUL, C and Go, for
// bench/compile and for tests of how the time of the compiler grows.
package volume

import (
	"fmt"
	"strings"
)

// Language is one that programs can be made in.
type Language struct {
	Name             string
	File             string // what the source is called
	head, unit, tail string // a unit is one function; its %[1]d is its number, %[2]d that of the one before
}

// Languages are the forms of the program. All units are called, and no unit is like the
// one before. What a program of so many lines prints does not depend on the language.
var Languages = []*Language{
	{"slul", "Volume.slul", `service CommandMain "volume"
giveme
    @Console console
end
func f0 int a returns int
code
    return a
end
`, `
# What %[1]d makes of the numbers below a.
func f%[1]d int a returns int
code
    int !sum = f%[2]d a
    for i in 0..a
        if i mod 7 == %[1]d mod 5
            sum += i * 3
        else if i > %[1]d
            sum += sum mod 9
        end
        while sum > 1000
            sum = sum / 2 - %[1]d mod 11
        end
    end
    !Array of int seen = new (a + 1)
    for i in 0..=a
        seen[i] = sum + i
    end
    return seen[a / 2] mod 1000
end
`, `
entry main
code
    console.print "{}" (f%[2]d 3)
end
`},
	{"c", "volume.c", `#include <stdio.h>
#include <stdlib.h>
static int f0(int a)
{
    return a;
}
`, `
/* What %[1]d makes of the numbers below a. */
static int f%[1]d(int a)
{
    int sum = f%[2]d(a);
    for (int i = 0; i < a; i++) {
        if (i %% 7 == %[1]d %% 5) {
            sum += i * 3;
        } else if (i > %[1]d) {
            sum += sum %% 9;
        }
        while (sum > 1000) {
            sum = sum / 2 - %[1]d %% 11;
        }
    }
    int *seen = calloc(a + 1, sizeof(int));
    for (int i = 0; i <= a; i++) {
        seen[i] = sum + i;
    }
    sum = seen[a / 2] %% 1000;
    free(seen);
    return sum;
}
`, `
int main(void)
{
    printf("%%d\n", f%[2]d(3));
}
`},
	{"go", "volume.go", `package main

import "fmt"

func f0(a int32) int32 {
	return a
}
`, `
// What %[1]d makes of the numbers below a.
func f%[1]d(a int32) int32 {
	sum := f%[2]d(a)
	for i := int32(0); i < a; i++ {
		if i%%7 == %[1]d%%5 {
			sum += i * 3
		} else if i > %[1]d {
			sum += sum %% 9
		}
		for sum > 1000 {
			sum = sum/2 - %[1]d%%11
		}
	}
	seen := make([]int32, a+1)
	for i := int32(0); i <= a; i++ {
		seen[i] = sum + i
	}
	return seen[a/2] %% 1000
}
`, `
func main() {
	fmt.Println(f%[2]d(3))
}
`},
}

// Units is how many units make a program of some lines: at least one, and no more than
// fit in a program of SLUL.
func Units(lines int) int {
	l := Languages[0]
	rest := lines - strings.Count(l.head, "\n") - strings.Count(l.tail, "\n")
	return max(1, rest/strings.Count(l.unit, "\n"))
}

// Source gives the program of so many units.
func (l *Language) Source(units int) string {
	var s strings.Builder
	s.WriteString(l.head)
	for n := 1; n <= units; n++ {
		fmt.Fprintf(&s, l.unit, n, n-1)
	}
	fmt.Fprintf(&s, strings.ReplaceAll(l.tail, "%[2]d", "%[1]d"), units)
	return s.String()
}

// Prints is a program of SLUL that is one func of so many statements.
func Prints(statements int) string {
	var s strings.Builder
	s.WriteString("service CommandMain \"prints\"\ngiveme\n    @Console console\nend\nentry main\ncode\n")
	for n := range statements {
		fmt.Fprintf(&s, "    console.print \"line {}\" %d\n", n)
	}
	s.WriteString("end\n")
	return s.String()
}

// Blocks is a program of SLUL that is one func of about so many lines, with loops,
// branches and variables that live through all of them.
func Blocks(lines int) string {
	var s strings.Builder
	s.WriteString("service CommandMain \"blocks\"\ngiveme\n    @Console console\nend\nentry main\ncode\n    int !a = 1\n    int !b = 2\n    int !c = 3\n")
	for n := range lines / 12 {
		fmt.Fprintf(&s, `    int x%[1]d = b mod 100
    if a mod 3 == %[1]d mod 3
        a = (a + x%[1]d) mod 1000
    else
        b = (b + %[1]d) mod 1000
    end
    for i in 0..3
        c = (c + i * x%[1]d + a) mod 1000
    end
    while a > 500
        a -= 499
    end
`, n)
	}
	s.WriteString("    console.print \"{} {} {}\" a b c\nend\n")
	return s.String()
}

// Enum is a program of SLUL that shows a value of an enum of so many.
func Enum(values int) string {
	var s strings.Builder
	s.WriteString("service CommandMain \"names\"\ngiveme\n    @Console console\nend\nenum Name\n")
	for n := range values {
		fmt.Fprintf(&s, "    name%d\n", n)
	}
	fmt.Fprintf(&s, "end\nentry main\ncode\n    Name name = .name%d\n    console.print \"{}\" name\nend\n", values/2)
	return s.String()
}
