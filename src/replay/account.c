// SPDX-License-Identifier: MIT
#include "replay/account.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/vector.h"

struct boot {
	char id[ACCOUNT_BOOT_SIZE];
};

/* Lines of a boot that have left, as one of them says. */
struct left {
	char boot[ACCOUNT_BOOT_SIZE];
	uint64_t first_seq, last_seq;
};

struct account {
	struct vector boots; /* struct boot, in the order in which they came */
	struct vector holes; /* struct flaw: whether they have left is known at the end */
	struct vector left;  /* struct left */
	struct vector told;  /* struct flaw: silences */
	struct vector flaws; /* struct flaw: what account_flaws() found */
	struct account_sums sums;

	/* Of the last line: */
	uint64_t seq, utc_ns;

	/* Of the recorder that wrote it: */
	bool runs;	       /* it has not said that it ends */
	uint64_t heartbeat_ns; /* how often it gives a sign of life; 0: not that is known */
	uint64_t begin_ns;     /* UTC since when it observes; 0: it is not known */
	uint64_t resumed_ns;   /* UTC of its start, as long as older events come; 0: none do */
	uint64_t lost;	       /* events, as it, or what it goes on with, has said last */
	struct flaw silence;   /* that may be the clock's, which was set; kind FLAW_SILENCE */
	uint64_t silence_ns;   /* its length; 0: there is none */
};

int account_new(struct account **ret)
{
	struct account *account = calloc(1, sizeof(*account));

	if (!account)
		return -ENOMEM;
	*ret = account;
	return 0;
}

void account_free(struct account *account)
{
	if (!account)
		return;
	vector_free(&account->boots);
	vector_free(&account->holes);
	vector_free(&account->left);
	vector_free(&account->told);
	vector_free(&account->flaws);
	free(account);
}

const char *account_boot(const struct account *account, size_t boot)
{
	return ((const struct boot *)account->boots.items)[boot].id;
}

static struct flaw flaw_here(const struct account *account, enum flaw_kind kind)
{
	return (struct flaw){
		.kind = kind,
		.boot = account->boots.n - 1,
		.first_seq = account->seq,
		.last_seq = account->seq,
		.from_ns = account->utc_ns,
	};
}

/* What follows cannot tell any more whether the clock was set. */
static int settle_silence(struct account *account)
{
	uint64_t silence_ns = account->silence_ns;

	account->silence_ns = 0;
	if (silence_ns <= 2 * account->heartbeat_ns)
		return 0;
	return vector_push(&account->told, &account->silence, sizeof(account->silence));
}

/*
 * Who goes on with what was pinned begins with events that came while nobody recorded: with their
 * times, which are no silence of the recorder's.
 */
static int note_silence(struct account *account, uint64_t utc_ns)
{
	uint64_t from_ns =
		account->resumed_ns > account->utc_ns ? account->resumed_ns : account->utc_ns;
	int err;

	if (utc_ns >= account->resumed_ns)
		account->resumed_ns = 0;
	if (!account->runs || !account->heartbeat_ns || utc_ns <= from_ns ||
	    utc_ns - from_ns <= 2 * account->heartbeat_ns)
		return 0;
	err = settle_silence(account);
	account->silence = flaw_here(account, FLAW_SILENCE);
	account->silence.from_ns = from_ns;
	account->silence.to_ns = utc_ns;
	account->silence_ns = utc_ns - from_ns;
	return err;
}

/* The recorder has begun when it has begun: if that has moved, the clock was set. */
static int note_clock(struct account *account, uint64_t begin_ns)
{
	uint64_t moved_ns = 0;

	if (account->begin_ns && begin_ns > account->begin_ns)
		moved_ns = begin_ns - account->begin_ns;
	account->begin_ns = begin_ns;
	account->silence_ns -= moved_ns < account->silence_ns ? moved_ns : account->silence_ns;
	return settle_silence(account);
}

/* Another recorder speaks, or none does any more. */
static int end_run(struct account *account)
{
	int err = settle_silence(account);

	account->runs = false;
	account->heartbeat_ns = account->begin_ns = account->resumed_ns = 0;
	return err;
}

/* What is lost from now on is counted from 0. */
static void end_counters(struct account *account)
{
	account->sums.lost += account->lost;
	account->lost = 0;
}

static int note_left(struct account *account, const struct replay_line *notice)
{
	struct left left = {.first_seq = notice->dropped_first, .last_seq = notice->dropped_last};

	if (!notice->dropped_boot || !left.first_seq || left.last_seq < left.first_seq)
		return 0;
	snprintf(left.boot, sizeof(left.boot), "%s", notice->dropped_boot);
	return vector_push(&account->left, &left, sizeof(left));
}

static int note_start(struct account *account, const struct replay_line *notice)
{
	int err;

	account->sums.restarts += account->runs;
	err = end_run(account);
	if (notice->resumed)
		account->resumed_ns = notice->utc_ns;
	else
		end_counters(account);
	account->runs = true;
	account->heartbeat_ns = notice->heartbeat_ns;
	account->begin_ns = notice->observed_from_ns;
	return err;
}

static int note_notice(struct account *account, const struct replay_line *notice)
{
	int err = 0;

	switch (notice->kind) {
	case REPLAY_START:
		return note_start(account, notice);
	case REPLAY_LOSS:
		account->lost = notice->lost;
		return note_left(account, notice);
	case REPLAY_HEARTBEAT:
		err = note_clock(account, notice->observed_from_ns);
		account->heartbeat_ns = notice->heartbeat_ns;
		return err;
	case REPLAY_STOP:
		err = note_clock(account, notice->observed_from_ns);
		account->lost = notice->lost;
		return err ? err : end_run(account);
	default:
		return 0;
	}
}

static int note_boot(struct account *account, const char *id)
{
	struct boot boot = {{0}};

	snprintf(boot.id, sizeof(boot.id), "%s", id);
	if (account->boots.n && !strcmp(account_boot(account, account->boots.n - 1), boot.id))
		return 0;
	account->sums.restarts += account->runs;
	account->sums.boots++;
	if (end_run(account))
		return -ENOMEM;
	end_counters(account);
	account->seq = account->utc_ns = 0;
	return vector_push(&account->boots, &boot, sizeof(boot));
}

static int note_hole(struct account *account, uint64_t seq, uint64_t utc_ns)
{
	struct flaw hole = flaw_here(account, FLAW_HOLE);

	if (seq <= account->seq + 1)
		return 0;
	hole.first_seq = account->seq + 1;
	hole.last_seq = seq - 1;
	hole.to_ns = utc_ns;
	return vector_push(&account->holes, &hole, sizeof(hole));
}

int account_line(struct account *account, const char *boot, uint64_t seq, uint64_t utc_ns,
		 const struct replay_line *notice)
{
	bool starts = notice && notice->kind == REPLAY_START;
	bool stops = notice && notice->kind == REPLAY_STOP;
	int err = note_boot(account, boot);

	if (!err)
		err = note_hole(account, seq, utc_ns);
	/* It may take any time until another is started. */
	if (!err && account->utc_ns && !starts)
		err = note_silence(account, utc_ns);
	if (!err && notice)
		err = note_notice(account, notice);
	if (err)
		return err;
	account->runs = !stops; /* whether its start is there or has left */
	account->sums.lines++;
	account->sums.disordered += seq <= account->seq;
	if (!account->sums.first_ns)
		account->sums.first_ns = utc_ns;
	account->sums.last_ns = utc_ns;
	account->seq = seq;
	account->utc_ns = utc_ns;
	return 0;
}

static int compare_left(const void *a, const void *b)
{
	const struct left *one = a, *other = b;
	int order = strcmp(one->boot, other->boot);

	if (order)
		return order;
	return one->first_seq < other->first_seq ? -1 : one->first_seq > other->first_seq;
}

static int tell(struct account *account, const struct flaw *hole, uint64_t first, uint64_t last)
{
	struct flaw flaw = *hole;

	flaw.first_seq = first;
	flaw.last_seq = last;
	account->sums.left -= last - first + 1;
	return vector_push(&account->flaws, &flaw, sizeof(flaw));
}

/*
 * Tells what of a hole has not left. The oldest goes first, and what says so goes as well in its
 * turn: where the last line before a boot's first has left, so have all before it.
 */
static int tell_hole(struct account *account, const struct flaw *hole)
{
	const struct left *left = account->left.items;
	const char *boot = account_boot(account, hole->boot);
	uint64_t next = hole->first_seq;
	int err = 0;

	account->sums.left += hole->last_seq - hole->first_seq + 1;
	for (size_t i = 0; i < account->left.n && !err && next <= hole->last_seq; i++) {
		if (strcmp(left[i].boot, boot) != 0 || left[i].last_seq < next ||
		    left[i].first_seq > hole->last_seq)
			continue;
		if (left[i].first_seq > next && hole->from_ns)
			err = tell(account, hole, next, left[i].first_seq - 1);
		next = left[i].last_seq + 1;
	}
	if (!err && next <= hole->last_seq)
		err = tell(account, hole, next, hole->last_seq);
	return err;
}

static int compare_flaws(const void *a, const void *b)
{
	const struct flaw *one = a, *other = b;

	if (one->boot != other->boot)
		return one->boot < other->boot ? -1 : 1;
	if (one->first_seq != other->first_seq)
		return one->first_seq < other->first_seq ? -1 : 1;
	return (int)one->kind - (int)other->kind;
}

/* Where the lines end: a recorder that runs will say what is missing. */
static int tell_end(struct account *account, uint64_t now_ns)
{
	struct flaw end = flaw_here(account, now_ns ? FLAW_SILENCE : FLAW_CUT);

	if (!account->runs)
		return 0;
	if (now_ns && (!account->heartbeat_ns || now_ns < account->utc_ns ||
		       now_ns - account->utc_ns <= 2 * account->heartbeat_ns))
		return 0;
	end.to_ns = now_ns;
	return vector_push(&account->flaws, &end, sizeof(end));
}

int account_flaws(struct account *account, uint64_t now_ns, const struct flaw **ret, size_t *ret_n)
{
	const struct flaw *holes = account->holes.items, *told = account->told.items;
	int err = 0;

	account->flaws.n = 0;
	account->sums.left = 0;
	if (account->left.n)
		qsort(account->left.items, account->left.n, sizeof(struct left), compare_left);
	for (size_t i = 0; i < account->holes.n && !err; i++)
		err = tell_hole(account, &holes[i]);
	for (size_t i = 0; i < account->told.n && !err; i++)
		err = vector_push(&account->flaws, &told[i], sizeof(told[i]));
	if (!err && account->silence_ns > 2 * account->heartbeat_ns)
		err = vector_push(&account->flaws, &account->silence, sizeof(account->silence));
	if (!err && account->boots.n)
		err = tell_end(account, now_ns);
	if (account->flaws.n)
		qsort(account->flaws.items, account->flaws.n, sizeof(struct flaw), compare_flaws);
	*ret = account->flaws.items;
	*ret_n = account->flaws.n;
	return err;
}

struct account_sums account_sums(const struct account *account)
{
	struct account_sums sums = account->sums;

	sums.lost += account->lost;
	return sums;
}
