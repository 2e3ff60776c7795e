// Blocks of one zone, from the free lists of mm/page_alloc.c. One migrate type; no lists of a CPU, no guard pages, no shuffling.
#include "stand-ins.h"
#include "sequences.h"

#define MAX_PAGE_ORDER 10
#define NR_PAGE_ORDERS (MAX_PAGE_ORDER + 1)
#define MIGRATE_PCPTYPES 3
#define FPI_NONE 0
#define FPI_SKIP_REPORT_NOTIFY 1
#define FPI_TO_TAIL 2
#define SPAN_PAGES 65536

typedef int fpi_t;
struct page {
	struct list_head lru;
	unsigned int order;
	unsigned long flags;
	bool is_buddy;
};
struct free_area {
	struct list_head list;
};
struct zone {
	struct free_area free_area[NR_PAGE_ORDERS];
};

#define PAGE_FLAGS_CHECK_AT_PREP 0
#define pageblock_order 9
#define task_capc(zone) NULL
#define zone_is_initialized(zone) true
#define bad_range(zone, page) false
#define account_freepages nothing
#define compaction_capture(...) false
#define get_pfnblock_migratetype(...) 0
#define migratetype_is_mergeable(type) true
#define page_is_guard(page) false
#define clear_page_guard nothing
#define set_page_guard(...) false
#define change_pageblock_range nothing
#define is_shuffle_order(order) false
#define shuffle_pick_tail() false
#define page_reporting_notify_free nothing
#define trace_mm_page_alloc_zone_locked nothing
#define pcp_allowed_order(order) false

static void set_buddy_order(struct page *page, unsigned int order)
{
	page->order = order;
	page->is_buddy = true;
}

static void __add_to_free_list(struct page *page, struct zone *zone, unsigned int order, int type, bool to_tail)
{
	struct list_head *list = &zone->free_area[order].list;
	struct list_head *after = to_tail ? list->prev : list;

	page->lru.prev = after;
	page->lru.next = after->next;
	after->next->prev = &page->lru;
	after->next = &page->lru;
}

static void __del_page_from_free_list(struct page *page, struct zone *zone, unsigned int order, int type)
{
	page->lru.prev->next = page->lru.next;
	page->lru.next->prev = page->lru.prev;
	page->is_buddy = false;
}

static struct page *get_page_from_free_area(struct free_area *area, int type)
{
	return area->list.next == &area->list ? NULL : container_of(area->list.next, struct page, lru);
}

static struct page *find_buddy_page_pfn(struct page *page, unsigned long pfn, unsigned int order, unsigned long *buddy_pfn)
{
	unsigned long found = pfn ^ (1UL << order);
	struct page *buddy = page + (found - pfn);

	if (buddy_pfn)
		*buddy_pfn = found;
	return buddy->is_buddy && buddy->order == order ? buddy : NULL;
}

#include "kernel-buddy.h"

// With a block of the highest order at either side, at whose pages a search for a neighbour may look.
static struct page map[SPAN_PAGES + (2 << MAX_PAGE_ORDER)];

static void free_at_boot(struct page *first, unsigned long base, struct zone *zone, unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		unsigned int order = MAX_PAGE_ORDER;

		while ((pfn & ((1UL << order) - 1)) || pfn + (1UL << order) > end)
			order--;
		__free_one_page(first + (pfn - base), pfn, zone, order, 0, FPI_TO_TAIL);
		pfn += 1UL << order;
	}
}

static unsigned int order_of(u64 style)
{
	switch (style) {
	case 0: return below(3);
	case 1: return below(NR_PAGE_ORDERS);
	default: return 7 + below(4);
	}
}

int main(int count, char **arguments)
{
	for (int number = 0, all = sequences(arguments); number < all; number++) {
		unsigned long pfn[OPS_MAX], base = (1 + below(4096)) << MAX_PAGE_ORDER, at = base + (one_in(2) ? below(1024) : 0);
		unsigned int order[OPS_MAX];
		struct page *first = map + (1 << MAX_PAGE_ORDER);
		struct zone zone;
		u64 style = below(3), share = 1 + 2 * below(3), ranges = one_in(3) ? 1 : 1 + below(8);

		memset(map, 0, sizeof(map));
		for (int i = 0; i < NR_PAGE_ORDERS; i++)
			zone.free_area[i].list = (struct list_head){ &zone.free_area[i].list, &zone.free_area[i].list };
		begin_sequence();
		fputs("\"free\":[", head);
		for (u64 range = 0; range < ranges; range++) {
			unsigned long pages = 1 + below(one_in(3) ? 64 : 4000);

			fprintf(head, "%s[%lu,%lu]", range ? "," : "", at, pages);
			free_at_boot(first, base, &zone, at, at + pages);
			at += pages + 1 + below(500);
		}
		fputs("]", head);
		for (int left = 10 + below(120); left > 0; left--) {
			int op = begin_op();
			struct page *page;

			if (gives_back(share)) {
				int freed = take_held();

				fprintf(ops, "[\"free\",%d]", freed);
				fputs("\"ok\"", answers);
				__free_one_page(first + (pfn[freed] - base), pfn[freed], &zone, order[freed], 0, FPI_NONE);
				continue;
			}

			order[op] = order_of(style);
			fprintf(ops, "[\"alloc\",%u]", order[op]);
			page = __rmqueue_smallest(&zone, order[op], 0);
			if (!page) {
				fputs("\"ENOMEM\"", answers);
				continue;
			}

			pfn[op] = base + (page - first);
			fprintf(answers, "%lu", pfn[op]);
			keep(op);
		}
		end_sequence(number, true);
	}
}
