package start

// The attacks on loaders of the last thirty years, each as a test: an unprivileged user
// starts a program that has more rights than he has, and chooses all that a caller
// chooses. The table says which test is about which attack.

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// proof is what is known about a case: the names of its tests here or beside the loader.
type proof struct {
	what, tests string
}

// sec has an entry for each attack.
var sec = map[int]proof{
	1:  {"CVE-1999-1182: argv[0] overflows the buffer for messages", "TestSEC01LongName TestMessages"},
	2:  {"CVE-1999-0073: a server hands variables of the network to a login", "TestSEC02Server"},
	3:  {"CVE-2000-0824: a variable that is there twice survives", "TestSEC35Variables TestSetIDScrub TestScrub"},
	4:  {"CVE-2000-0959: a file that a variable names is written to", "TestSEC04NoFileIsMade"},
	5:  {"CVE-2001-0169: preload from a trusted directory", "TestSEC14TrustedDirectory"},
	6:  {"CVE-2004-1453: debugging output tells about a privileged program", "TestSEC06NoTrace"},
	7:  {"CVE-2004-1070: unchecked reads, unterminated and unreadable interpreters", "TestSEC07Interpreters TestShortReads TestDamaged"},
	8:  {"CVE-2005-2072: LD_AUDIT", "TestSEC14TrustedDirectory"},
	9:  {"CVE-2009-1894: the program is exchanged while it is being started", "TestSEC09Exchanged TestSetIDReplaced"},
	10: {"CVE-2009-4146: a malformed environment is not cleaned", "TestSEC10MalformedEnvironment"},
	11: {"CVE-2009-5064: who asks about a program runs it", "TestSEC11NothingRuns"},
	12: {"CVE-2010-0830: negative tags", "TestSEC12Tags"},
	13: {"CVE-2010-3847: $ORIGIN and a hard link", "TestSEC13HardLink TestSetIDHardLink"},
	14: {"CVE-2010-3856: any library of a trusted directory", "TestSEC14TrustedDirectory"},
	15: {"CVE-2011-0536: forms of $ORIGIN", "TestSEC15Origin"},
	16: {"CVE-2013-4788: guard values that are known", "TestSEC16Guards"},
	17: {"CVE-2016-9962: descriptors leak", "TestSetIDDescriptors TestDescriptors"},
	18: {"CVE-2017-1000364: the stack runs into something", "TestSEC18Stack TestStackLimit"},
	19: {"CVE-2017-1000366: variables of any size need stack of any size", "TestSEC19LargeVariables"},
	20: {"CVE-2017-1000253: a large program is mapped over the stack", "TestSEC20AddressInUse TestMemoryLimit"},
	21: {"CVE-2017-1000408: the elements of a path are miscounted", "TestSEC21Colons"},
	22: {"CVE-2017-16997: what is left of a path is the current directory", "TestSEC15Origin"},
	23: {"CVE-2018-14634: 32-bit counts", "TestSEC23Counts TestVectors"},
	24: {"CVE-2018-1000001: the current directory has no name", "TestSEC24NoDirectory"},
	25: {"CVE-2019-19126: a variable changes the layout", "TestSEC25Layout"},
	26: {"CVE-2019-19726: a limit keeps the environment from being cleaned", "TestSEC26Limits"},
	27: {"CVE-2019-5736: the loader's file is written to through /proc", "TestSEC27Files"},
	28: {"CVE-2021-4034: no arguments at all", "TestSEC28NoArguments TestNoArguments"},
	29: {"CVE-2023-4911: the parser of a variable", "TestSEC29Parser TestSetTrace FuzzSetTrace"},
	30: {"CVE-2023-38408: a library that is loaded has side effects", "TestSEC30SideEffects"},
	31: {"CVE-2024-43882: owner and mode change during the start", "TestSEC31ChangingMode"},
	32: {"CVE-2025-4802: a library that is loaded late is looked for where the caller says", "TestSEC32Late"},
	33: {"CVE-2025-32463: libraries of the caller's root directory", "TestSEC33Root TestSEC33Late"},
	34: {"Shadow SUID: an entry of binfmt_misc with C runs somebody's interpreter", "TestWaysSetID TestSetIDWays TestScriptElsewhere"},
	35: {"nix-ld #38: a variable of our own is obeyed", "TestSEC35Variables"},
	36: {"rights without AT_SECURE: capabilities", "TestSEC36Capabilities TestFileCapabilities"},
	37: {"AT_SECURE is absent", "TestIsSecure"},
	38: {"descriptors 0 to 2 are closed", "TestSetIDDescriptors TestSEC38EveryWay"},
	39: {"the program's file does not belong to the rights", "TestSEC39Inherited TestSetIDWithoutProc"},
	40: {"an empty element of a path is the current directory", "TestSEC15Origin TestLibraryPath"},
}

// states has an entry for each state of process and system, by its row in docs/loader.md.
var states = map[int]proof{
	54: {"no free descriptor", "TestDescriptorLimit TestDescriptorLimitLibrary TestDeniedLibrary"},
	55: {"no /proc, or masked", "TestWithoutProc TestMaskedProc TestSetIDWithoutProc"},
	56: {"descriptors 0 to 2 are closed", "TestDescriptors TestSetIDDescriptors TestSEC38EveryWay"},
	57: {"mounts without exec", "TestNoexec"},
	58: {"the loader is missing, or damaged", "TestLoaderMissing TestLoaderDamaged"},
	59: {"system calls fail", "TestDenied"},
	60: {"filters, no_new_privs, Landlock", "TestDenied TestNoNewPrivs TestLandlock"},
	61: {"limits of memory", "TestMemoryLimit TestSEC26Limits"},
	62: {"limits of the stack", "TestStackLimit TestSEC18Stack TestSEC26Limits"},
	63: {"overcommit, number of mappings", "TestMappingLimit TestOvercommit TestDenied"},
	64: {"no arguments, no environment", "TestNames TestVectors TestNoArguments TestSEC28NoArguments"},
	65: {"arguments without number and size", "TestVectors TestExplicitManyArguments"},
	66: {"auxiliary vector", "TestAuxiliaryVector TestDecide TestIsSecure"},
	67: {"larger pages", "TestPageSize"},
	68: {"layouts of the address space", "TestLayout TestUnderTools TestSEC20AddressInUse"},
	69: {"files without a name, other file systems", "TestNamesWithoutFile TestNoOrigin TestFileSystems TestSEC24NoDirectory"},
	70: {"scripts", "TestExplicitScript TestScripts TestWays"},
	71: {"tracers and emulators", "TestUnderTools TestUnderEmulators TestStubWritesNothing"},
	72: {"parents that share memory, threads", "TestParents"},
	73: {"signals", "TestSignals TestSignalsLibrary TestPipeClosed TestNowhereToComplain TestShortWrites"},
	74: {"a library is replaced while it is used", "TestLibraryReplaced TestShrinkingFiles TestOverwrittenFiles"},
}

// Every attack and every state has a test that exists.
func TestSEC(t *testing.T) {
	known := functions(t, ".", "../../rtld")
	check := func(kind string, from, to int, table map[int]proof) {
		for id := from; id <= to; id++ {
			c := table[id]
			if c.what == "" || c.tests == "" {
				t.Errorf("%s %d has no test", kind, id)
			}
			for _, name := range strings.Fields(c.tests) {
				if !known[name] {
					t.Errorf("%s %d: there is no test %s", kind, id, name)
				}
			}
		}
		if len(table) != to-from+1 {
			t.Errorf("%d of kind %s", len(table), kind)
		}
	}
	check("SEC", 1, 40, sec)
	check("row", 54, 74, states)
	for name := range known { // and the names of tests tell the truth
		var id int
		if n, _ := fmt.Sscanf(name, "TestSEC%02d", &id); n == 1 && !slices.Contains(strings.Fields(sec[id].tests), name) {
			t.Errorf("%s is not in the table", name)
		}
	}
}

// functions are the names of the tests in some folders.
func functions(t *testing.T, dirs ...string) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	for _, dir := range dirs {
		names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil || len(names) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range names {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
					known[f.Name.Name] = true
				}
			}
		}
	}
	return known
}
