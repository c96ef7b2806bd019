// SPDX-License-Identifier: MIT
/* What is said of --pid, with processes that are not this host's: process_find() is here. */
#include "engine/pids.h"
#include "unit/parsed.h"
#include "unit/said.h"
#include "util/process.h"

/* Below 100 they run; then they are threads of 7, and of nobody knows whom; from 300 on unknown. */
enum process_state process_find(uint32_t pid, uint32_t *ret_tgid)
{
	if (pid < 100)
		return PROCESS_RUNS;
	if (pid >= 300)
		return pid == 300 ? PROCESS_UNKNOWN : PROCESS_NONE;
	*ret_tgid = pid < 200 ? 7 : 0;
	return PROCESS_THREAD;
}

/* Checks --pid of that value. What is said is in said. */
static enum exit_status check(const char *pids)
{
	const struct options *options = good("-p", pids);
	enum exit_status status;

	listen_to_stderr();
	status = pids_check(&options->request);
	heard();
	return status;
}

static void those_that_run_are_not_spoken_of(void **state)
{
	(void)state;
	assert_int_equal(check("1,2,300,!3"), STATUS_DONE);
	assert_string_equal(said, "");
}

static void without_any_that_runs_there_is_nothing_to_trace(void **state)
{
	(void)state;
	assert_int_equal(check("400"), STATUS_FAILED);
	assert_string_equal(said,
			    "tpconnect: no process 400 runs; to trace a program from its start: "
			    "tpconnect -- COMMAND\n");
	assert_int_equal(check("100"), STATUS_FAILED);
	assert_says(said, "100 is a thread of process 7; to have that: -p 7\n");
	assert_int_equal(check("200"), STATUS_FAILED);
	assert_says(said, "200 is a thread; --pid takes the process that it is of\n");
	/* One of which nothing can be told may run. */
	assert_int_equal(check("300"), STATUS_DONE);
}

static void those_that_are_not_there_are_told_of(void **state)
{
	(void)state;
	assert_int_equal(check("400,1"), STATUS_DONE);
	assert_says(said, "no process 400 runs; the others of --pid are traced\n");
	assert_int_equal(check("1,150"), STATUS_DONE);
	assert_says(said, "150 is a thread of process 7; to have that: -p 7\n");
	assert_int_equal(check("!400,!150"), STATUS_DONE);
	assert_says(said, "no process 400 runs; there is nothing of it to leave out\n");
	assert_says(said, "150 is a thread of process 7; to leave that out: -p '!7'\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(those_that_run_are_not_spoken_of),
		row(without_any_that_runs_there_is_nothing_to_trace),
		row(those_that_are_not_there_are_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
