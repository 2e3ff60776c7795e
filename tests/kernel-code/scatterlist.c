// Lists of pages, built in one call or appended to in several (lib/scatterlist.c).
#include "stand-ins.h"
#include "sequences.h"

// What the kernel warns of, it refuses.
#undef WARN_ON
#define WARN_ON(condition) (condition)

struct page;
// A page is nowhere: its address has its number.
#define PAGE_STRUCT_BYTES 64
#define page_to_pfn(page) ((unsigned long)(page) / PAGE_STRUCT_BYTES)
#define pfn_to_page(pfn) ((struct page *)((pfn) * PAGE_STRUCT_BYTES))
#define page_to_phys(page) (page_to_pfn(page) << PAGE_SHIFT)
#define zone_device_pages_have_same_pgmap(one, other) true
#define sg_kmalloc(count, flags) calloc(count, sizeof(struct scatterlist))
#define min_t(type, one, other) min((type)(one), (type)(other))
#define IS_ENABLED(option) false
#define ERR_PTR(error) ((void *)(long)(error))
#define PTR_ERR(at) ((long)(at))
#define IS_ERR(at) ((unsigned long)(at) > -4096UL)
#define CONFIG_NEED_SG_DMA_LENGTH
#define SG_CHAIN 1UL
#define SG_END 2UL
#define SG_PAGE_LINK_MASK (SG_CHAIN | SG_END)
#define SG_MAX_SINGLE_ALLOC (PAGE_SIZE / sizeof(struct scatterlist))

#include "kernel-scatterlist.h"

#define CALLS_MAX 5
#define PAGES_MAX 400

// Pages of a call, in runs; the first may follow on the last page of the call before.
static unsigned int print_pages(FILE *to, struct page **pages, unsigned long *next)
{
	unsigned int count = 0, runs = 1 + below(one_in(8) ? 160 : 12);

	fputs("\"pfns\":[", to);
	for (unsigned int run = 0; run < runs; run++) {
		unsigned long first = *next != 0 && one_in(3) ? *next : 1 + below(one_in(2) ? 64 : 1 << 22);
		unsigned int length = 1 + below(one_in(4) ? 40 : 3);

		if (count + length > PAGES_MAX)
			break;
		fprintf(to, "%s[%lu,%u]", run ? "," : "", first, length);
		for (unsigned int i = 0; i < length; i++)
			pages[count++] = pfn_to_page(first + i);
		*next = first + length;
	}
	fputs("]", to);
	return count;
}

static unsigned int max_segment_of(void)
{
	switch (below(6)) {
	case 0: return UINT_MAX;
	case 1: return 4096 * (1 + below(8));
	case 2: return 4096 + below(70000);
	case 3: return 65536;
	case 4: return one_in(4) ? below(4096) : 1 << 20;
	default: return 1 + below(1 << 26);
	}
}

int main(int count, char **arguments)
{
	for (int number = 0, all = sequences(arguments); number < all; number++) {
		struct sg_append_table table = { 0 };
		unsigned int max_segment = max_segment_of(), calls = one_in(2) ? 1 : 2 + below(CALLS_MAX - 1), left[CALLS_MAX];
		unsigned long next = 0;
		struct scatterlist *entry;
		FILE *to;
		char *text[CALLS_MAX];
		struct page *pages[CALLS_MAX][PAGES_MAX];
		unsigned int counts[CALLS_MAX], nents_after[CALLS_MAX];
		int answer = 0;

		for (unsigned int call = 0; call < calls; call++) {
			size_t length;

			to = open_memstream(&text[call], &length);
			counts[call] = print_pages(to, pages[call], &next);
			fclose(to);
		}
		left[calls - 1] = 0;
		for (unsigned int call = calls - 1; call > 0; call--)
			left[call - 1] = left[call] + counts[call];

		printf("{\"id\":\"k-%d\",%s", number, calls > 1 ? "\"calls\":[" : "");
		for (unsigned int call = 0; call < calls; call++) {
			bool is_offset = call == 0 ? one_in(3) : one_in(30);
			unsigned int offset = is_offset ? below(one_in(6) ? 20000 : 4096) : 0;
			unsigned long room = (unsigned long)counts[call] * PAGE_SIZE, size = room > offset ? room - offset : 1;

			// Callers mostly give what is in the pages; the last page need not be full, and some give too much or too little.
			if (call == calls - 1 && one_in(2))
				size -= below(min(size, PAGE_SIZE));
			else if (one_in(10))
				size = 1 + below(2 * room);
			printf("%s%s,\"offset\":%u,\"size\":%lu,\"max_segment\":%u", calls > 1 ? call ? ",{" : "{" : "", text[call], offset, size, max_segment);
			if (answer == 0)
				answer = sg_alloc_append_table_from_pages(&table, pages[call], counts[call], offset, size, max_segment, left[call], GFP_KERNEL);
			if (calls > 1)
				printf(",\"left_pages\":%u,\"nents_after\":%u}", left[call], table.sgt.nents);
			free(text[call]);
		}
		fputs(calls > 1 ? "],\"expect\":" : ",\"expect\":", stdout);
		if (answer != 0) {
			puts("{\"errno\":\"EINVAL\"}}");
			continue;
		}
		printf("{\"nents\":%u,\"segments\":[", table.sgt.nents);
		entry = table.sgt.sgl;
		for (unsigned int i = 0; i < table.sgt.nents; i++, entry = sg_next(entry))
			printf("%s[%lu,%u,%u]", i ? "," : "", page_to_pfn(sg_page(entry)), entry->offset, entry->length);
		puts("]}}");
	}
}
