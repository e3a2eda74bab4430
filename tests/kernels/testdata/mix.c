#include <stdio.h>
static unsigned rotr(unsigned x, int n) { return x >> n | x << (32 - n); }
static unsigned mix(unsigned a, unsigned b) { return rotr(a ^ b, 7) + (rotr(a, 18) ^ b >> 3); }
int main(void) {
    unsigned a = 1, b = 2;
    for (int i = 0; i < 100000000; i++) {
        unsigned c = mix(a, b);
        a = b;
        b = c;
    }
    printf("%08x %08x\n", a, b);
}
