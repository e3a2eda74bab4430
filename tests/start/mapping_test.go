package start

// Where modules are mapped: below what was mapped last, or where the kernel has room.

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"slul/tests/launch"
)

// Something lies in the way of libraries that are loaded late, a page lower each time, so that
// their first, second or last segment meets it: they are mapped elsewhere, and what
// was there stays as it was.
func TestInTheWay(t *testing.T) {
	p := newPlace(t)
	const libraries = 24
	for i := range libraries {
		p.write(t, fmt.Sprintf("%c.so", 'a'+i), compile(t, preamble+fmt.Sprintf(`
const int rows[2048] = {%d};
int data[1024] = {1}, zeros[2048];
int number(void) { return rows[0] + data[0] + zeros[2047]++; }`, i), "-fPIC", "-shared", "-Wl,-Bsymbolic"), 0o644)
	}
	prog := p.c(t, "prog", `
void *slulrtld_load(const char *);
void *slulrtld_symbol(void *, const char *);
static int program(long argc, char **argv, char **envp, word *auxv) {
    word last = 0;
    int met = 0;
    for (int i = 1; i < argc; i++) {
        unsigned char *way = 0;
        if (last) {
            way = (unsigned char *)SYS(MMAP, last - 4096 * i, 4096, 3, 0x100022, -1, 0); /* fixed, unless something is there */
            if ((word)way > -4096UL) way = 0;
            else for (int k = 0; k < 4096; k++) way[k] = i + k;
        }
        void *lib = slulrtld_load(argv[i]);
        if (!lib) return 64;
        int (*number)(void) = slulrtld_symbol(lib, "number");
        for (int k = 0; k < 3; k++)
            if (number() != i + k) return 65;
        const char *rows = slulrtld_symbol(lib, "rows");
        word at = (word)rows & -4096UL;
        while (*(unsigned *)at != 0x464c457f) at -= 4096;
        word size = ((word)slulrtld_symbol(lib, "zeros") + 8192 + 4095 - at) & -4096UL;
        if (way && (word)way >= last - size && at != last - size) met++; /* not where it would have been */
        if (way) for (int k = 0; k < 4096; k++) if (way[k] != (unsigned char)(i + k)) return 66;
        last = at;
    }
    number_out(met);
    return 5;
}`, 0o755)
	args := []string{"prog"}
	for i := range libraries {
		args = append(args, filepath.Join(p.dir, fmt.Sprintf("%c.so", 'a'+i)))
	}
	r := launch.Run(t, launch.Spec{Path: prog, Args: args})
	if r.Exit != 5 || len(r.Stderr) > 0 || len(r.Stdout) < 1 || r.Stdout[0] == '0' || strings.TrimLeft(string(r.Stdout), "0123456789") != "" {
		t.Error(describe(r))
	}
}
