// Address ranges of one domain (drivers/iommu/iova.c), and whole lists mapped in it (drivers/iommu/dma-iommu.c). The third argument says which: iova or
// iommu_place.
#include "stand-ins.h"
#include "sequences.h"

// A granule is at most a page.
#undef PAGE_SIZE
#define PAGE_SIZE 65536UL

#include "kernel-rbtree.h"
#include "kernel-iova.h"

struct scatterlist {
	unsigned int offset, length;
	dma_addr_t dma_address;
	unsigned int dma_length;
};
struct iommu {
	bool pci_32bit_workaround;
};
struct iommu_dma_cookie {
	int type;
	struct iova_domain iovad;
	u64 msi_iova;
	void *fq_domain;
};
struct iommu_domain {
	struct iommu_dma_cookie *iova_cookie;
	struct {
		bool force_aperture;
		u64 aperture_end;
	} geometry;
};
struct device {
	u64 mask, boundary, bus_dma_limit;
	unsigned int max_segment;
	struct iommu *iommu;
	struct iommu_domain *domain;
};
struct iommu_iotlb_gather {
	bool queued;
};
struct pci_p2pdma_map_state {
	int unused;
};
enum pci_p2pdma_map_type { PCI_P2PDMA_MAP_BUS_ADDR, PCI_P2PDMA_MAP_THRU_HOST_BRIDGE };
enum dma_data_direction { DMA_BIDIRECTIONAL };

#define IOMMU_DMA_IOVA_COOKIE 0
#define IOMMU_DMA_MSI_COOKIE 1
#define for_each_sg(list, entry, count, i) for ((i) = 0, (entry) = (list); (i) < (count); (i)++, (entry)++)
#define sg_next(entry) ((entry) + 1)
#define sg_page(entry) NULL
#define sg_dma_address(entry) ((entry)->dma_address)
#define sg_dma_len(entry) ((entry)->dma_length)
#define sg_dma_is_bus_address(entry) false
#define sg_dma_mark_bus_address nothing
#define sg_dma_unmark_bus_address nothing
#define sg_dma_is_swiotlb(entry) false
#define is_pci_p2pdma_page(page) false
#define pci_p2pdma_map_segment(...) PCI_P2PDMA_MAP_BUS_ADDR
#define iommu_get_dma_domain(device) ((device)->domain)
#define dma_get_mask(device) ((device)->mask)
#define dma_get_seg_boundary(device) ((device)->boundary)
#define dma_get_max_seg_size(device) ((device)->max_segment)
#define dma_info_to_prot(...) 0
#define dev_is_dma_coherent(device) true
#define bits_per(value) 0
#define queue_iova nothing
#define iommu_iotlb_gather_init(gather) ((gather)->queued = false)
#define iommu_unmap_fast(domain, at, bytes, gather) (bytes)
#define iommu_iotlb_sync nothing
#define static_branch_unlikely(key) false
#define iommu_deferred_attach(...) 0
#define dev_use_sg_swiotlb(...) false
#define iommu_dma_map_sg_swiotlb(...) 0
#define iommu_dma_unmap_sg_swiotlb nothing
#define iommu_dma_sync_sg_for_device nothing
#define iommu_dma_sync_sg_for_cpu nothing

static ssize_t iommu_map_sg(struct iommu_domain *domain, dma_addr_t at, struct scatterlist *list, int count, int access, gfp_t flags)
{
	ssize_t bytes = 0;

	for (int i = 0; i < count; i++)
		bytes += list[i].length;
	return bytes;
}

static bool has_caches, is_odd;

// The kernel always has caches. Without them each range comes from the tree and goes back there. A size above the limit reads caches beyond the limit,
// which nobody should copy.
static unsigned long alloc_range(struct iova_domain *domain, unsigned long count, unsigned long limit, bool drains)
{
	unsigned long rounded = count < 32 ? roundup_pow_of_two(count) : count;
	struct iova *range;

	is_odd |= has_caches && rounded > limit + 1;
	if (has_caches)
		return alloc_iova_fast(domain, count, limit, drains);
	range = alloc_iova(domain, rounded, limit, true);
	return range ? range->pfn_lo : 0;
}

static void free_range(struct iova_domain *domain, unsigned long first, unsigned long count)
{
	if (has_caches)
		free_iova_fast(domain, first, count);
	else
		free_iova(domain, first);
}

#define alloc_iova_fast alloc_range
#define free_iova_fast free_range
#include "kernel-dma-iommu.h"

#define DEVICES_MAX 3
#define ENTRIES_MAX 12

static struct iommu_dma_cookie cookie;
static struct iommu_domain domain = { &cookie };
static struct iommu iommus[DEVICES_MAX];
static struct device devices[DEVICES_MAX];
static int device_count;
static struct scatterlist lists[OPS_MAX][ENTRIES_MAX];
static int list_counts[OPS_MAX], list_devices[OPS_MAX];
static unsigned long firsts[OPS_MAX], counts[OPS_MAX];

static u64 mask_of(void)
{
	switch (below(7)) {
	case 0: return DMA_BIT_MASK(32);
	case 1: return DMA_BIT_MASK(64);
	case 2: return DMA_BIT_MASK(20 + below(20));
	case 3: return DMA_BIT_MASK(32) + below(1 << 24) - below(1 << 24);
	case 4: return DMA_BIT_MASK(36);
	case 5: return DMA_BIT_MASK(33 + below(16)) - below(1 << 20);
	default: return below(1ULL << 34) + (1 << 20);
	}
}

static unsigned long granules_of(u64 style)
{
	switch (one_in(20) ? 4 : style) {
	case 0: return 1 + below(4);
	case 1: return 1 + below(40);
	case 2: return 1 + below(300);
	case 3: return 1UL << below(9);
	default: return 1 + below(1UL << below(14));
	}
}

static unsigned int bytes_of(u64 style)
{
	switch (style) {
	case 0: return 4096 * (1 + below(64));
	case 1: return 1 + below(70000);
	case 2: return 4096u << below(9);
	default: return 1 + below(20000);
	}
}

// A window of a few granules, of some thousands, or none; also across the line at 4 GiB.
static void begin_domain(bool is_place)
{
	unsigned long granule = (unsigned long[]){ 4096, 4096, 16384, 65536 }[below(4)], start = one_in(3) ? 1 + below(1 << 16) : 1;
	unsigned long line = (1UL << 32) / granule, end;
	u64 room = below(3);

	if (room != 2 && one_in(4)) {
		start = line - 1 - below(200);
		end = line + 1 + below(300);
	} else {
		end = start + (room == 0 ? 8 + below(300) : 300 + below(5000));
	}
	has_caches = one_in(2);
	is_odd = false;
	memset(&cookie, 0, sizeof(cookie));
	init_iova_domain(&cookie.iovad, granule, start);
	if (has_caches)
		iova_domain_init_rcaches(&cookie.iovad);
	fprintf(head, "\"granule\":%lu,\"start_pfn\":%lu,\"rcache\":%s,\"devices\":[", granule, start, has_caches ? "true" : "false");
	device_count = 1 + below(DEVICES_MAX);
	for (int i = 0; i < device_count; i++) {
		u64 mask = room == 2 ? mask_of() : end * granule - 1 - (one_in(3) ? below((end - start) * granule) : 0);
		unsigned int max_segment = one_in(2) ? 65536 : (4096u << below(12)) - (one_in(6) ? below(4096) : 0);

		iommus[i].pci_32bit_workaround = one_in(2);
		devices[i] = (struct device){
			.mask = max(mask, (start + 2) * granule - 1), .boundary = one_in(2) ? DMA_BIT_MASK(64) : DMA_BIT_MASK(16 + below(17)),
			.max_segment = max_segment, .iommu = &iommus[i], .domain = &domain,
		};
		fprintf(head, "%s[%s,%lu", i ? "," : "", iommus[i].pci_32bit_workaround ? "true" : "false", devices[i].mask);
		if (is_place)
			fprintf(head, ",%u,%lu", max_segment, devices[i].boundary);
		fputs("]", head);
	}
	fputs("]", head);
	if (is_place)
		return;
	fputs(",\"reserved\":[", head);
	for (unsigned long i = 0, first = start + below(40), all = one_in(4) ? 1 + below(3) : 0; i < all; i++) {
		unsigned long last = first + below(40);

		reserve_iova(&cookie.iovad, first, last);
		fprintf(head, "%s[%lu,%lu]", i ? "," : "", first, last);
		first = last + 2 + below(60);
	}
	fputs("]", head);
}

static void alloc(int op, int device, u64 style)
{
	unsigned long granule = cookie.iovad.granule;

	counts[op] = granules_of(style);
	fprintf(ops, "[\"alloc\",%d,%lu]", device, counts[op]);
	firsts[op] = iommu_dma_alloc_iova(&domain, counts[op] * granule, devices[device].mask, &devices[device]) / granule;
	if (firsts[op] == 0) {
		fputs("\"ENOMEM\"", answers);
		return;
	}
	fprintf(answers, "%lu", firsts[op]);
	keep(op);
}

static void map(int op, int device, u64 style)
{
	int count = 1 + below(one_in(3) ? ENTRIES_MAX - 1 : 3), mapped;
	struct scatterlist *list = lists[op];

	fprintf(ops, "[\"map\",%d,[", device);
	for (int i = 0; i < count; i++) {
		list[i] = (struct scatterlist){ one_in(3) ? below(cookie.iovad.granule) : 0, bytes_of(style) };
		fprintf(ops, "%s[%u,%u]", i ? "," : "", list[i].offset, list[i].length);
	}
	fputs("]]", ops);
	list_counts[op] = count;
	list_devices[op] = device;
	mapped = iommu_dma_map_sg(&devices[device], list, count, DMA_BIDIRECTIONAL, 0);
	if (mapped < 0) {
		fputs(mapped == -ENOMEM ? "\"ENOMEM\"" : "\"EINVAL\"", answers);
		return;
	}
	fputs("[", answers);
	for (int i = 0; i < mapped; i++) {
		fprintf(answers, "%s[%lu,%u]", i ? "," : "", list[i].dma_address, list[i].dma_length);
		// A list that ends at 2^64 is never freed: its end is 0 there, which nobody should copy.
		is_odd |= list[i].dma_address + list[i].dma_length == 0;
	}
	fputs("]", answers);
	keep(op);
}

int main(int count, char **arguments)
{
	bool is_place = strcmp(arguments[3], "iommu_place") == 0;

	iova_cache_get();
	for (int number = 0, all = sequences(arguments); number < all; number++) {
		u64 style = below(5), share = 0;
		// In long sequences whole stores of caches fill and drain.
		bool is_long;
		int length;

		begin_sequence();
		begin_domain(is_place);
		is_long = has_caches && one_in(10);
		length = is_long ? 600 + below(OPS_MAX - 600) : 10 + below(120);
		while (op_count < length) {
			int op = begin_op();

			if (op % 40 == 0)
				share = (u64[]){ 1, 3, 5, 8 }[below(4)];
			if (!gives_back(is_long ? op / 130 % 2 * 9 : share)) {
				(is_place ? map : alloc)(op, below(device_count), style);
				continue;
			}
			op = take_held();
			fprintf(ops, "[\"%s\",%d]", is_place ? "unmap" : "free", op);
			fputs("\"ok\"", answers);
			if (is_place)
				iommu_dma_unmap_sg(&devices[list_devices[op]], lists[op], list_counts[op], DMA_BIDIRECTIONAL, 0);
			else
				free_range(&cookie.iovad, firsts[op], counts[op]);
		}
		end_sequence(number, !is_odd);
	}
}
