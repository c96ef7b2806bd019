// SPDX-License-Identifier: MIT
/* The process that looks up names: what it is asked and answers, what it holds, and how it ends. */
#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "containers/containers.h"
#include "model/texts.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "unit/tree.h"

#define ID  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LOG "/var/log/containers/web-0_shop_app-" ID ".log"

/* The answers that have come, and the last. */
struct answers {
	unsigned int n;
	struct cgroup last;
	char texts[2048]; /* of the last */
};

static void on_answer(void *ctx, const struct cgroup *named)
{
	struct answers *answers = ctx;

	assert_true(cgroup_texts_size(named) <= sizeof(answers->texts));
	answers->n++;
	cgroup_copy(&answers->last, named, answers->texts);
}

struct fixture {
	struct tree tree;
	struct answers answers;
	struct containers *containers;
	pid_t pid;
};

/* The one child of this process. */
static pid_t child_pid(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/thread-self/children", "re");
	int pid = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%d", &pid), 1);
	return pid;
}

/* Before each test. */
static int start(void **state)
{
	static struct fixture the_one;
	struct fixture *fixture = &the_one;

	memset(fixture, 0, sizeof(*fixture));
	tree_make(&fixture->tree);
	tree_write(&fixture->tree, LOG, "", 0);
	assert_int_equal(containers_start(fixture->tree.root, on_answer, &fixture->answers,
					  &fixture->containers),
			 0);
	fixture->pid = child_pid();
	*state = fixture;
	return 0;
}

/* After each test, also one that has failed: whoever it was, it has ended after this. */
static int stop(void **state)
{
	struct fixture *fixture = *state;

	containers_stop(fixture->containers);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	tree_remove(&fixture->tree);
	return 0;
}

static struct cgroup cgroup_of(uint64_t n)
{
	return (struct cgroup){.key = {n, 0}, .container_id = ID, .runtime = "containerd"};
}

static bool always(const void *ctx)
{
	(void)ctx;
	return true;
}

static bool never(const void *ctx)
{
	(void)ctx;
	return false;
}

/* As long as it takes. */
static void await_answers(struct fixture *fixture, unsigned int n)
{
	while (fixture->answers.n < n) {
		containers_take(fixture->containers);
		usleep(1000);
	}
}

static void ask(struct fixture *fixture, const struct cgroup *cgroup)
{
	unsigned int before = fixture->answers.n;

	if (containers_ask(fixture->containers, cgroup, always))
		await_answers(fixture, before + 1);
	assert_int_equal(fixture->answers.n, before + 1);
	assert_int_equal(fixture->answers.last.key.id, cgroup->key.id);
}

static void ask_any(struct fixture *fixture)
{
	const struct cgroup cgroup = cgroup_of(fixture->answers.n + 1);

	ask(fixture, &cgroup);
}

static void what_the_files_say_is_answered(void **state)
{
	static const char docker[] = "{\"Name\":\"/web\"}";
	struct cgroup cgroup = cgroup_of(1);
	struct fixture *fixture = *state;

	ask(fixture, &cgroup);
	assert_string_equal(fixture->answers.last.pod_name, "web-0");
	assert_string_equal(fixture->answers.last.pod_namespace, "shop");
	assert_string_equal(fixture->answers.last.pod_container, "app");
	assert_null(fixture->answers.last.container_name);
	/* What is there at the next question only. */
	tree_write(&fixture->tree, "/var/lib/docker/containers/" ID "/config.v2.json", docker,
		   strlen(docker));
	cgroup.runtime = "docker";
	ask(fixture, &cgroup);
	assert_string_equal(fixture->answers.last.container_name, "web");
}

static void a_cgroup_of_no_container_is_not_asked_for(void **state)
{
	static const struct cgroup cgroups[] = {
		{.path = "/"},
		{.path = "/lxc/web", .container_name = "web", .runtime = "lxc"},
		{.container_id = "c23e5f76c09d438aa1824ca4058bdcab-1234678", .runtime = "ecs"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 3; i++)
		assert_false(containers_ask(fixture->containers, &cgroups[i], always));
	ask_any(fixture);
	assert_int_equal(fixture->answers.n, 1);
}

static void the_process_holds_its_socket_alone(void **state)
{
	char path[64];
	struct fixture *fixture = *state;
	const struct dirent *entry;
	unsigned int n = 0;
	DIR *dir;

	ask_any(fixture); /* so it has begun */
	snprintf(path, sizeof(path), "/proc/%d/fd", fixture->pid);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	assert_int_equal(n, 1);
}

static void the_process_has_no_right_but_to_read(void **state)
{
	struct fixture *fixture = *state;
	char path[64], line[256];
	unsigned long long effective = ~0ull;

	ask_any(fixture); /* so it has begun */
	snprintf(path, sizeof(path), "/proc/%d/status", fixture->pid);
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) && sscanf(line, "CapEff: %llx", &effective) != 1)
		;
	assert_int_equal(effective & ~(1ull << CAP_DAC_READ_SEARCH), 0);
}

static void signals_to_all_do_not_end_it(void **state)
{
	static const int signals[] = {SIGINT, SIGHUP, SIGTERM, SIGQUIT, SIGTSTP, SIGPIPE, SIGUSR1};
	struct fixture *fixture = *state;

	ask_any(fixture);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		kill(fixture->pid, signals[i]);
	ask_any(fixture);
	assert_int_equal(waitpid(fixture->pid, NULL, WNOHANG | WUNTRACED), 0);
}

/* A process that is stopped answers nothing: then nobody waits, and nothing is lost. */
static void slow_answers_are_taken_when_they_come(void **state)
{
	struct fixture *fixture = *state;
	struct cgroup cgroup;
	uint64_t n = 0;

	kill(fixture->pid, SIGSTOP);
	assert_int_equal(waitpid(fixture->pid, NULL, WUNTRACED), fixture->pid);
	while (n < CONTAINERS_WAITS_MAX) {
		cgroup = cgroup_of(++n);
		assert_true(containers_ask(fixture->containers, &cgroup, always));
	}
	containers_take(fixture->containers);
	assert_int_equal(fixture->answers.n, 0);
	kill(fixture->pid, SIGCONT);
	await_answers(fixture, CONTAINERS_WAITS_MAX);
	assert_int_equal(fixture->answers.last.key.id, n);
	/* Not waited for any more: so no answer is taken. */
	cgroup = cgroup_of(++n);
	assert_true(containers_ask(fixture->containers, &cgroup, always));
	assert_int_equal(fixture->answers.n, CONTAINERS_WAITS_MAX);
	await_answers(fixture, CONTAINERS_WAITS_MAX + 1);
	assert_int_equal(fixture->answers.last.key.id, n);
}

/* In a child of this process. */
static void continue_soon(pid_t pid)
{
	usleep(5 * CONTAINERS_SLICE_MS * 1000);
	kill(pid, SIGCONT);
	_exit(0);
}

/* On a busy machine, it may not run for a while. */
static void a_late_answer_is_waited_for(void **state)
{
	const struct cgroup cgroup = cgroup_of(1);
	struct fixture *fixture = *state;
	pid_t pid;

	kill(fixture->pid, SIGSTOP);
	assert_int_equal(waitpid(fixture->pid, NULL, WUNTRACED), fixture->pid);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (!pid)
		continue_soon(fixture->pid);
	assert_false(containers_ask(fixture->containers, &cgroup, always));
	assert_int_equal(fixture->answers.n, 1);
}

/* More questions than a socket holds are not asked. */
static void a_process_that_hangs_is_not_waited_for(void **state)
{
	struct fixture *fixture = *state;
	bool asked = true;

	kill(fixture->pid, SIGSTOP);
	assert_int_equal(waitpid(fixture->pid, NULL, WUNTRACED), fixture->pid);
	for (uint64_t n = 1; asked && n < 1000000; n++) {
		const struct cgroup cgroup = cgroup_of(n);

		asked = containers_ask(fixture->containers, &cgroup, never);
	}
	assert_false(asked);
}

static void without_the_process_there_are_no_names(void **state)
{
	const struct cgroup cgroup = cgroup_of(1);
	struct fixture *fixture = *state;

	kill(fixture->pid, SIGKILL);
	assert_int_equal(waitpid(fixture->pid, NULL, 0), fixture->pid);
	assert_false(containers_ask(fixture->containers, &cgroup, always));
	assert_false(containers_ask(fixture->containers, &cgroup, always));
	containers_take(fixture->containers);
	assert_int_equal(fixture->answers.n, 0);
}

/* In a child of this process: starts the process, tells its id, and lives until it is killed. */
static void start_and_tell(int fd)
{
	struct answers answers;
	struct containers *containers;
	pid_t pid;

	if (containers_start("", on_answer, &answers, &containers))
		_exit(1);
	pid = child_pid();
	if (write(fd, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	for (;;)
		pause();
}

static void it_ends_with_who_started_it(void **state)
{
	pid_t parent, pid;
	int fds[2];

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(fds), 0);
	parent = fork();
	assert_true(parent >= 0);
	if (!parent)
		start_and_tell(fds[1]);
	assert_int_equal(read(fds[0], &pid, sizeof(pid)), sizeof(pid));
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(fds[0]);
	close(fds[1]);
}

#define with_the_process(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_the_process(what_the_files_say_is_answered),
		with_the_process(a_cgroup_of_no_container_is_not_asked_for),
		with_the_process(the_process_holds_its_socket_alone),
		with_the_process(the_process_has_no_right_but_to_read),
		with_the_process(signals_to_all_do_not_end_it),
		with_the_process(slow_answers_are_taken_when_they_come),
		with_the_process(a_late_answer_is_waited_for),
		with_the_process(a_process_that_hangs_is_not_waited_for),
		with_the_process(without_the_process_there_are_no_names),
		cmocka_unit_test(it_ends_with_who_started_it),
	};

	log_set_level(LOG_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
