// SPDX-License-Identifier: MIT
/*
 * The life of an attempt as a table: what advance() of contract/stage.h says, compared with a file.
 * Usage: stage FILE; with --write, the file is written instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/stage.h"

static const char *const stages[STAGE_END] = {
	[STAGE_NONE] = "none",
	[STAGE_ENDED] = "ended",
	[STAGE_BEFORE] = "before",
	[STAGE_PENDING] = "pending",
	[STAGE_CLOSED_IN_CALL] = "closed_in_call",
	[STAGE_ESTABLISHED] = "established",
};

static const char *const evidences[EVIDENCE_END] = {
	[EVIDENCE_FOUND] = "found",
	[EVIDENCE_FOUND_OPEN] = "found_open",
	[EVIDENCE_BEGUN] = "begun",
	[EVIDENCE_SYN_AGAIN] = "syn_again",
	[EVIDENCE_ESTABLISHED] = "established",
	[EVIDENCE_CLOSED] = "closed",
	[EVIDENCE_CLOSED_IN_CALL] = "closed_in_call",
	[EVIDENCE_ENDED] = "ended",
	[EVIDENCE_RETURNED_PENDING] = "returned_pending",
	[EVIDENCE_RETURNED_CLOSED] = "returned_closed",
	[EVIDENCE_RETURNED_OPEN] = "returned_open",
	[EVIDENCE_CALL_LOST] = "call_lost",
	[EVIDENCE_GONE] = "gone",
};

/* By bit. */
static const char *const actions[] = {"missed", "recovered", "unmatched",   "connect", "deferred",
				      "retry",	"untimed",   "established", "result",  "close"};

_Static_assert(1 << (sizeof(actions) / sizeof(actions[0])) == ACTION_END,
	       "every action has a name");

static void put_step(FILE *out, struct step step)
{
	fprintf(out, "-> %s", stages[step.next]);
	for (size_t bit = 0; 1u << bit < ACTION_END; bit++)
		if (step.actions & 1u << bit)
			fprintf(out, " +%s", actions[bit]);
}

/* What a filter that wants no result so soon makes of it, if anything. */
static void put_withheld(FILE *out, struct step step, int perhaps_later, const char *word)
{
	struct step withheld = step_withheld(step, perhaps_later);

	if (withheld.next == step.next && withheld.actions == step.actions)
		return;
	fprintf(out, "; %s: ", word);
	put_step(out, withheld);
}

static void put_table(FILE *out)
{
	fprintf(out, "# Made by tests/golden/stage.c: stage, evidence -> next stage, actions.\n");
	for (enum stage stage = 0; stage < STAGE_END; stage++) {
		fprintf(out, "\n%s\n", stages[stage]);
		for (enum evidence evidence = 0; evidence < EVIDENCE_END; evidence++) {
			struct step step = advance(stage, evidence);

			fprintf(out, "    %-17s", evidences[evidence]);
			put_step(out, step);
			put_withheld(out, step, 0, "too soon");
			put_withheld(out, step, 1, "perhaps too soon");
			fputc('\n', out);
		}
	}
}

static char *read_all(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 65536);

	if (!file || !text) {
		perror(path);
		exit(1);
	}
	text[fread(text, 1, 65535, file)] = '\0';
	fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	char *table = NULL, *wanted;
	size_t size = 0;
	FILE *out;
	int same;

	if (argc == 3 && !strcmp(argv[1], "--write")) {
		out = fopen(argv[2], "w");
		if (!out)
			return 1;
		put_table(out);
		return fclose(out) ? 1 : 0;
	}
	if (argc != 2) {
		fprintf(stderr, "usage: stage [--write] FILE\n");
		return 2;
	}
	out = open_memstream(&table, &size);
	put_table(out);
	fclose(out);
	wanted = read_all(argv[1]);
	same = !strcmp(table, wanted);
	if (!same)
		printf("%s is not what advance() says, which is:\n%s", argv[1], table);
	free(wanted);
	free(table);
	return same ? 0 : 1;
}
