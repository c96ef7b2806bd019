// SPDX-License-Identifier: MIT
#include "engine/pids.h"

#include <stdbool.h>

#include "util/log.h"
#include "util/process.h"

static void say_thread(enum log_level level, uint32_t tid, uint32_t tgid, bool left_out)
{
	if (!tgid)
		log_print(level, "%u is a thread; --pid takes the process that it is of", tid);
	else if (left_out)
		log_print(level, "%u is a thread of process %u; to leave that out: -p '!%u'", tid,
			  tgid, tgid);
	else
		log_print(level, "%u is a thread of process %u; to have that: -p %u", tid, tgid,
			  tgid);
}

/* Of the processes, says which are not there. way_out: what to do if one does not run. */
static void say_missing(enum log_level level, const struct vector *pids, bool left_out,
			const char *way_out)
{
	const uint32_t *pid = pids->items;

	for (size_t i = 0; i < pids->n; i++) {
		uint32_t tgid = 0;
		enum process_state state = process_find(pid[i], &tgid);

		if (state == PROCESS_NONE)
			log_print(level, "no process %u runs; %s", pid[i], way_out);
		else if (state == PROCESS_THREAD)
			say_thread(level, pid[i], tgid, left_out);
	}
}

static bool any_may_run(const struct vector *pids)
{
	const uint32_t *pid = pids->items;

	for (size_t i = 0; i < pids->n; i++) {
		uint32_t tgid;
		enum process_state state = process_find(pid[i], &tgid);

		if (state == PROCESS_RUNS || state == PROCESS_UNKNOWN)
			return true;
	}
	return false;
}

enum exit_status pids_check(const struct request *request)
{
	const struct choice *pids = &request->pids;

	if (pids->named.n && !any_may_run(&pids->named)) {
		say_missing(LOG_ERROR, &pids->named, false,
			    request->only_open
				    ? "leave -p out to list what is open of all others"
				    : "to trace a program from its start: tpconnect -- COMMAND");
		return STATUS_FAILED;
	}
	say_missing(LOG_WARNING, &pids->named, false,
		    request->only_open ? "the others of --pid are listed"
				       : "the others of --pid are traced");
	say_missing(LOG_WARNING, &pids->left_out, true, "there is nothing of it to leave out");
	return STATUS_DONE;
}
