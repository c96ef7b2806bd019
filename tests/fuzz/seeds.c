// SPDX-License-Identifier: MIT
/*
 * Writes the inputs that fuzzing starts from: seeds DIR makes DIR/decode, DIR/format, DIR/options,
 * DIR/cgroup_path, DIR/dns, DIR/json_read and DIR/keys. Records come from the contract's own
 * structures, so that they follow its changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract/attempt.h"
#include "contract/interface.h"
#include "contract/open.h"
#include "fuzz/who.h"
#include "unit/context.h"
#include "unit/dns_message.h"
#include "util/array.h"

/* As fuzz_format.c takes it. */
union event_input {
	struct attempt_record base;
	struct close_record close;
	struct open_record open;
};

static const struct attempt ipv4 = {
	.start_ns = 1000000000,
	.process_start_ns = 500000000,
	.cgroup_id = 4242,
	.pid = 1234,
	.tid = 1235,
	.ppid = 1,
	.uid = 1000,
	.netns = 4026531840,
	.cpu = 3,
	.dport = 443,
	.sport = 43210,
	.requested_port = 80,
	.family = 4,
	.origin = ORIGIN_CONNECT,
	.flags = ATTEMPT_REQUESTED | ATTEMPT_MAPPED,
	.daddr = {[10] = 0xff, 0xff, 192, 0, 2, 1},
	.saddr = {[10] = 0xff, 0xff, 10, 0, 0, 5},
	.requested = {[10] = 0xff, 0xff, 192, 0, 2, 3},
	.comm = "my \"app\"=\\\n",
	.thread_comm = "\xc3\xbc\xc2\x9b\xff\x1b[2J",
};

static const struct attempt ipv6 = {
	.start_ns = 1,
	.pid = 4294967295u,
	.dport = 65535,
	.family = 6,
	.origin = ORIGIN_IO_URING,
	.flags = ATTEMPT_NOT_SENT,
	.daddr = {0x20, 0x01, 0x0d, 0xb8, [15] = 7},
};

/* What a decoder of UTF-8 can get wrong: chance alone seldom makes these. */
static const char hostile_names[][COMM_LEN] = {
	"\xed\xa0\x80 \xed\xbf\xbf",		/* surrogates */
	"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf", /* overlong forms */
	"\xf4\x90\x80\x80\xf7\xbf\xbf\xbf",	/* above U+10FFFF */
	"\xc3 \xe2\x82 \xf0\x9f\x98 \xe2",	/* cut short */
	"\xf8\x88\x80\x80\x80\xfe\xff\x80",	/* no first bytes */
	"\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9", /* well-formed: four bytes, three, two */
	"\xc2\x80\xc2\x9f\xc2\xa0\x7f",		/* C1, what is next to it, DEL */
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", /* longest */
};

/* Every option of the table, and what is wrong with each kind of word. */
static const char *const command_lines[] = {
	"-p\0001,2\0-P\000443,8000-8999\0--netns\0self\0-n\00010\0-t\0001.5s\0",
	"-e\0all,-close\0-f\0-o\0json\0-w\0/tmp/x\0--color\0always\0-q\0-v\0",
	"-e\0+connect,-retry\0--no-syscalls\0--object\0x.o\0--btf\0x\0--ring-size\0008M\0",
	"trace\0-f\0--\0curl\0-p\0http://example.com\0",
	"doctor\0--color=never\0",
	"--help\0",
	"--version\0",
	"--nope\0",
	"-x\0",
	"-P\00070000\0",
	"-p\0",
	"--failed=1\0",
	"curl\0",
	"count\0--by\0usr,dst\0005s\0--prot=1\0",
	"-4\0-d\0::/0,10.0.0.0/8\0latency\0-port\0",
	"-u\0root,0\0-C\0curl\0-l\00010ms\0--cgroup\0/\0",
	"-d\0!127.0.0.0/8,!::1,::/0\0-P\0!443,1-2\0-C\0!curl\0-p\0!1\0-u\0!root\0",
	"--exe\0/usr/bin/../bin/curl,ssh,!memfd:x\0--container\0000123456789ab,!web\0",
	"--unit\0nginx,!a.scope,x.slice\0--exe\0./x\0",
	"--netns\0!self\0--cgroup\0!/\0-P\0!!1\0",
};

#define ID   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TASK "0123456789abcdef0123456789abcdef"
#define UID  "01234567-89ab-cdef-0123-456789abcdef"
#define UID_ "01234567_89ab_cdef_0123_456789abcdef"

/* A path for each form, and both paths of a cgroup. */
static const char *const cgroup_paths[] = {
	"/system.slice/docker-" ID ".scope",
	"/kubepods/burstable/pod" UID "/crio-" ID,
	"/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope/container",
	"/kubepods-pod" UID_ ".slice:cri-containerd:" ID,
	"/docker/" ID "/docker/" ID,
	"/ecs/" TASK "/" TASK "-1234567890",
	"/lxc.payload.demo/system.slice/x.service",
	"/lxc/101/ns",
	"/machine.slice/systemd-nspawn@web-01.service/supervisor",
	"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope",
	"/machine.slice/machine-a\\x2db.scope/payload",
	"/app.slice/app-flatpak-org.a.b-2891.scope",
	"/app.slice/snap.a.b-" UID ".scope",
	"/user.slice/user-1000.slice/user@1000.service/init.scope\0/lxc.payload.x",
};

/* Every kind of value, every escape, and what begins like one. */
static const char *const json_texts[] = {
	"{\"a\":\"x\",\"b\":[{\"c\":\"y\"},[],null],\"d\":{\"e\":true,\"f\":false}}",
	"[0,-1,1.5,1e9,1E-9,12345678901234567890]",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"",
	"\"\\ud83d\\u0041 \xc3\xa9\xf0\x9f\x98\x80\"",
	" [ { } , \"\\u0000\" ] ",
	"[[[[[[[[{\"a\":[1,]}]]]]]]]]",
};

/* Each form of a sequence, whole and begun. */
static const char *const key_bytes[] = {
	"jk/443\rq\033[A\033OB\033[5~\033[1;5H\033[[A\033\033",
	"\033[200~text\r\033[201~\xc3\xa9\xf0\x9f\x90\xb3\xe2\x82",
	"\033]11;rgb:0/0/0\033\\\033P1+r\a\033[?62;22c\033[<0;1;2M\033[12",
};

static void write_file(const char *dir, const char *room, const char *name, const void *bytes,
		       size_t n)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, room);
	if (mkdir(path, 0755) && errno != EEXIST)
		goto failed;
	snprintf(path, sizeof(path), "%s/%s/%s", dir, room, name);
	file = fopen(path, "w");
	if (!file || fwrite(bytes, 1, n, file) != n || fclose(file))
		goto failed;
	return;
failed:
	perror(path);
	exit(1);
}

/* The record, made by an image and in a cgroup of hostile texts: see fuzz_format.c. */
static void write_who(const char *dir, const char *record_name, const union event_input *record)
{
	static const char args[] = "sh\0-c\0it's\n\0\0--a=\"b\" \\\0\x1b]0;x\x07";
	struct {
		union event_input record;
		struct who_input who;
	} input = {
		.record = *record,
		.who = {.has = UINT32_MAX,
			.ids = {0, 1000, 3, 254, 1},
			.flags = 1 | 2 | 8,
			.n_ancestors = 3,
			.args_size = sizeof(args),
			.n_names = 2,
			.ancestors = {{.comm = "a<b"}, {.comm = "it's \"=\\"}, {.comm = "x"}},
			.texts = {"/tmp/a\nb \x1b[31m\xff\" pid=1", [5] = "0375b48a72e3aa54f64b",
				  [9] = "ssh.service", [15] = "a,b\x1b.example", [16] = "x=\"y\""}},
	};
	char name[64];

	memcpy(input.who.args, args, sizeof(args));
	snprintf(name, sizeof(name), "%s-who", record_name);
	write_file(dir, "format", name, &input, sizeof(input));
	input.who.flags = 4 | 16;
	input.who.absent = 1u << 5 | 1u << 6;
	input.who.n_names = 1;
	input.who.names_source = 1;
	snprintf(name, sizeof(name), "%s-who-cut", record_name);
	write_file(dir, "format", name, &input, sizeof(input));
}

/* What the kind has besides an attempt. Returns the record's size. */
static size_t fill_rest(union event_input *record, enum event_kind kind)
{
	switch (kind) {
	case EVENT_CLOSE:
		record->close.established_ns = 1500000000;
		record->close.bytes_sent = 100;
		record->close.bytes_received = 200;
		record->close.retransmits = 4;
		record->close.rtt_us = 30;
		return sizeof(record->close);
	case EVENT_OPEN:
		record->open.bytes_sent = 100;
		record->open.bytes_received = 200;
		record->open.idle_ns = 3000000;
		record->open.rtt_us = 30;
		record->open.fd = 7;
		record->open.state = 8; /* TCP_CLOSE_WAIT */
		record->open.flags = OPEN_HELD | OPEN_WANTED | OPEN_HAS_IDLE;
		return sizeof(record->open);
	default:
		return sizeof(record->base);
	}
}

static void write_record(const char *dir, const char *name, enum event_kind kind,
			 const struct attempt *attempt)
{
	union event_input record = {
		.base = {.head.interface = INTERFACE,
			 .head.kind = (__u16)kind,
			 .error = kind == EVENT_FAILED ? ECONNREFUSED : 0,
			 .syn_retransmits = 2,
			 .time_ns = 2000000000,
			 .attempt = *attempt},
	};
	size_t size = fill_rest(&record, kind);

	record.base.head.size = (__u16)size;
	write_file(dir, "decode", name, &record, size);
	/* There, what follows the record is used too. */
	write_file(dir, "format", name, &record, sizeof(record));
	write_who(dir, name, &record);
}

static void write_cgroup_paths(const char *dir)
{
	const char *both = cgroup_paths[ARRAY_SIZE(cgroup_paths) - 1];
	char name[32];

	for (size_t i = 0; i < ARRAY_SIZE(cgroup_paths); i++) {
		size_t n = strlen(cgroup_paths[i]);

		if (cgroup_paths[i] == both)
			n += 1 + strlen(both + n + 1);
		snprintf(name, sizeof(name), "path-%zu", i);
		write_file(dir, "cgroup_path", name, cgroup_paths[i], n);
	}
}

static void write_process(const char *dir, const char *name, __u32 flags, const char *exe,
			  size_t exe_size)
{
	union process_bytes bytes = process_sample();

	bytes.record.flags = flags | PROCESS_HAS_CWD | PROCESS_HAS_ARGS;
	bytes.record.args_size = sizeof("a\0-b") + !!(flags & PROCESS_ARGS_CUT);
	bytes.record.n_ancestors = 2;
	memcpy(bytes.record.ancestors[1].comm, "init", sizeof("init"));
	process_text(&bytes, TEXT_EXE, exe, exe_size);
	process_text(&bytes, TEXT_CWD, TEXT("b\0a"));
	process_text(&bytes, TEXT_HOSTNAME, TEXT("host"));
	process_text(&bytes, TEXT_SCRIPT, TEXT("./x"));
	process_text(&bytes, TEXT_ARGS, TEXT("a\0-b"));
	write_file(dir, "decode", name, &bytes, bytes.record.head.size);
}

static void write_gauge(const char *dir)
{
	const struct gauge_record gauge = {
		.head = {.interface = INTERFACE, .kind = EVENT_GAUGE, .size = sizeof(gauge)},
		.start_ns = 1000000000,
		.bytes_sent = 100,
		.state = 1, /* TCP_ESTABLISHED */
	};

	write_file(dir, "decode", "gauge", &gauge, sizeof(gauge));
}

static void write_context(const char *dir)
{
	union cgroup_bytes cgroup = cgroup_sample(TEXT("x.service\0system.slice"));

	write_process(dir, "process-whole", PROCESS_HAS_EXE, TEXT("curl\0bin\0usr"));
	write_process(dir, "process-cut", PROCESS_HAS_EXE | PROCESS_EXE_CUT | PROCESS_ARGS_CUT,
		      TEXT("curl\0bin"));
	write_process(dir, "process-memfd", PROCESS_HAS_EXE | PROCESS_EXE_MEMFD, TEXT("a/b"));
	write_file(dir, "decode", "cgroup", &cgroup, cgroup.record.head.size);
	cgroup_path1(&cgroup, 5, TEXT("b\0a"));
	cgroup.record.flags = CGROUP_CUT1;
	write_file(dir, "decode", "cgroup-both", &cgroup, cgroup.record.head.size);
}

static void write_json_texts(const char *dir)
{
	char name[32];

	for (size_t i = 0; i < ARRAY_SIZE(json_texts); i++) {
		snprintf(name, sizeof(name), "json-%zu", i);
		write_file(dir, "json_read", name, json_texts[i], strlen(json_texts[i]));
	}
}

static void write_key_bytes(const char *dir)
{
	char name[32];

	for (size_t i = 0; i < ARRAY_SIZE(key_bytes); i++) {
		snprintf(name, sizeof(name), "keys-%zu", i);
		write_file(dir, "keys", name, key_bytes[i], strlen(key_bytes[i]));
	}
}

/* The message as UDP and TCP carry it: see fuzz_dns.c. And as a record. */
static void write_message(const char *dir, const char *name, const struct message_bytes *message)
{
	union dns_bytes record = dns_sample(1000, message);
	struct message_bytes input = {0};
	char other_name[32];

	put_bytes(&input, "", 1);
	put_bytes(&input, message->bytes, message->size);
	write_file(dir, "dns", name, input.bytes, input.size);
	input.size = 0;
	put_bytes(&input, "\1", 1);
	put_16(&input, (unsigned int)message->size);
	put_bytes(&input, message->bytes, message->size);
	snprintf(other_name, sizeof(other_name), "%s-tcp", name);
	write_file(dir, "dns", other_name, input.bytes, input.size);
	snprintf(other_name, sizeof(other_name), "dns-%s", name);
	write_file(dir, "decode", other_name, &record, record.record.head.size);
}

/* Each way to an address, and names that need escapes. */
static void write_messages(const char *dir)
{
	struct message_bytes message = message_of("wWw.Example.com", ns_t_a);

	put_a(&message, NULL, 300, 1);
	put_a(&message, NULL, 60, 2);
	write_message(dir, "a", &message);
	message = message_of("\x80\\\"$ .\x1b", ns_t_aaaa);
	put_aaaa(&message, NULL, 0, 1);
	write_message(dir, "aaaa", &message);
	message = message_of("a.test", ns_t_a);
	put_a(&message, "c", 5, 1);
	put_cname(&message, "b.test", UINT32_MAX, "c");
	put_cname(&message, NULL, 60, "b.test");
	put_cname(&message, "c", 60, "a.test");
	write_message(dir, "cnames", &message);
}

/* The length of words that each end with NUL: the empty one after the last ends them. */
static size_t words_length(const char *words)
{
	const char *end = words;

	while (*end)
		end += strlen(end) + 1;
	return (size_t)(end - words);
}

static void write_hostile_names(const char *dir)
{
	char name[32];

	for (size_t i = 0; i < ARRAY_SIZE(hostile_names); i++) {
		struct attempt attempt = ipv6;

		memcpy(attempt.comm, hostile_names[i], COMM_LEN);
		memcpy(attempt.thread_comm, hostile_names[i], COMM_LEN);
		snprintf(name, sizeof(name), "name-%zu", i);
		write_record(dir, name, EVENT_CONNECT, &attempt);
	}
}

int main(int argc, char **argv)
{
	char name[32];

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		return 2;
	}
	for (int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		snprintf(name, sizeof(name), "ipv4-%d", kind);
		write_record(argv[1], name, (enum event_kind)kind, &ipv4);
		snprintf(name, sizeof(name), "ipv6-%d", kind);
		write_record(argv[1], name, (enum event_kind)kind, &ipv6);
	}
	write_hostile_names(argv[1]);
	write_gauge(argv[1]);
	write_context(argv[1]);
	write_cgroup_paths(argv[1]);
	write_messages(argv[1]);
	write_json_texts(argv[1]);
	write_key_bytes(argv[1]);
	for (size_t i = 0; i < ARRAY_SIZE(command_lines); i++) {
		snprintf(name, sizeof(name), "words-%zu", i);
		write_file(argv[1], "options", name, command_lines[i],
			   words_length(command_lines[i]));
	}
	return 0;
}
