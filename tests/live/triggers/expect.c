// SPDX-License-Identifier: MIT
/* What must be in the record, as lines of JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trigger.h"

/* The line under construction. */
static char line[65536]; /* a path of 4096 bytes, each an escape of 6, twice */
static size_t line_len;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void put(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_len += vsnprintf(line + line_len, sizeof(line) - line_len, format, args);
	va_end(args);
	if (line_len >= sizeof(line))
		die("an expectation is too long");
}

void expect_int(const char *key, long long value)
{
	put(",\"%s\":%lld", key, value);
}

/* Bytes that JSON cannot carry as they are become escapes; the value must be UTF-8. */
void expect_string(const char *key, const char *value)
{
	put(",\"%s\":\"", key);
	for (; *value; value++) {
		unsigned char byte = *value;

		if (byte < 0x20 || byte == '"' || byte == '\\')
			put("\\u%04x", byte);
		else
			put("%c", byte);
	}
	put("\"");
}

void expect_bool(const char *key, bool value)
{
	put(",\"%s\":%s", key, value ? "true" : "false");
}

void expect_null(const char *key)
{
	put(",\"%s\":null", key);
}

void expect_array(const char *key, const char *elements)
{
	put(",\"%s\":[%s]", key, elements);
}

static bool is_mapped(const struct sockaddr_storage *addr)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	return addr->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr);
}

static bool is_wildcard(const struct sockaddr_storage *addr)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (addr->ss_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
	return !((const struct sockaddr_in *)addr)->sin_addr.s_addr;
}

void expect_endpoint(const char *prefix, const struct sockaddr_storage *addr)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	char key[64], text[INET6_ADDRSTRLEN];

	if (is_mapped(addr))
		inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, text, sizeof(text));
	else if (addr->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET, &((const struct sockaddr_in *)addr)->sin_addr, text,
			  sizeof(text));
	snprintf(key, sizeof(key), "%s.address", prefix);
	/* A socket that has failed knows its port, but no longer its address. */
	expect_string(key, !strcmp(prefix, "network.local") && is_wildcard(addr) ? "*" : text);
	snprintf(key, sizeof(key), "%s.port", prefix);
	expect_int(key, port_of(addr));
}

bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x7f)
			return false;
	return true;
}

/* The process's name as the kernel has it. Returns false if it may not be UTF-8. */
static bool name_of_leader(char name[17])
{
	FILE *file = fopen("/proc/self/comm", "r");
	size_t n = file ? fread(name, 1, 16, file) : 0;

	if (!n)
		die("/proc/self/comm");
	fclose(file);
	name[n - 1] = 0; /* the kernel ends it with a newline */
	return is_plain(name);
}

static bool any_thread;
static const char *origin = "connect";

void expect_any_thread(void)
{
	any_thread = true;
}

void expect_origin(const char *name)
{
	origin = name;
}

static void expect_process(void)
{
	char name[17], thread_name[16];
	struct stat netns;

	expect_int("process.pid", getpid());
	expect_int("process.parent_pid", getppid());
	expect_int("process.user.id", geteuid());
	if (name_of_leader(name))
		expect_string("process.executable.name", name);
	if (!any_thread) {
		expect_int("thread.id", gettid());
		prctl(PR_GET_NAME, thread_name);
		if (is_plain(thread_name))
			expect_string("thread.name", thread_name);
	}
	if (stat("/proc/thread-self/ns/net", &netns))
		die("/proc/thread-self/ns/net");
	expect_int("tpconnect.netns", netns.st_ino);
	expect_who();
}

void expect(const char *event, const struct target *target)
{
	bool mapped = is_mapped(&target->addr);
	bool ipv4 = mapped || target->addr.ss_family == AF_INET;

	line_len = 0;
	put("{\"event.name\":\"tcp.%s\"", event);
	expect_string("network.transport", "tcp");
	expect_string("network.type", ipv4 ? "ipv4" : "ipv6");
	if (mapped)
		expect_bool("tpconnect.ipv4_mapped", true);
	else
		expect_null("tpconnect.ipv4_mapped");
	expect_endpoint("network.peer", &target->addr);
	expect_process();
}

void expect_end(void)
{
	put("}\n");
	if (write(STDOUT_FILENO, line, line_len) != (ssize_t)line_len)
		die("cannot write");
}

/*
 * The source port of a socket that has failed since and forgot it. Where the range has one port
 * only, it was that.
 */
static void expect_port_of_range(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
	unsigned int first, last;

	if (!file || fscanf(file, "%u %u", &first, &last) != 2)
		die("ip_local_port_range");
	fclose(file);
	if (first == last)
		expect_int("network.local.port", first);
	else
		expect_string("network.local.port", "*");
}

void expect_local(int fd)
{
	struct sockaddr_storage addr;

	if (local_of(fd, &addr))
		expect_endpoint("network.local", &addr);
	else
		expect_port_of_range();
}

/* Family, port and address are what both kinds of sockaddr begin with. */
static bool same_target(const struct target *a, const struct target *b)
{
	size_t size = a->addr.ss_family == AF_INET ? offsetof(struct sockaddr_in, sin_zero)
						   : offsetof(struct sockaddr_in6, sin6_scope_id);

	return !memcmp(&a->addr, &b->addr, size);
}

static void expect_sent(int fd)
{
	expect_local(fd);
	expect_string("tpconnect.origin", origin);
	expect_null("tpconnect.sent");
}

void expect_result(int fd, const struct target *target, int error)
{
	struct target peer = {.len = sizeof(peer.addr)};
	long long age = age_of(fd);

	if (error || getpeername(fd, (struct sockaddr *)&peer.addr, &peer.len))
		peer = *target;
	expect(error ? "failed" : "established", &peer);
	if (error)
		expect_string("error.type", strerrorname_np(error));
	else
		expect_null("error.type");
	if (same_target(target, &peer)) {
		expect_null("tpconnect.requested.address");
		expect_null("tpconnect.requested.port");
	} else {
		expect_endpoint("tpconnect.requested", &target->addr);
	}
	if (age)
		expect_int("at_most_ns", age);
	expect_sent(fd);
	expect_end();
}

void expect_not_sent(const struct target *target, int error)
{
	expect("failed", target);
	expect_string("error.type", strerrorname_np(error));
	expect_null("network.local.port");
	expect_null("network.local.address");
	expect_bool("tpconnect.sent", false);
	expect_null("tpconnect.connect.duration_ns");
	expect_null("tpconnect.requested.address");
	expect_end();
}

void expect_cancelled(int fd, const struct target *target)
{
	expect("cancelled", target);
	expect_null("error.type");
	expect_sent(fd);
	expect_end();
}
