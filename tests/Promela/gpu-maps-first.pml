/*
 * scenarios/gpu-maps-first.yaml, written by hand from docs/semantics.md: the GPU attaches, maps, unmaps and detaches; the display, which
 * takes one segment, tries to attach twice, and nobody ends what it got. Pages that were allocated without it stay as they are, mapped
 * or not: EBUSY each time. What one attach was told does not keep the other from being tried.
 *
 * Importers never end, so that a final state is reached in one way only; the monitor prints each once:
 *   spin -a FILE && gcc -DNOREDUCE -DPRINTF -o pan pan.c && ./pan -n
 */
mtype = { none, contiguous, scattered }

#define OK 0
#define EBUSY 16

mtype storage = none;
bool gpu_attached;
byte gpu_mapped;
byte display_attached;
byte gpu_answer[4];
byte display_answer[2];
byte done;

active proctype gpu() {
  atomic { gpu_attached = true; gpu_answer[0] = OK };
  atomic {
    if
    :: display_attached > 0 -> storage = contiguous
    :: else -> storage = scattered
    fi;
    gpu_mapped++;
    gpu_answer[1] = OK
  };
  atomic { gpu_mapped--; gpu_answer[2] = OK };
  atomic { gpu_attached = false; gpu_answer[3] = OK; done++ };
end_stay:
  false
}

inline attach_display(step) {
  if
  :: storage == scattered -> display_answer[step] = EBUSY
  :: else -> display_attached++; display_answer[step] = OK
  fi
}

active proctype display() {
  atomic { attach_display(0) };
  atomic { attach_display(1); done++ };
end_stay:
  false
}

active proctype monitor() {
end_wait:
  atomic {
    done == 2 ->
    printf("outcome: gpu %d %d %d %d display %d %d\n",
      gpu_answer[0], gpu_answer[1], gpu_answer[2], gpu_answer[3], display_answer[0], display_answer[1])
  };
end_stay:
  false
}
