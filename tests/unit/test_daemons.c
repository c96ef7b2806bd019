// SPDX-License-Identifier: MIT
/* Which commands have a daemon do their work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "commands/daemons.h"

/* The command line of these words: the daemon that is named for it, or NULL. */
#define daemon_of(...) daemon_of_words((const char *const[]){__VA_ARGS__, NULL})

static const char *daemon_of_words(const char *const *words)
{
	const struct daemon_client *client = daemon_client_of((char *const *)words);

	return client ? client->daemon : NULL;
}

static void clients_of_daemons_are_known(void **state)
{
	(void)state;
	assert_string_equal(daemon_of("docker", "run", "x"), "dockerd");
	assert_string_equal(daemon_of("/usr/bin/systemctl", "start", "x"), "systemd");
	assert_string_equal(daemon_of("./at", "now"), "atd");
	assert_string_equal(daemon_of("sudo", "docker", "pull", "x"), "dockerd");
	assert_string_equal(daemon_of("/usr/bin/sudo", "-n", "env", "A=b", "ctr"), "containerd");
}

static void other_commands_are_not(void **state)
{
	(void)state;
	assert_null(daemon_of("curl", "docker"));
	assert_null(daemon_of("podman", "run"));
	assert_null(daemon_of("dockerd"));
	assert_null(daemon_of("docker/"));
	assert_null(daemon_of("sudo"));
	assert_null(daemon_of("env", "A=b"));
	assert_null(daemon_of("sudo", "-u", "somebody", "ls"));
	assert_null(daemon_of(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_of_daemons_are_known),
		cmocka_unit_test(other_commands_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
