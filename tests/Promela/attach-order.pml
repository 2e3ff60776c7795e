/*
 * scenarios/attach-order.yaml, written by hand from docs/semantics.md: a GPU that takes any list and a display that takes one segment
 * attach to two buffers and map both. The buffers share nothing but memory, of which there is plenty.
 *
 * The first map of a buffer allocates: one range when the display is attached, else scattered pages. After that the display is refused
 * with EBUSY, and its map is skipped.
 *
 * Importers never end, so that a final state is reached in one way only; the monitor prints each once:
 *   spin -a FILE && gcc -DNOREDUCE -DPRINTF -o pan pan.c && ./pan -n
 */
#define NONE 0
#define CONTIGUOUS 1
#define SCATTERED 2

#define OK 0
#define EBUSY 16
#define SKIPPED 255

byte storage[2];
bool display_attached[2];
bool gpu_attached[2];
bool gpu_mapped[2];
bool display_mapped[2];
byte gpu_answer[4];
byte display_answer[4];
byte done;

inline allocate(buffer) {
  if
  :: storage[buffer] != NONE
  :: storage[buffer] == NONE && display_attached[buffer] -> storage[buffer] = CONTIGUOUS
  :: storage[buffer] == NONE && !display_attached[buffer] -> storage[buffer] = SCATTERED
  fi
}

inline attach_display(buffer, step) {
  if
  :: storage[buffer] == SCATTERED -> display_answer[step] = EBUSY
  :: else -> display_attached[buffer] = true; display_answer[step] = OK
  fi
}

inline map_display(buffer, step) {
  if
  :: display_attached[buffer] ->
    allocate(buffer);
    display_mapped[buffer] = true;
    display_answer[step] = OK
  :: else -> display_answer[step] = SKIPPED
  fi
}

active proctype gpu() {
  atomic { gpu_attached[0] = true; gpu_answer[0] = OK };
  atomic { gpu_attached[1] = true; gpu_answer[1] = OK };
  atomic { allocate(0); gpu_mapped[0] = true; gpu_answer[2] = OK };
  atomic { allocate(1); gpu_mapped[1] = true; gpu_answer[3] = OK; done++ };
end_stay:
  false
}

active proctype display() {
  atomic { attach_display(0, 0) };
  atomic { attach_display(1, 1) };
  atomic { map_display(0, 2) };
  atomic { map_display(1, 3); done++ };
end_stay:
  false
}

active proctype monitor() {
end_wait:
  atomic {
    done == 2 ->
    printf("outcome: gpu %d %d %d %d display %d %d %d %d\n",
      gpu_answer[0], gpu_answer[1], gpu_answer[2], gpu_answer[3],
      display_answer[0], display_answer[1], display_answer[2], display_answer[3])
  };
end_stay:
  false
}
