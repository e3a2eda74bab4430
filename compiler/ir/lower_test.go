package ir_test

import "testing"

func TestHello(t *testing.T) {
	m := build(t, "Hello.slul", "service CommandMain \"hello\"\ngiveme\n    @Console console\nend\nentry main\ncode\n    console.print \"Hello, {}!\" 12\nend\n", true)
	t.Log(m)
	t.Log(run(t, m))
}
