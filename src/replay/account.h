/* SPDX-License-Identifier: MIT */
/*
 * Whether a record is whole: by the numbers of its lines, by their times, and by what the recorder
 * has said in it of what it lost. Pure, but for its memory.
 */
#ifndef REPLAY_ACCOUNT_H
#define REPLAY_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "replay/parse.h"

/* Of a boot id, as the kernel has them; a longer one is cut off. */
#define ACCOUNT_BOOT_SIZE 65

enum flaw_kind {
	FLAW_HOLE,    /* numbers that no line has, and of which none says that it has left */
	FLAW_SILENCE, /* no line for longer than two heartbeats, while a recorder ran */
	FLAW_CUT,     /* the recorder's last line lacks, and none was started since */
};

struct flaw {
	enum flaw_kind kind;
	size_t boot;		      /* account_boot() */
	uint64_t first_seq, last_seq; /* FLAW_HOLE: what is missing. Else the line before; 0 */
	uint64_t from_ns, to_ns;      /* UTC of the lines before and behind it; 0: there is none */
};

struct account_sums {
	uint64_t boots, lines;
	uint64_t first_ns, last_ns; /* UTC of the first line, and of the last */
	uint64_t left;		    /* numbers that are missing, and were said to have left */
	uint64_t restarts;	    /* a recorder was started anew where one lacks its last line */
	uint64_t lost;		    /* events, as the recorder has counted them */
	uint64_t disordered;	    /* lines whose number is not above that before */
};

struct account;

int account_new(struct account **ret); /* 0 or -ENOMEM */
void account_free(struct account *account);

/*
 * The next line, of that boot; boots come one behind the other. notice: what it says, if it is one
 * in which the recorder speaks of itself; NULL: an event. Returns 0 or -ENOMEM.
 */
int account_line(struct account *account, const char *boot, uint64_t seq, uint64_t utc_ns,
		 const struct replay_line *notice);

/*
 * What is wrong with the lines so far. now_ns: UTC, a recorder runs, and may write another line at
 * any moment; 0: none does. *ret is the account's, valid until the next call. More lines may
 * follow. Returns 0 or -ENOMEM.
 */
int account_flaws(struct account *account, uint64_t now_ns, const struct flaw **ret, size_t *ret_n);

struct account_sums account_sums(const struct account *account);
const char *account_boot(const struct account *account, size_t boot);

#endif
