#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
struct bytes { size_t used, room; unsigned char *data; };
static void __attribute__((noinline)) grow(struct bytes *b) {
    b->room = b->room * 2 + 32;
    b->data = realloc(b->data, b->room);
}
static void push(struct bytes *b, unsigned char x) {
    if (b->used == b->room) grow(b);
    b->data[b->used++] = x;
}
static void __attribute__((noinline)) encode(struct bytes *out, const struct bytes *text) {
    for (size_t at = 0; at + 3 <= text->used; at += 3) {
        const unsigned char *p = text->data + at;
        unsigned bits = (unsigned)p[0] << 16 | p[1] << 8 | p[2];
        push(out, letters[bits >> 18 & 63]);
        push(out, letters[bits >> 12 & 63]);
        push(out, letters[bits >> 6 & 63]);
        push(out, letters[bits & 63]);
    }
}
static void __attribute__((noinline)) decode(struct bytes *out, const struct bytes *text, const unsigned char *values) {
    for (size_t at = 0; at + 4 <= text->used; at += 4) {
        unsigned bits = 0;
        for (int i = 0; i < 4; i++) bits = bits << 6 | values[text->data[at + i]];
        push(out, bits >> 16);
        push(out, bits >> 8);
        push(out, bits);
    }
}
int main(void) {
    int n = 3000000;
    struct bytes text = {0, n, malloc(n)};
    unsigned x = 1;
    for (int i = 0; i < n; i++) {
        x = x * 1103515245 + 12345;
        push(&text, x >> 16);
    }
    unsigned char *values = calloc(256, 1);
    for (int i = 0; i < 64; i++) values[(int)letters[i]] = i;
    struct bytes coded = {0, n / 3 * 4, malloc(n / 3 * 4)}, back = {0, n, malloc(n)};
    unsigned sum = 0;
    for (int round = 0; round < 8; round++) {
        coded.used = 0;
        encode(&coded, &text);
        back.used = 0;
        decode(&back, &coded, values);
        sum = sum * 31 + coded.data[round * 1000] + back.data[round * 999];
    }
    printf("%u %zu %zu\n", sum, coded.used, back.used);
}
