// Bounces of one pool (kernel/dma/swiotlb.c). The CPU is always the first.
#include "stand-ins.h"
#include "sequences.h"

#define IO_TLB_SHIFT 11
#define IO_TLB_SIZE (1 << IO_TLB_SHIFT)
#define IO_TLB_SEGSIZE 128
#define INVALID_PHYS_ADDR (~(phys_addr_t)0)

struct io_tlb_mem;
struct device {
	u64 boundary;
	unsigned int min_align_mask;
	struct io_tlb_mem *dma_io_tlb_mem;
};
enum dma_data_direction { DMA_BIDIRECTIONAL };

#define dma_get_seg_boundary(device) ((device)->boundary)
#define dma_get_min_align_mask(device) ((device)->min_align_mask)
#define dma_reset_need_sync nothing
#define phys_to_dma_unencrypted(device, address) (address)
#define cc_platform_has(what) false
#define inc_used_and_hiwater nothing
#define dec_used nothing
#define mem_used(pool) 0UL
#define swiotlb_bounce nothing
// There is no memory behind the pool: nothing is cleared.
#define memset(at, value, bytes) ((void)(at))

#include "kernel-swiotlb-types.h"

struct io_tlb_mem {
	struct io_tlb_pool defpool;
	unsigned long nslabs;
};

#include "kernel-swiotlb.h"
#undef memset

#define DEVICES_MAX 3

static size_t bytes_of(void)
{
	switch (below(4)) {
	case 0: return 1 + below(4096);
	case 1: return 1 + below(20000);
	case 2: return 1 + below(262144);
	default: return (1 + below(16)) * 4096 + 1 - below(3);
	}
}

int main(int count, char **arguments)
{
	for (int number = 0, all = sequences(arguments); number < all; number++) {
		struct io_tlb_mem memory = { 0 };
		struct io_tlb_pool *pool = &memory.defpool;
		struct device devices[DEVICES_MAX];
		phys_addr_t found[OPS_MAX], start = below(one_in(2) ? 1 << 12 : 1 << 28) * PAGE_SIZE;
		unsigned int areas = 1u << below(4), slots = areas == 1 && one_in(2) ? 1 + below(390) : areas * IO_TLB_SEGSIZE * (1 + below(3));
		unsigned int align_mask = one_in(4) ? (unsigned int[]){ 4095, 16383, 65535 }[below(3)] : 0;
		int device_count = 1 + below(DEVICES_MAX), used[OPS_MAX];
		u64 share = 1 + 2 * below(3);

		memory.nslabs = slots;
		pool->slots = calloc(slots + 2 * IO_TLB_SEGSIZE, sizeof(*pool->slots));
		pool->areas = calloc(areas, sizeof(*pool->areas));
		swiotlb_init_io_tlb_pool(pool, start, NULL, slots, false, areas);
		begin_sequence();
		fprintf(head, "\"start\":%lu,\"slots\":%u,\"areas\":%u,\"alloc_align_mask\":%u,\"devices\":[", start, slots, areas, align_mask);
		for (int i = 0; i < device_count; i++) {
			devices[i] = (struct device){
				.boundary = one_in(2) ? ~0ULL : DMA_BIT_MASK(11 + below(12)),
				.min_align_mask = one_in(2) ? 0 : one_in(2) ? 4095 : DMA_BIT_MASK(9 + below(9)), .dma_io_tlb_mem = &memory,
			};
			fprintf(head, "%s[%u,%lu]", i ? "," : "", devices[i].min_align_mask, devices[i].boundary == ~0ULL ? 0 : devices[i].boundary);
		}
		fputs("]", head);
		for (int left = 10 + below(70); left > 0; left--) {
			int op = begin_op();
			phys_addr_t original;
			size_t bytes;

			if (gives_back(share)) {
				op = take_held();
				fprintf(ops, "[\"unmap\",%d]", op);
				fputs("\"ok\"", answers);
				swiotlb_release_slots(&devices[used[op]], found[op], pool);
				continue;
			}

			used[op] = below(device_count);
			original = one_in(8) ? 0 : one_in(2) ? below(1 << 20) * PAGE_SIZE : below(1ULL << 32);
			bytes = bytes_of();
			fprintf(ops, "[\"map\",%d,%lu,%lu]", used[op], original, bytes);
			found[op] = swiotlb_tbl_map_single(&devices[used[op]], original, bytes, align_mask, DMA_BIDIRECTIONAL, 0);
			if (found[op] == (phys_addr_t)DMA_MAPPING_ERROR) {
				fputs("\"full\"", answers);
				continue;
			}
			fprintf(answers, "%lu", found[op]);
			keep(op);
		}
		end_sequence(number, true);
		free(pool->slots);
		free(pool->areas);
	}
}
