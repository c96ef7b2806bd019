// SPDX-License-Identifier: MIT
#include "report/facts.h"

#include <stdio.h>
#include <string.h>

static void add_host(struct facts *facts, const char *name)
{
	if (!name)
		return;
	for (unsigned int i = 0; i < facts->n_hosts; i++)
		if (!strncmp(facts->hosts[i], name, HOST_NAME_SIZE - 1))
			return;
	facts->more_hosts |= facts->n_hosts == FACTS_HOSTS;
	if (facts->n_hosts < FACTS_HOSTS)
		snprintf(facts->hosts[facts->n_hosts++], HOST_NAME_SIZE, "%s", name);
}

static void widen(struct facts *facts, uint64_t from_ns, uint64_t until_ns)
{
	if (from_ns && (!facts->from_ns || from_ns < facts->from_ns))
		facts->from_ns = from_ns;
	if (until_ns > facts->until_ns)
		facts->until_ns = until_ns;
}

/* until_ns: 0: its end is not in the record. */
static void end_run(struct facts *facts, uint64_t until_ns)
{
	if (!facts->in_run)
		return;
	facts->without_end += !until_ns;
	facts->without_start += !facts->run_from_ns;
	facts->ended = true;
	facts->ended_lost = facts->run_lost;
	facts->ended_missed = facts->run_missed;
	facts->ended_ns = facts->run_from_ns && until_ns > facts->run_from_ns
				  ? until_ns - facts->run_from_ns
				  : 0;
	facts->lost += facts->ended_lost;
	facts->missed += facts->ended_missed;
	facts->observed_ns += facts->ended_ns;
	widen(facts, facts->run_from_ns, until_ns);
	facts->in_run = false;
	facts->run_from_ns = facts->run_lost = facts->run_missed = 0;
}

/*
 * The kernel side has gone on since the run before, which may have been killed: all of it is one
 * run, whose beginning and losses the lines to come tell once more.
 */
static void go_on(struct facts *facts)
{
	if (facts->in_run || !facts->ended)
		return;
	facts->lost -= facts->ended_lost;
	facts->missed -= facts->ended_missed;
	facts->observed_ns -= facts->ended_ns;
	facts->ended = false;
	facts->runs--;
}

static void begin_run(struct facts *facts)
{
	if (!facts->in_run)
		facts->runs++;
	facts->in_run = true;
}

static void start(struct facts *facts, const struct replay_line *line)
{
	if (line->resumed)
		go_on(facts);
	else
		end_run(facts, 0);
	begin_run(facts);
	facts->run_from_ns = line->observed_from_ns ? line->observed_from_ns : line->utc_ns;
	facts->without_syscalls += line->programs && !strstr(line->programs, "sys_enter_connect");
	/* But in a store, where they go on. */
	if (line->seq == 1)
		facts->next_seq = 1;
}

static void count_seq(struct facts *facts, const struct replay_line *line)
{
	if (!line->seq)
		return;
	if (facts->next_seq && line->seq > facts->next_seq)
		facts->missing += line->seq - facts->next_seq;
	facts->next_seq = line->seq + 1;
}

void facts_file(struct facts *facts)
{
	end_run(facts, 0);
	facts->files++;
	facts->next_seq = 0;
	facts->ended = false;
}

void facts_line(struct facts *facts, const struct replay_line *line)
{
	facts->lines++;
	facts->events += line->kind == REPLAY_EVENT;
	add_host(facts, line->host_name);
	if (!facts->first_ns || line->utc_ns < facts->first_ns)
		facts->first_ns = line->utc_ns;
	if (line->utc_ns > facts->last_ns)
		facts->last_ns = line->utc_ns;
	if (line->kind == REPLAY_START)
		start(facts, line);
	count_seq(facts, line);
	begin_run(facts);
	if (line->kind == REPLAY_LOSS || line->kind == REPLAY_STOP) {
		facts->run_lost = line->lost;
		facts->run_missed = line->missed;
	}
	if (line->dropped_first)
		facts->dropped += line->dropped_last - line->dropped_first + 1;
	if (line->kind == REPLAY_STOP) {
		if (line->observed_from_ns)
			facts->run_from_ns = line->observed_from_ns;
		end_run(facts, line->observed_until_ns ? line->observed_until_ns : line->utc_ns);
	}
}

void facts_end(struct facts *facts)
{
	end_run(facts, 0);
}
