/*
 * scenarios/gpu-and-display.yaml, written by hand from docs/semantics.md: one buffer under the default policy, a GPU that takes any
 * list, and a display that takes one segment. The first map allocates: one range when the display is attached, else scattered pages.
 * An importer that comes after that and cannot use the pages is refused with EBUSY; what it then cannot do is skipped.
 *
 * Importers never end, so that a final state is reached in one way only; the monitor prints each once:
 *   spin -a FILE && gcc -DNOREDUCE -DPRINTF -o pan pan.c && ./pan -n
 */
mtype = { none, contiguous, scattered }

/* Answers: the kernel's numbers, and one for a step that is not tried. */
#define OK 0
#define EBUSY 16
#define SKIPPED 255

mtype storage = none;
bool attached[2];
byte mapped[2];
byte answer[8];
byte done;

#define GPU 0
#define DISPLAY 1
#define ANSWER(who, step) answer[(who) * 4 + (step)]

/* The display needs one range; pages that were allocated without it stay as they are. */
#define USABLE(who) ((who) == GPU || storage != scattered)

inline attach(who, step) {
  atomic {
    if
    :: USABLE(who) -> attached[who] = true; ANSWER(who, step) = OK
    :: else -> ANSWER(who, step) = EBUSY
    fi
  }
}

inline map(who, step) {
  atomic {
    if
    :: !attached[who] -> ANSWER(who, step) = SKIPPED
    :: else ->
      if
      :: storage == none && attached[DISPLAY] -> storage = contiguous
      :: storage == none && !attached[DISPLAY] -> storage = scattered
      :: else
      fi;
      mapped[who]++;
      ANSWER(who, step) = OK
    fi
  }
}

inline unmap(who, step) {
  atomic {
    if
    :: mapped[who] > 0 -> mapped[who]--; ANSWER(who, step) = OK
    :: else -> ANSWER(who, step) = SKIPPED
    fi
  }
}

inline detach(who, step) {
  atomic {
    if
    :: !attached[who] -> ANSWER(who, step) = SKIPPED
    :: attached[who] && mapped[who] > 0 -> ANSWER(who, step) = EBUSY
    :: else -> attached[who] = false; ANSWER(who, step) = OK
    fi;
    done++
  }
}

active proctype gpu() {
  attach(GPU, 0);
  map(GPU, 1);
  unmap(GPU, 2);
  detach(GPU, 3);
end_stay:
  false
}

active proctype display() {
  attach(DISPLAY, 0);
  map(DISPLAY, 1);
  unmap(DISPLAY, 2);
  detach(DISPLAY, 3);
end_stay:
  false
}

active proctype monitor() {
end_wait:
  atomic {
    done == 2 ->
    printf("outcome: gpu %d %d %d %d display %d %d %d %d\n",
      answer[0], answer[1], answer[2], answer[3], answer[4], answer[5], answer[6], answer[7])
  };
end_stay:
  false
}
