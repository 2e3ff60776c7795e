// Ranges of a contiguous area, found by lib/bitmap.c as cma_alloc asks for them.
#include "stand-ins.h"
#include "sequences.h"

#define ALIGNMENT_MAX 8
#define PAGES_MAX 65536

static unsigned long bits[PAGES_MAX / 64];

static bool is_set(const unsigned long *map, unsigned long at)
{
	return map[at / 64] >> (at % 64) & 1;
}

static unsigned long find_next_zero_bit(const unsigned long *map, unsigned long end, unsigned long at)
{
	while (at < end && is_set(map, at))
		at++;
	return at < end ? at : end;
}

static unsigned long find_next_bit(const unsigned long *map, unsigned long end, unsigned long at)
{
	while (at < end && !is_set(map, at))
		at++;
	return at < end ? at : end;
}

#include "kernel-cma.h"

static void flip(unsigned long first, unsigned long count)
{
	for (unsigned long at = first; at < first + count; at++)
		bits[at / 64] ^= 1UL << (at % 64);
}

static unsigned long pages_of(u64 style, unsigned long all)
{
	switch (style) {
	case 0: return 1 + below(4);
	case 1: return 1 + below(40);
	case 2: return 1 + below(300);
	case 3: return 1UL << below(9);
	default: return 1 + below(all / 3);
	}
}

int main(int count, char **arguments)
{
	for (int number = 0, all = sequences(arguments); number < all; number++) {
		unsigned long first[OPS_MAX], length[OPS_MAX];
		unsigned long base = below(1 << 20) * (one_in(2) ? 1024 : 256), pages = (256UL << 2 * below(4)) * (1 + below(3));
		u64 style = below(5), share = 1 + 2 * below(3);
		bool names_order = one_in(5);

		memset(bits, 0, sizeof(bits));
		begin_sequence();
		fprintf(head, "\"base_pfn\":%lu,\"pages\":%lu", base, pages);
		for (int left = 10 + below(100); left > 0; left--) {
			int op = begin_op();
			unsigned long wanted, at;
			unsigned int order;

			if (gives_back(share)) {
				int freed = take_held();

				fprintf(ops, "[\"free\",%d]", freed);
				fputs("\"ok\"", answers);
				flip(first[freed] - base, length[freed]);
				continue;
			}

			wanted = pages_of(style, pages);
			order = names_order ? below(11) : min(order_base_2(wanted), ALIGNMENT_MAX);
			fprintf(ops, names_order ? "[\"alloc\",%lu,%u]" : "[\"alloc\",%lu]", wanted, order);
			at = wanted > pages ? pages
				: bitmap_find_next_zero_area_off(bits, pages, 0, wanted, (1UL << order) - 1, base & ((1UL << order) - 1));
			if (at >= pages) {
				fputs("\"ENOMEM\"", answers);
				continue;
			}

			flip(at, wanted);
			first[op] = base + at;
			length[op] = wanted;
			fprintf(answers, "%lu", first[op]);
			keep(op);
		}
		end_sequence(number, true);
	}
}
