#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct bytes { size_t used, room; char *data; };
static void push(struct bytes *b, char x) {
    if (b->used == b->room) {
        b->room = b->room * 2 + 32;
        b->data = realloc(b->data, b->room);
    }
    b->data[b->used++] = x;
}
static struct bytes text(int count) {
    struct bytes out = {0};
    unsigned x = 1;
    for (int i = 0; i < count; i++) {
        x = x * 1103515245 + 12345;
        unsigned a = x >> 8 & 255;
        x = x * 1103515245 + 12345;
        unsigned number = a * (x >> 8 & 255);
        for (; number != 0; number /= 26) push(&out, 97 + number % 26);
        push(&out, 'e');
        push(&out, ' ');
    }
    return out;
}
struct slot { char *key; size_t length; int n; };
struct map { size_t used, room; struct slot *slots; };
static uint64_t hash(const char *key, size_t length) {
    uint64_t h = 0xcbf29ce484222325;
    for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)key[i]) * 0x100000001b3;
    return h ^ h >> 32;
}
static struct slot *find(struct slot *slots, size_t room, const char *key, size_t length) {
    for (size_t at = hash(key, length) & (room - 1);; at = (at + 1) & (room - 1)) {
        struct slot *s = &slots[at];
        if (!s->key || (s->length == length && memcmp(s->key, key, length) == 0)) return s;
    }
}
static void add(struct map *m, const char *key, size_t length) {
    if (m->used * 4 >= m->room * 3) {
        size_t room = m->room ? m->room * 2 : 8;
        struct slot *slots = calloc(room, sizeof *slots);
        for (size_t i = 0; i < m->room; i++)
            if (m->slots[i].key) *find(slots, room, m->slots[i].key, m->slots[i].length) = m->slots[i];
        free(m->slots);
        m->slots = slots;
        m->room = room;
    }
    struct slot *s = find(m->slots, m->room, key, length);
    if (!s->key) {
        s->key = malloc(length + 1);
        memcpy(s->key, key, length);
        s->key[length] = 0;
        s->length = length;
        m->used++;
    }
    s->n++;
}
static void __attribute__((noinline)) count(const struct bytes *text, struct map *counts) {
    struct bytes word = {0};
    for (size_t i = 0; i < text->used; i++) {
        char b = text->data[i];
        if (isalpha((unsigned char)b)) push(&word, b);
        else if (word.used > 0) {
            add(counts, word.data, word.used);
            word.used = 0;
        }
    }
    free(word.data);
}
static int before(const void *a, const void *b) {
    return strcmp(((const struct slot *)a)->key, ((const struct slot *)b)->key);
}
int main(void) {
    struct bytes all = text(500000);
    struct map counts = {0};
    for (int round = 0; round < 2; round++) count(&all, &counts);
    struct slot *sorted = malloc(counts.used * sizeof *sorted), *to = sorted;
    for (size_t i = 0; i < counts.room; i++)
        if (counts.slots[i].key) *to++ = counts.slots[i];
    qsort(sorted, counts.used, sizeof *sorted, before);
    int most = 0;
    unsigned sum = 0;
    for (size_t i = 0; i < counts.used; i++) {
        if (sorted[i].n > most) most = sorted[i].n;
        sum = sum * 31 + sorted[i].n;
    }
    printf("%zu %d %u\n", counts.used, most, sum);
}
