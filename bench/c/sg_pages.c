// A scatterlist from page frame numbers, one page at a time: what the kernel's builder does, in portable C.
// Built as a program it prints ns per page; built as a library it is the baseline of ScatterlistBenchmarks.
// Entries are the 16 bytes that the model keeps, a half of the kernel's struct scatterlist, so this writes less than the kernel does.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAGE_SHIFT 12
#define PAGE_BYTES 4096u

struct entry {
	uint64_t first_pfn;
	uint32_t offset;
	uint32_t length;
};

// The page behind the piece that starts at `first`: a gap in the frame numbers or a full segment ends it.
static inline size_t piece_end(const uint64_t *pfns, size_t page_count, size_t first, size_t pages_max)
{
	size_t end = first + 1;

	while (end < page_count && end - first < pages_max && pfns[end] == pfns[end - 1] + 1)
		end++;
	return end;
}

// Counts the pieces, allocates their entries, walks again and fills them in. The caller frees `*entries`.
// Returns the number of entries; 0 when a segment holds no whole page or memory is out.
size_t sg_build(
	const uint64_t *pfns, size_t page_count, uint32_t offset, uint64_t size, uint32_t max_segment, struct entry **entries)
{
	size_t pages_max = max_segment >> PAGE_SHIFT;
	size_t count = 0;
	size_t at, end;

	if (pages_max == 0)
		return 0;
	for (at = 0; at < page_count; at = piece_end(pfns, page_count, at, pages_max))
		count++;

	struct entry *out = *entries = malloc(count * sizeof(*out));

	if (out == NULL)
		return 0;
	for (at = 0; at < page_count; at = end, out++) {
		end = piece_end(pfns, page_count, at, pages_max);
		uint64_t span = ((uint64_t)(end - at) << PAGE_SHIFT) - offset;

		out->first_pfn = pfns[at];
		out->offset = offset;
		out->length = (uint32_t)(size < span ? size : span);
		size -= span;
		offset = 0;
	}
	return count;
}

// Builds and frees; what a benchmark calls.
size_t sg_build_and_free(const uint64_t *pfns, size_t page_count, uint32_t max_segment)
{
	struct entry *entries = NULL;
	size_t count = sg_build(pfns, page_count, 0, (uint64_t)page_count << PAGE_SHIFT, max_segment, &entries);

	// The compiler must not see that nobody reads the entries.
	__asm__ volatile("" : : "r"(entries) : "memory");
	free(entries);
	return count;
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

// Median over rounds of about 20 ms each.
static double ns_per_page(const uint64_t *pfns, size_t page_count)
{
	enum { ROUNDS = 15 };
	double rounds[ROUNDS];
	size_t repeats = 20000000 / (2 * page_count) + 1;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_ns();

		for (size_t i = 0; i < repeats; i++)
			sg_build_and_free(pfns, page_count, UINT32_MAX);
		rounds[round] = (now_ns() - start) / ((double)repeats * page_count);
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), by_value);
	return rounds[ROUNDS / 2];
}

int main(void)
{
	static const size_t page_counts[] = { 512, 65536 };
	static const struct { const char *name; size_t run; } shapes[] = {
		{ "contiguous", SIZE_MAX }, { "runs of 16", 16 }, { "every page apart", 1 },
	};
	static uint64_t pfns[65536];

	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		for (size_t c = 0; c < sizeof(page_counts) / sizeof(page_counts[0]); c++) {
			// One frame is left out behind every run.
			for (size_t i = 0; i < page_counts[c]; i++)
				pfns[i] = 0x100000 + i + i / shapes[s].run;
			printf("%-16s %6zu pages %7.3f ns/page\n", shapes[s].name, page_counts[c], ns_per_page(pfns, page_counts[c]));
		}
	}
	return 0;
}
