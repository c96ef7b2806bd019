// SPDX-License-Identifier: MIT
#include "unit/store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/list.h"

struct store_test t;

int store_setup(void **state)
{
	(void)state;
	t = (struct store_test){0};
	/* Where syncing thousands of times takes no time, if there is such a place. */
	snprintf(t.dir, sizeof(t.dir), "%s/tpconnect-store-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	return mkdtemp(t.dir) ? 0 : -1;
}

int store_teardown(void **state)
{
	char command[128];

	(void)state;
	store_close(t.store);
	t.store = NULL;
	snprintf(command, sizeof(command), "rm -rf '%s'", t.dir);
	return system(command);
}

size_t make_line(char *to, uint64_t seq)
{
	uint64_t ns = TIME_OF(seq);
	time_t seconds = (time_t)(ns / 1000000000);
	char time[32];
	struct tm tm;

	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	return (size_t)sprintf(
		to,
		"{\"timestamp\":\"%s.%09uZ\",\"event.name\":\"tcp.established\",\"tpconnect.seq\":%"
		"lu,"
		"\"tpconnect.connection.id\":\"%lx-%lx\",\"network.transport\":\"tcp\","
		"\"network.type\":\"ipv4\",\"network.peer.address\":\"10.0.%lu.%lu\","
		"\"network.peer.port\":443,\"process.pid\":%lu,\"thread.id\":%lu,"
		"\"process.executable.name\":\"curl\",\"thread.name\":\"curl\",\"process.user.id\":"
		"1000,"
		"\"tpconnect.origin\":\"connect\",\"tpconnect.connect.duration_ns\":%lu,"
		"\"tpconnect.syn_retries\":0}\n",
		time, (unsigned int)(ns % 1000000000), seq, seq * 7919, seq % 4, seq / 100 % 200,
		seq % 40, 1000 + seq % 97, 1000 + seq % 97, 100000 + seq * 104729 % 900000);
}

void open_store(const char *boot)
{
	struct error error = {0};
	int err = store_open(t.dir, boot, &t.limits, &t.store, &error);

	if (err)
		fail_msg("%d: %s", err, error.text);
}

void close_store(void)
{
	store_close(t.store);
	t.store = NULL;
}

void append_lines(uint64_t first, uint64_t last)
{
	char line[STORE_LINE_MAX];

	for (uint64_t seq = first; seq < last; seq++) {
		size_t size = make_line(line, seq);

		assert_int_equal(store_append(t.store, line, size), size);
	}
}

const char *path_of(const char *boot, uint64_t first_seq)
{
	static char path[256];
	char name[SEGMENT_NAME_LEN + 1];

	segment_name(first_seq, name);
	snprintf(path, sizeof(path), "%s/%s/%s", t.dir, boot, name);
	return path;
}

char *read_whole(const char *path, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *data;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	data = malloc((size_t)st.st_size + 1);
	assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
	close(fd);
	data[st.st_size] = 0;
	*ret_size = (size_t)st.st_size;
	return data;
}

void write_whole(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}
