// Random operations and what was answered to each, printed as one line of JSON for each sequence (tests/vectors/README.md has the formats).
#define OPS_MAX 1000

static u64 random_state;
static FILE *head, *ops, *answers;
static char *head_text, *ops_text, *answers_text;
static size_t head_length, ops_length, answers_length;
static int op_count, held[OPS_MAX], held_count;

// xorshift64*
static u64 below(u64 limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545F4914F6CDD1DULL >> 11) % limit;
}

static bool one_in(u64 count)
{
	return below(count) == 0;
}

static void begin_sequence(void)
{
	head = open_memstream(&head_text, &head_length);
	ops = open_memstream(&ops_text, &ops_length);
	answers = open_memstream(&answers_text, &answers_length);
	op_count = held_count = 0;
}

// The number of the next operation, of which printing has begun.
static int begin_op(void)
{
	fputs(op_count ? "," : "", ops);
	fputs(op_count ? "," : "", answers);
	return op_count++;
}

static void keep(int op)
{
	held[held_count++] = op;
}

// An operation whose result is held, taken off what is held; mostly any, else the last one.
static int take_held(void)
{
	int at = one_in(4) ? held_count - 1 : (int)below(held_count);
	int op = held[at];

	held[at] = held[--held_count];
	return op;
}

// Whether the next operation gives something back.
static bool gives_back(u64 tenths)
{
	return held_count != 0 && below(10) < tenths;
}

static void end_sequence(int number, bool is_printed)
{
	fclose(head);
	fclose(ops);
	fclose(answers);
	if (is_printed)
		printf("{\"id\":\"k-%d\",%s,\"ops\":[%s],\"expect\":[%s]}\n", number, head_text, ops_text, answers_text);
	free(head_text);
	free(ops_text);
	free(answers_text);
}

// The arguments of each program: how many sequences, the seed.
static int sequences(char **arguments)
{
	random_state = strtoull(arguments[2], NULL, 10) * 0x9E3779B97F4A7C15ULL + 1;
	for (int i = 0; i < 20; i++)
		below(2);
	return atoi(arguments[1]);
}
