// SPDX-License-Identifier: MIT
/* The command behind --. */
#include "unit/session_fixture.h"

static void the_status_is_the_command_s(void **state)
{
	(void)state;
	assert_int_equal(run(good("--", "sh", "-c", "exit 7"), (struct consumer){0}), 7);
	assert_int_not_equal(fake.follows, 0);
	assert_int_equal(run(good("--", "sh", "-c", "kill -9 $$"), (struct consumer){0}),
			 128 + SIGKILL);
}

static void the_command_is_waited_for_when_tracing_ends_before_it(void **state)
{
	(void)state;
	assert_int_equal(run(good("-t", "10ms", "--", "sh", "-c", "sleep 0.2; exit 5"),
			     (struct consumer){0}),
			 5);
}

static void a_command_that_is_not_there_is_said(void **state)
{
	(void)state;
	assert_int_equal(run_and_hear(good("--", "/nonexistent"), (struct consumer){0}), 127);
	assert_says(said, "cannot run /nonexistent: No such file or directory");
	assert_int_equal(run_and_hear(good("--", "/"), (struct consumer){0}), 126);
	assert_says(said, "cannot run /: Permission denied");
}

static void a_command_that_cannot_be_followed_is_not_run(void **state)
{
	int status;

	(void)state;
	fake.follow_err = -E2BIG;
	assert_int_equal(run_and_hear(good("--", "sh", "-c", "exit 5"), (struct consumer){0}),
			 STATUS_FAILED);
	assert_says(said, "cannot start sh: ");
	/* It waits for us to let it go, and ends as we close. */
	assert_int_equal(waitpid((pid_t)fake.follows, &status, 0), fake.follows);
	assert_int_equal(WEXITSTATUS(status), 127);
}

static void a_signal_is_passed_on_and_the_command_waited_for(void **state)
{
	(void)state;
	calls[0].signo = SIGTERM;
	assert_int_equal(run(good("-t", "10s", "--", "sleep", "10"), (struct consumer){0}),
			 128 + SIGTERM);
	calls[0].signo = SIGUSR1;
	assert_int_equal(run(good("-t", "10s", "--", "sleep", "10"), (struct consumer){0}),
			 128 + SIGUSR1);
}

/* A second signal says that the command, which takes no notice, is not waited for. */
static void on_idle_signal_again(void *ctx, struct session *session)
{
	struct calls *of = ctx;

	(void)session;
	if (!of->idle++)
		kill(getpid(), SIGINT);
}

static void a_second_signal_ends_it_without_the_command(void **state)
{
	(void)state;
	signal(SIGTERM, SIG_IGN); /* the command inherits it */
	calls[0].signo = SIGTERM;
	assert_int_equal(run(good("-t", "10s", "--", "sleep", "10"),
			     (struct consumer){.idle = on_idle_signal_again}),
			 STATUS_DONE);
	signal(SIGTERM, SIG_DFL);
	assert_int_equal(waitpid((pid_t)fake.follows, NULL, WNOHANG), 0);
	kill((pid_t)fake.follows, SIGKILL);
	assert_int_equal(waitpid((pid_t)fake.follows, NULL, 0), fake.follows);
}

/* A descendant ends with the first tick, and the session with it. */
static void on_idle_end_descendant(void *ctx, struct session *session)
{
	struct calls *of = ctx;

	(void)session;
	if (++of->idle == 3)
		fake.followed = 0;
}

static void descendants_are_waited_for_if_asked(void **state)
{
	(void)state;
	fake.followed = 1;
	assert_int_equal(run(good("-t", "10s", "--wait", "--", "true"),
			     (struct consumer){.idle = on_idle_end_descendant}),
			 STATUS_DONE);
	assert_true(calls[0].idle >= 3);
}

static void descendants_that_are_left_are_told(void **state)
{
	(void)state;
	fake.followed = 1;
	run_and_hear(good("--", "true"), (struct consumer){0});
	assert_says(said,
		    "1 descendant of the command still runs and is no longer followed; --wait");
	fake.followed = 3;
	run_and_hear(good("--", "true"), (struct consumer){0});
	assert_says(said, "3 descendants of the command still run");
	fake.followed = -EPERM;
	run_and_hear(good("--", "true"), (struct consumer){0});
	assert_says(said, "cannot tell whether descendants of the command still run: Operation");
	fake.followed = 0;
	run_and_hear(good("--", "true"), (struct consumer){0});
	assert_string_equal(said, "");
	fake.followed = 2;
	run_and_hear(good("-t", "50ms", "--wait", "--", "true"), (struct consumer){0});
	assert_says(said, "2 descendants of the command still run and are no longer followed\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(the_status_is_the_command_s),
		session_test(the_command_is_waited_for_when_tracing_ends_before_it),
		session_test(a_command_that_is_not_there_is_said),
		session_test(a_command_that_cannot_be_followed_is_not_run),
		session_test(a_signal_is_passed_on_and_the_command_waited_for),
		session_test(a_second_signal_ends_it_without_the_command),
		session_test(descendants_are_waited_for_if_asked),
		session_test(descendants_that_are_left_are_told),
	};

	return cmocka_run_group_tests(tests, remember_mask, NULL);
}
