# The everyday words. Each is one line that also works by hand; docs/development.md
# says how to get just.

# the command, as bin/slul; without the C library, which takes longer to start than slul itself
build:
    CGO_ENABLED=0 go build -o bin/slul ./cmd/slul

# everything that go test can prove here; "SLUL_TEST_ALL=1 just test" skips nothing
test:
    go test ./...

# rewrite the golden files; read the diff before committing it
golden:
    go test $(grep -rl '"slul/tests/golden"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -update

# each fuzz target for a few seconds
fuzz seconds="10":
    ./.ci/fuzz {{seconds}}

# rewrite the ledgers of sizes; the diff says where each byte went
ledgers:
    go test ./bench/ledger ./stubgen -update

# medians of interleaved runs of hello, in every way, against its floors and other tools
bench *flags:
    go run ./cmd/slul bench startup {{flags}}

# what libraries, symbols and relocations cost, against glibc and musl
bench-load *flags:
    go run ./cmd/slul bench load {{flags}}

# kernels and memory against gcc, tcc, Go and glibc
bench-code *flags:
    go run ./cmd/slul bench code {{flags}}

# lines per second, against tcc, gcc and Go; go run would compile slul each time
bench-compile *flags: build
    ./bin/slul bench compile {{flags}}

# all results, tables and pictures of docs/benchmarks.md; takes minutes of an idle machine
benchmarks: build
    ./bench/all docs/benchmarks

# the speed of every stage of the tool chain
bench-stages:
    go test ./... -run '^$' -bench .

# build the loader anew and put it where it is embedded from
images:
    go run ./rtld/image/build

# the stub with a byte count beside each line
stub:
    go run ./cmd/slul stub --format asm

fmt:
    gofmt -w .

# what .ci/run looks at before the tests
check:
    test -z "$(gofmt -l .)" && go vet ./...

# a Debian package of everything, in out/
deb:
    ./deploy/deb/build
