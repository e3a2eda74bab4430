// A program of a C library that tells what it finds around itself. Nothing of it changes from run to run.

#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;
void _start(void);
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));
static __thread int own = 5;
static int begun;

__attribute__((constructor)) static void begin(void) { begun++; } // musl gives no arguments
static void at_end(void) { puts("atexit"); }
static void *run(void *arg)
{
	own += *(int *)arg;
	return (void *)(long)own;
}

int main(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		printf("argv[%d] %s\n", i, argv[i]);
	for (char **e = environ; *e; e++)
		printf("env %s\n", *e);
	char line[1000];
	int fd = open("/proc/self/cmdline", O_RDONLY);
	long n = read(fd, line, sizeof(line));
	close(fd);
	printf("cmdline");
	for (long i = 0; i < n; i++)
		putchar(line[i] ? line[i] : ' ');
	fd = open("/proc/self/comm", O_RDONLY);
	n = read(fd, line, sizeof(line));
	printf("\nfree fd %d\ncomm %.*s", fd, (int)n, line);
	close(fd);

	const Elf64_Phdr *p = (const Elf64_Phdr *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
	printf("entry %d, headers %d, of %lu\n", getauxval(AT_ENTRY) == (unsigned long)_start, getauxval(AT_PHDR) == (unsigned long)p,
		getauxval(AT_PHNUM));
	printf("file %s\n", (char *)getauxval(AT_EXECFN));
	printf("interpreter %d\n", getauxval(AT_BASE) != 0);
	printf("constructor %d\n", begun);
	int two = 2;
	void *sum;
	pthread_t t;
	if (pthread_create(&t, 0, run, &two) || pthread_join(t, &sum))
		return 1;
	printf("thread-local %ld %d\n", (long)sum, own);
	char *big = malloc(1 << 20);
	memset(big, 1, 1 << 20);
	atexit(at_end);
	return argc;
}
