// Inflates fd 0 to fd 1, a gzip or zlib stream, and writes the crc32 and the adler32 of the result
// behind it. Exit status: 42, or 100 less zlib's error.

#include <zlib.h>

static long sys(long nr, long a, long b, long c)
{
	long r;
	__asm__ volatile("syscall" : "=a"(r) : "a"(nr), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return r;
}

static void end(int status) { for (;;) sys(231, status, 0, 0); }

static void put(const void *at, long n)
{
	while (n > 0) {
		long k = sys(1, 1, (long)at, n);
		if (k <= 0)
			end(1);
		at = (const char *)at + k;
		n -= k;
	}
}

static unsigned char in[1000], out[3000];
static z_stream s;

__attribute__((used, visibility("hidden"))) void run(void)
{
	unsigned sums[2] = {crc32(0, Z_NULL, 0), adler32(0, Z_NULL, 0)};
	int e = inflateInit2(&s, 15 + 32);
	while (e == Z_OK) {
		if (s.avail_in == 0) {
			long n = sys(0, 0, (long)in, sizeof(in));
			if (n < 0)
				end(2);
			s.next_in = in;
			s.avail_in = n;
		}
		s.next_out = out;
		s.avail_out = sizeof(out);
		e = inflate(&s, Z_NO_FLUSH);
		long n = sizeof(out) - s.avail_out;
		sums[0] = crc32(sums[0], out, n);
		sums[1] = adler32(sums[1], out, n);
		put(out, n);
	}
	if (e != Z_STREAM_END)
		end(100 + e);
	inflateEnd(&s);
	put(sums, sizeof(sums));
	end(42);
}

__asm__(".globl _start\n_start: xor %ebp, %ebp\n and $-16, %rsp\n call run\n");
