// What kernel functions need around them in a user's program: types, macros, and locks, per-CPU data and notices that do nothing. One CPU.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint64_t phys_addr_t;
typedef uint64_t dma_addr_t;
typedef unsigned int gfp_t;
typedef int spinlock_t;

struct list_head {
	struct list_head *next, *prev;
};
struct hlist_node {
	void *next;
};
struct rcu_head {
	void *next;
};
struct mutex {
	int unused;
};
struct work_struct {
	int unused;
};
struct delayed_work {
	struct work_struct work;
};

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096UL
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
#define DMA_BIT_MASK(bits) ((bits) == 64 ? ~0ULL : (1ULL << (bits)) - 1)
#define DMA_ATTR_NO_WARN 1
#define DMA_ATTR_SKIP_CPU_SYNC 2
#define GFP_KERNEL 0
#define GFP_ATOMIC 0
#define __GFP_NOWARN 0

#define ALIGN(value, to) (((value) + ((__typeof__(value))(to) - 1)) & ~((__typeof__(value))(to) - 1))
#define ALIGN_DOWN(value, to) ((value) & ~((__typeof__(value))(to) - 1))
#define __ALIGN_MASK(value, mask) (((value) + (mask)) & ~(mask))
#define DIV_ROUND_UP(value, by) (((value) + (by) - 1) / (by))
#define min(one, other) ({ __auto_type one_ = (one); __auto_type other_ = (other); one_ < other_ ? one_ : other_; })
#define max(one, other) ({ __auto_type one_ = (one); __auto_type other_ = (other); one_ > other_ ? one_ : other_; })
#define min_not_zero(one, other) \
	({ __auto_type one_ = (one); __auto_type other_ = (other); one_ == 0 || (other_ != 0 && other_ < one_) ? other_ : one_; })
#define swap(one, other) do { __auto_type kept_ = (one); (one) = (other); (other) = kept_; } while (0)
#define container_of(at, type, member) ((type *)((char *)(at) - offsetof(type, member)))
#define check_add_overflow(one, other, sum) __builtin_add_overflow(one, other, sum)
#define overflows_type(value, of) ((u64)(value) != (u64)(__typeof__(of))(value))
#define __ffs(value) __builtin_ctzl(value)
#define fls_long(value) ((value) ? 64 - __builtin_clzl(value) : 0)
#define order_base_2(value) ((value) > 1 ? 64 - __builtin_clzl((value) - 1) : 0)
#define roundup_pow_of_two(value) (1UL << order_base_2((unsigned long)(value)))
#define is_power_of_2(value) ((value) != 0 && ((value) & ((value) - 1)) == 0)

#define likely(condition) (condition)
#define unlikely(condition) (condition)
#define READ_ONCE(value) (value)
#define WRITE_ONCE(value, to) ((value) = (to))
#define rcu_assign_pointer(at, to) ((at) = (to))
#define __rcu
#define __percpu
#define __always_inline inline
#define BUG_ON(condition) assert(!(condition))
#define WARN_ON(condition) ({ bool warns_ = (condition); assert(!warns_); warns_; })
#define WARN_ON_ONCE(condition) WARN_ON(condition)
#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_BUG_ON_PAGE(condition, page) BUG_ON(condition)

#define EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_GPL(name)
#define MODULE_AUTHOR(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_LICENSE(text)

#define nothing(...) ((void)0)
#define spin_lock_init nothing
#define spin_lock nothing
#define spin_unlock nothing
#define assert_spin_locked nothing
#define spin_lock_irqsave(lock, flags) ((void)((flags) = 0))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags))
#define DEFINE_MUTEX(name) struct mutex name
#define mutex_lock nothing
#define mutex_unlock nothing
#define pr_err nothing
#define pr_warn_once nothing
#define dev_notice nothing
#define dev_warn_once nothing
#define dev_warn_ratelimited nothing
#define dev_WARN_ONCE nothing
#define kmemleak_transient_leak nothing

#define raw_smp_processor_id() 0
#define num_online_cpus() 1
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define per_cpu_ptr(at, cpu) (at)
#define raw_cpu_ptr(at) (at)
#define __alloc_percpu(bytes, alignment) calloc(1, bytes)
#define free_percpu free
#define cache_line_size() 64
#define cpuhp_state_add_instance_nocalls(...) 0
#define cpuhp_state_remove_instance_nocalls nothing
#define cpuhp_setup_state_multi(state, name, starts, ends) ((void)(ends), 0)
#define cpuhp_remove_multi_state nothing
#define hlist_entry_safe container_of
#define INIT_DELAYED_WORK(work, function) ((void)(function))
#define schedule_delayed_work nothing
#define cancel_delayed_work_sync nothing
#define msecs_to_jiffies(milliseconds) (milliseconds)

struct kmem_cache {
	size_t bytes;
};
static inline struct kmem_cache *cache_of(size_t bytes)
{
	struct kmem_cache *cache = malloc(sizeof(*cache));

	cache->bytes = bytes;
	return cache;
}
#define SLAB_HWCACHE_ALIGN 0
#define kmem_cache_create(name, bytes, ...) cache_of(bytes)
#define kmem_cache_destroy free
#define kmem_cache_alloc(cache, flags) malloc((cache)->bytes)
#define kmem_cache_zalloc(cache, flags) calloc(1, (cache)->bytes)
#define kmem_cache_free(cache, at) free(at)
#define kcalloc(count, bytes, flags) calloc(count, bytes)
#define kfree free
